"""Peers whose address is learnt from their packets (`a=direction:active`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.rtcp import SenderReport
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import RtpPeer, negotiate, open_peer
from tests.elements.webrtc.room import numbers

ACTIVE = ("a=direction:active",)


def _unknown_address(peer: RtpPeer) -> tuple[str, ...]:
    """A `c=` line and an RTCP port at which the peer is not: what a peer behind NAT writes."""
    return (*ACTIVE, "a=rtcp:9", f"a=ssrc:{peer.ssrc} cname:peer")


@pytest.mark.parametrize("mux", [False, True], ids=["two ports", "rtcp-mux"])
async def test_media_goes_back_to_where_it_comes_from(
    client: RpcClient,
    vp8_frames: Sequence[EncodedFrame],
    caplog: pytest.LogCaptureFixture,
    *,
    mux: bool,
) -> None:
    caplog.set_level(logging.INFO, "rtpendpoint")
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer(mux=mux) as peer, open_peer() as announced, trio.open_nursery() as nursery:
        section = peer.section(lines=_unknown_address(peer)).replace(str(peer.rtp_port), str(announced.rtp_port), 1)
        offer = f"v=0\r\nc=IN IP4 127.0.0.1\r\n{section}"
        answer = await client.invoke(endpoint, "processOffer", offer=offer)
        assert "a=direction:passive\r\n" in answer
        assert "COMEDIA: Media 'video' uses COMEDIA" in caplog.messages
        peer.take(answer)
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 30 and any(isinstance(each, SenderReport) for each in peer.rtcp))
        assert None not in numbers(peer.frames)
        assert announced.packets == [], "nothing goes to the address in the offer"
        route = f"COMEDIA: Parsed route: IP: 127.0.0.1, RTP: {peer.rtp_port}, RTCP: {peer.rtcp_port}"
        assert route in caplog.messages
        nursery.cancel_scope.cancel()


async def test_the_source_is_locked_once_it_is_learnt(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer, open_peer() as thief, trio.open_nursery() as nursery:
        await negotiate(client, endpoint, peer, "sendrecv", lines=ACTIVE)
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 5)
        assert peer.answer is not None
        thief.remote_rtp_port, thief.remote_rtcp_port = peer.remote_rtp_port, peer.remote_rtcp_port
        for number in range(30):
            await thief.send_frame(vp8_frames[0].data, number * 3000)
            await thief.send_report(number * 3000)
        before = len(peer.frames)
        await until(lambda: len(peer.frames) > before + 30)
        assert thief.packets == []
        assert thief.rtcp == []
        stats = await client.invoke(endpoint, "getStats")
        assert [each["ssrc"] for each in stats.values() if each["type"] == "inboundrtp"] == [str(peer.ssrc)]
        nursery.cancel_scope.cancel()


async def test_with_keys_only_an_authentic_packet_is_learnt_from(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame]
) -> None:
    suite = "AES_CM_128_HMAC_SHA1_80"
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto={"crypto": "AES_128_CM_HMAC_SHA1_80"})
    async with open_peer(suite=suite) as peer, open_peer(suite=suite) as thief, trio.open_nursery() as nursery:
        await negotiate(client, endpoint, peer, "sendrecv", lines=ACTIVE)
        await client.invoke(endpoint, "connect", sink=endpoint)
        thief.remote_rtp_port, thief.remote_rtcp_port = peer.remote_rtp_port, peer.remote_rtcp_port
        for number in range(30):
            await thief.send_frame(vp8_frames[0].data, number * 3000)
            await thief.send_report(number * 3000)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 20)
        assert thief.undecryptable == 0
        assert thief.packets == []
        nursery.cancel_scope.cancel()
