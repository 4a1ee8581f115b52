"""WebRtcEndpoint and a real TURN server: every transport and credential, media that goes through the relay only."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import pytest
import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.ice import parse_candidate
from kms_trio.settings import Settings
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient, open_client
from kms_trio.testing.webrtc_peer import open_peer
from tests.elements.webrtc.room import Participant, quiet_settings, see_yourself
from tests.interop.harness.coturn import PASSWORD, SECRET, Coturn, run_coturn

pytestmark = pytest.mark.interop

Serve = Callable[..., Awaitable[Server]]


def settings(**web_rtc: object) -> Settings:
    plain = quiet_settings()
    return attrs.evolve(plain, web_rtc_endpoint=attrs.evolve(plain.web_rtc_endpoint, **web_rtc))


@pytest.fixture
async def coturn(tmp_path: Path) -> AsyncIterator[Coturn]:
    async with run_coturn(tmp_path) as running:
        yield running


async def gathered(client: RpcClient, endpoint: str) -> list[str]:
    """All candidates of the first media, once gathering is over."""
    await client.invoke(endpoint, "gatherCandidates")
    await client.expect("IceGatheringDone", endpoint)
    found = [event for event in client.events if event.name == "IceCandidateFound" and event.source_id == endpoint]
    return [event.data["candidate"]["candidate"] for event in found if event.data["candidate"]["sdpMLineIndex"] == 0]


@asynccontextmanager
async def join_over_relay(client: RpcClient, pipeline: str, turn_url: str | None) -> AsyncIterator[Participant]:
    """A peer that sees itself, behind a firewall through which only the relay comes."""
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone", "NewCandidatePairSelected")
    if turn_url is not None:
        await client.invoke(endpoint, "setTurnUrl", turnUrl=turn_url)
    async with open_peer() as peer:
        peer.hears = lambda remote: False
        peer.take_answer(await client.invoke(endpoint, "processOffer", offer=peer.offer()))
        await client.invoke(endpoint, "connect", sink=endpoint)
        relayed = [text for text in await gathered(client, endpoint) if " typ relay" in text]
        assert len(relayed) == 1
        candidate = parse_candidate(relayed[0])
        peer.hears = lambda remote: remote == candidate.address
        peer.add_candidate(relayed[0])
        with trio.fail_after(PATIENCE_S):
            await peer.connected.wait()
        yield Participant(endpoint, peer)


@pytest.mark.parametrize("rest", [False, True], ids=["long-term", "rest"])
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_media_through_the_relay(
    tmp_path: Path,
    vp8_frames: Sequence[EncodedFrame],
    serve: Serve,
    transport: str,
    rest: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with run_coturn(tmp_path, rest=rest) as coturn:
        server: Server = await serve(settings(turn_tls_verify=False))
        url = coturn.rest_url(transport) if rest else coturn.url(transport)
        async with open_client(server.control_url) as client:
            pipeline = await client.create("MediaPipeline")
            async with join_over_relay(client, pipeline, url) as me:
                await see_yourself(me, vp8_frames)
                pair = (await client.expect("NewCandidatePairSelected", me.endpoint)).data["candidatePair"]
                assert " typ relay " in pair["localCandidate"]
                await client.release(pipeline)
                await until(lambda: "closed" in coturn.log.read_text(errors="replace"))
    credentials = url.split("@")[0].rpartition(":")[2]
    assert f"TURN server info set: <user:password>@{coturn.host}" in caplog.text
    for secret in (credentials, PASSWORD, SECRET):
        assert secret not in "\n".join(record.getMessage() for record in caplog.records if record.name[:3] != "trio")


async def test_from_the_conf_file_and_by_name(coturn: Coturn, vp8_frames: Sequence[EncodedFrame], serve: Serve) -> None:
    server: Server = await serve(settings(turn_url=coturn.url(host="localhost")))
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        async with join_over_relay(client, pipeline, None) as me:
            await see_yourself(me, vp8_frames)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("alice:guessed@127.0.0.1:{port}", "401"),
        ("alice:guessed@127.0.0.1:{port}?transport=tcp", "401"),
        ("alice:guessed@127.0.0.1:1?transport=tcp", "refused"),
        ("alice:guessed@no-such-host.invalid:3478", "not known"),
        ("alice:guessed@127.0.0.1:{port}?transport=tls", "SSL"),
    ],
)
async def test_what_cannot_be_had_ends_gathering_with_a_reason(
    coturn: Coturn, serve: Serve, caplog: pytest.LogCaptureFixture, url: str, reason: str
) -> None:
    server: Server = await serve(settings())
    async with open_client(server.control_url) as client:
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=await client.create("MediaPipeline"))
        await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone")
        await client.invoke(endpoint, "setTurnUrl", turnUrl=url.format(port=coturn.port))
        await client.invoke(endpoint, "generateOffer")
        found = await gathered(client, endpoint)
    assert found
    assert not any(" typ relay" in text for text in found)
    said = [record.getMessage() for record in caplog.records if record.name == "kms.webrtc.gathering"]
    assert any(reason.lower() in text.lower() for text in said), said
    assert "guessed" not in caplog.text


async def test_a_server_that_dies_leaves_direct_paths_alone(
    tmp_path: Path, vp8_frames: Sequence[EncodedFrame], serve: Serve
) -> None:
    server: Server = await serve(settings())
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
        await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone")
        async with open_peer() as peer:
            async with run_coturn(tmp_path) as coturn:
                await client.invoke(endpoint, "setTurnUrl", turnUrl=coturn.url("tcp"))
                peer.take_answer(await client.invoke(endpoint, "processOffer", offer=peer.offer()))
                await client.invoke(endpoint, "connect", sink=endpoint)
                for text in await gathered(client, endpoint):
                    peer.add_candidate(text)
                with trio.fail_after(PATIENCE_S):
                    await peer.connected.wait()
            await see_yourself(Participant(endpoint, peer), vp8_frames)
