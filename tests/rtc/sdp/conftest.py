"""An endpoint as the server has it, and offers to give it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_trio.rtc.sdp import (
    EndpointCapabilities,
    Fingerprint,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    codec_capability,
    create_answer,
    default_extensions,
    parse,
)

DATA = Path(__file__).parents[2] / "data" / "sdp"
FINGERPRINT = Fingerprint("sha-256", ":".join(["AB"] * 32))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize over the recorded files: `chromium_offer`, `kurento_answer`, `kurento_offer`."""
    if "chromium_offer" in metafunc.fixturenames:
        paths = sorted((DATA / "chromium").glob("*.sdp"))
        texts = [path.read_bytes().decode() for path in paths]
        metafunc.parametrize("chromium_offer", texts, ids=[path.stem for path in paths])
    for name in ("kurento_answer", "kurento_offer"):
        if name in metafunc.fixturenames:
            cases = json.loads((DATA / f"{name}s.json").read_text())["cases"]
            metafunc.parametrize(name, cases, ids=[case["name"] for case in cases])


@pytest.fixture(scope="session")
def capabilities() -> EndpointCapabilities:
    """A WebRTC endpoint without data channels."""
    names = ("opus/48000/2", "PCMU/8000", "PCMA/8000")
    video = ("VP8/90000", "H264/90000", "VP9/90000", "AV1/90000")
    return EndpointCapabilities(
        audio_codecs=tuple(filter(None, map(codec_capability, names))),
        video_codecs=tuple(filter(None, map(codec_capability, video))),
        audio_extensions=default_extensions("audio"),
        video_extensions=default_extensions("video"),
    )


@pytest.fixture(scope="session")
def transport() -> LocalTransport:
    return LocalTransport(ice_ufrag="uFrg", ice_pwd="localPasswordOf22chars", fingerprints=(FINGERPRINT,))


@pytest.fixture(scope="session")
def ids() -> LocalIds:
    return LocalIds(
        session_id=4004280497,
        cname="user1@host-1",
        audio=(LocalStream(ssrc=1001), LocalStream(ssrc=1002)),
        video=(LocalStream(ssrc=2001), LocalStream(ssrc=2002)),
    )


@pytest.fixture(scope="session")
def answer_to(
    capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds
) -> Callable[..., Negotiated]:
    """`answer_to(text, **changed capabilities)`."""

    def answer(text: str, **changes: Any) -> Negotiated:
        return create_answer(parse(text), attrs.evolve(capabilities, **changes), transport, ids)

    return answer


@pytest.fixture(scope="session")
def offer_text() -> Callable[..., str]:
    """`offer_text(media, media, session=[lines])`: each media is its m-line and attributes, ICE and DTLS added."""

    def build(*medias: list[str], session: tuple[str, ...] = (), common: bool = True) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", *session]
        for media in medias:
            lines += media
            if common:
                lines += ["a=ice-ufrag:peer", "a=ice-pwd:peerPasswordOf22chars!", f"a=fingerprint:{FINGERPRINT}"]
                lines += ["a=rtcp-mux"] if not media[0].startswith("m=application") else []
                lines += [] if any(line.startswith("a=setup") for line in media) else ["a=setup:actpass"]
        return "\r\n".join([*lines, ""])

    return build
