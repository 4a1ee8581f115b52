"""A server and a client behind routers: host, server-reflexive and relayed paths over real address translation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import attrs
import pytest
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.ice import parse_candidate
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client
from kms_trio.testing.webrtc_peer import WebRtcPeer, open_peer
from tests.elements.webrtc.room import Participant, see_yourself
from tests.interop.harness.coturn import run_coturn
from tests.interop.harness.namespaces import Lab, Router, inside, open_lab
from tests.interop.harness.server import run_server

pytestmark = [pytest.mark.interop, pytest.mark.slow]


@attrs.frozen
class Meeting:
    """An endpoint of the server and a peer in the client's network, with what the server found."""

    client: RpcClient
    endpoint: str
    peer: WebRtcPeer
    candidates: list[str]

    def types(self) -> set[str]:
        return {str(parse_candidate(text).type) for text in self.candidates}

    async def connect(self) -> str:
        """Wait for the connection; the type of the server's end of it."""
        with trio.fail_after(PATIENCE_S):
            await self.peer.connected.wait()
        pair = (await self.client.expect("NewCandidatePairSelected", self.endpoint)).data["candidatePair"]
        return str(parse_candidate(pair["localCandidate"]).type)


async def meet(stack: AsyncExitStack, lab: Lab, folder: Path, **web_rtc: object) -> Meeting:
    """Negotiate through the control socket, which lies in the server's namespace."""
    changes = {f"modules.kurento.WebRtcEndpoint.{key}": value for key, value in web_rtc.items()}
    prefix = ["ip", "netns", "exec", lab.server.namespace]
    server = await stack.enter_async_context(run_server(folder, prefix=prefix, **changes))
    with inside(lab.server.namespace):
        client = await stack.enter_async_context(open_client(f"ws://127.0.0.1:{server.port}/kurento"))
    with inside(lab.client.namespace):
        peer = await stack.enter_async_context(open_peer(host=lab.client.host))
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
    await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone", "NewCandidatePairSelected")
    await client.invoke(endpoint, "connect", sink=endpoint)
    offer = peer.offer()
    peer.take_answer(await client.invoke(endpoint, "processOffer", offer=offer))
    if lab.client.public_host != lab.client.host:
        # What a browser would have learnt from the STUN server; a router that keeps ports keeps this one.
        own = next(line for line in offer.splitlines() if line.startswith("a=candidate:"))
        candidate = attrs.evolve(parse_candidate(own), host=lab.client.public_host)
        text = f"candidate:2 1 UDP 1677729535 {candidate.host} {candidate.port} typ srflx raddr 0.0.0.0 rport 9"
        await client.invoke(endpoint, "addIceCandidate", candidate=_ice_candidate(text))
    await client.invoke(endpoint, "gatherCandidates")
    await client.expect("IceGatheringDone", endpoint)
    found = [event.data["candidate"]["candidate"] for event in client.events if event.name == "IceCandidateFound"]
    for text in dict.fromkeys(found):
        peer.add_candidate(text)
    return Meeting(client, endpoint, peer, found)


def _ice_candidate(text: str) -> dict[str, object]:
    return {"candidate": text, "sdpMid": "0", "sdpMLineIndex": 0, "__module__": "kurento", "__type__": "IceCandidate"}


@pytest.mark.parametrize(
    ("server_router", "client_router", "expected"),
    [
        pytest.param("none", "none", {"host"}, id="both public"),
        pytest.param("none", "symmetric", {"host"}, id="client behind a router"),
        # The peer's answer to a check may be here before the STUN server's: the address is the same.
        pytest.param("cone", "none", {"srflx", "prflx"}, id="server behind a router"),
        pytest.param("cone", "cone", {"srflx", "prflx"}, id="both behind routers"),
        pytest.param("symmetric", "none", {"prflx"}, id="server behind a symmetric router"),
    ],
)
async def test_stun_is_enough(
    tmp_path: Path, vp8_frames: Sequence[EncodedFrame], server_router: Router, client_router: Router, expected: set[str]
) -> None:
    async with (
        open_lab(server_router, client_router) as lab,
        run_coturn(tmp_path, host="203.0.113.9", namespace=lab.public) as coturn,
        AsyncExitStack() as stack,
    ):
        meeting = await meet(stack, lab, tmp_path, stunServerAddress=coturn.host, stunServerPort=coturn.port)
        assert meeting.types() == {"host"} | (set() if server_router == "none" else {"srflx"})
        assert await meeting.connect() in expected
        await see_yourself(Participant(meeting.endpoint, meeting.peer), vp8_frames)


async def test_without_stun_a_server_behind_a_router_is_reached_as_the_peer_is_public(
    tmp_path: Path, vp8_frames: Sequence[EncodedFrame]
) -> None:
    async with open_lab("cone", "none") as lab, AsyncExitStack() as stack:
        meeting = await meet(stack, lab, tmp_path)
        assert meeting.types() == {"host"}
        assert await meeting.connect() == "prflx"
        await see_yourself(Participant(meeting.endpoint, meeting.peer), vp8_frames)


async def test_an_external_address_replaces_stun_where_the_router_forwards(
    tmp_path: Path, vp8_frames: Sequence[EncodedFrame]
) -> None:
    async with open_lab("cone", "none") as lab, AsyncExitStack() as stack:
        meeting = await meet(stack, lab, tmp_path, externalIPv4=lab.server.public_host)
        assert {parse_candidate(text).host for text in meeting.candidates} == {lab.server.public_host}
        await meeting.connect()
        await see_yourself(Participant(meeting.endpoint, meeting.peer), vp8_frames)


@pytest.mark.parametrize(
    ("server_router", "client_router", "transport"),
    [
        pytest.param("symmetric", "symmetric", "udp", id="both behind symmetric routers"),
        pytest.param("no udp", "cone", "tcp", id="server without UDP"),
        pytest.param("no udp", "symmetric", "tls", id="server with TLS only"),
    ],
)
async def test_turn_where_nothing_else_works(
    tmp_path: Path, vp8_frames: Sequence[EncodedFrame], server_router: Router, client_router: Router, transport: str
) -> None:
    async with (
        open_lab(server_router, client_router) as lab,
        run_coturn(tmp_path, host="203.0.113.9", namespace=lab.public) as coturn,
        AsyncExitStack() as stack,
    ):
        meeting = await meet(stack, lab, tmp_path, turnURL=coturn.url(transport), turnTlsVerify=False)
        assert "relay" in meeting.types()
        assert await meeting.connect() == "relay"
        await see_yourself(Participant(meeting.endpoint, meeting.peer), vp8_frames)


async def test_a_direct_path_is_preferred_to_the_relay(tmp_path: Path, vp8_frames: Sequence[EncodedFrame]) -> None:
    async with (
        open_lab("cone", "cone") as lab,
        run_coturn(tmp_path, host="203.0.113.9", namespace=lab.public) as coturn,
        AsyncExitStack() as stack,
    ):
        meeting = await meet(stack, lab, tmp_path, turnURL=coturn.url())
        assert meeting.types() == {"host", "srflx", "relay"}, "a TURN server over UDP is a STUN server too"
        assert await meeting.connect() in {"srflx", "prflx"}
        await see_yourself(Participant(meeting.endpoint, meeting.peer), vp8_frames)
