"""Hostile descriptions: SdpError or a result, nothing else, and never an answer that cannot be read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kms_trio.rtc.sdp import (
    EndpointCapabilities,
    LocalIds,
    LocalTransport,
    Negotiated,
    SdpError,
    Security,
    apply_answer,
    create_answer,
    create_offer,
    parse,
    write,
)

_DATA = Path(__file__).parents[2] / "data" / "sdp"
_OFFERS = sorted(path for browser in ("chromium", "firefox") for path in (_DATA / browser).glob("*.sdp"))
_LINES = sorted({line for path in _OFFERS for line in path.read_text().splitlines()})
_NOISE = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    [
        "",
        "0",
        "-1",
        "99999999999999999999",
        "/",
        ":",
        " ",
        "=",
        ";",
        "*",
        "a=",
        "m=audio 0",
        "\r",
        "\u2028",
        "\ud800",
        "²",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A real offer with lines dropped, doubled, moved, made up, and characters replaced."""
    lines = draw(st.sampled_from(_OFFERS)).read_text().splitlines()
    for _ in range(draw(st.integers(0, 8))):
        index = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[index : index + draw(st.integers(1, 20))]
            case 1:
                lines.insert(index, draw(st.sampled_from(_LINES)))
            case 2:
                lines[index:index] = lines[draw(st.integers(0, index)) :]
            case 3:
                cut = draw(st.integers(0, len(lines[index])))
                lines[index] = lines[index][:cut] + draw(_NOISE) + lines[index][cut + draw(st.integers(0, 3)) :]
            case 4:
                name, colon, _ = lines[index].partition(":")
                lines[index] = name + colon + draw(_NOISE)
            case _:
                fields = lines[index].split(" ")
                fields[draw(st.integers(0, len(fields) - 1))] = draw(_NOISE)
                lines[index] = " ".join(fields)
        lines = lines or [""]
    return "\r\n".join(lines)


_SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _read(text: str) -> object:
    try:
        return parse(text)
    except SdpError as error:
        return error


@given(st.text(max_size=200) | st.lists(st.sampled_from(_LINES) | _NOISE, max_size=12).map("\n".join))
@_SLOW
def test_any_text(text: str) -> None:
    for candidate in (text, "v=0\n" + text):
        result = _read(candidate)
        if not isinstance(result, SdpError):
            assert write(parse(write(parse(candidate)))) == write(parse(candidate))


@given(text=mutated())
@_SLOW
def test_mutated_offers(
    text: str,
    capabilities: EndpointCapabilities,
    transport: LocalTransport,
    ids: LocalIds,
) -> None:
    try:
        offer = parse(text)
    except SdpError:
        return
    full = attrs.evolve(capabilities, data_channels=True, num_audio_medias=2, num_video_medias=2, rtx=True)
    negotiated = create_answer(offer, full, transport, ids)
    _check(negotiated)
    plain = attrs.evolve(full, security=Security.NONE, bundle=False, rtcp_mux=False, data_channels=False)
    _check(create_answer(offer, plain, LocalTransport(address="192.0.2.1"), ids))


@given(text=mutated())
@_SLOW
def test_mutated_answers(
    text: str,
    capabilities: EndpointCapabilities,
    transport: LocalTransport,
    ids: LocalIds,
) -> None:
    full = attrs.evolve(capabilities, data_channels=True)
    offer = create_offer(full, transport, ids)
    try:
        answer = parse(text)
    except SdpError:
        return
    negotiated = apply_answer(offer, answer, full)
    assert len(negotiated.medias) == len(offer.medias)
    for media in negotiated.accepted:
        assert media.remote is not None
        assert media.dtls_role is not None


def _check(negotiated: Negotiated) -> None:
    text = write(negotiated.local)
    assert write(parse(text)) == text
    text.encode()
    answer = parse(text)
    assert len(answer.medias) == len(negotiated.remote.medias) == len(negotiated.medias)
    bundled = [mid for mids in answer.bundle_groups for mid in mids]
    for media, offered, answered in zip(negotiated.medias, negotiated.remote.medias, answer.medias, strict=True):
        assert (answered.kind, answered.mid) == (offered.kind, offered.mid)
        assert answered.formats
        assert media.accepted == (media.rejection == "")
        carrier = not media.accepted and media.mid in bundled[:1]  # leads a bundle, and brings nothing but transport
        shared = _shared_mid(negotiated, media.mid)
        assert (media.accepted or carrier) == (answered.port != 0) or shared
        assert media.accepted or carrier or media.mid not in bundled or shared
        if media.accepted and media.kind != "application":
            assert media.codecs
            assert set(answered.payload_types) <= set(offered.payload_types)


def _shared_mid(negotiated: Negotiated, mid: str) -> bool:
    return sum(media.mid == mid for media in negotiated.medias) > 1


def test_time_stays_linear(answer_to: Callable[..., Negotiated]) -> None:
    """Many times the lines of an offer must not cost more than as many times the work: quadratic code hangs here."""
    media = "m=video 9 UDP/TLS/RTP/SAVPF 96\na=rtpmap:96 VP8/90000\na=ice-ufrag:x\na=ice-pwd:y\n"
    repeated = "a=fmtp:96 x=y\na=ssrc:1 cname:x\na=extmap:2 urn:x\na=rtcp-fb:96 nack\na=group:BUNDLE 1 2\n" * 1900
    text = "v=0\n" + media + repeated
    assert [each.rejection for each in answer_to(text).medias] == ["no ICE credentials or no fingerprint"]
    text += "a=fingerprint:sha-256 AA\na=rtcp-mux\n"
    assert answer_to(text).medias[0].accepted
