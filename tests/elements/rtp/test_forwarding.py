"""Plain RTP in and out: content, events, feedback, reports, ports."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from typing import cast

import pytest
import trio

from kms_elements.rtp import RtpEndpoint
from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.service import NetworkService
from kms_trio.rtc.rtcp import (
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverEstimatedMaximumBitrate,
    ReceiverReport,
    SenderReport,
)
from kms_trio.rtc.sdp import parse
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import negotiate, offer_of, open_peer
from tests.elements.webrtc.room import numbers

OPUS_SILENCE = b"\xf8\xff\xfe"


async def test_as_a_recorded_kurento_did(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    """RTP/AVP from one endpoint to another: the events and answers of Kurento Media Server 7.3.0."""
    pipeline = await client.create("MediaPipeline")
    a, b = [await client.create("RtpEndpoint", mediaPipeline=pipeline) for _ in range(2)]
    for endpoint in (a, b):
        await client.subscribe(
            endpoint,
            "Error",
            "MediaFlowOutStateChanged",
            "MediaFlowInStateChanged",
            "MediaTranscodingStateChanged",
            "MediaSessionTerminated",
            "MediaSessionStarted",
            "MediaStateChanged",
            "ConnectionStateChanged",
            "OnKeySoftLimit",
        )
    async with open_peer() as sender, open_peer() as receiver, trio.open_nursery() as nursery:
        answer = await negotiate(client, a, sender, "sendonly", profile="AVP")
        assert "a=recvonly\r\n" in answer
        assert "rtcp-fb" not in answer, "RTP/AVP has no feedback"
        assert "a=sendonly\r\n" in await negotiate(client, b, receiver, "recvonly", profile="AVP")
        for endpoint in (a, b):
            changed = await client.expect("ConnectionStateChanged", endpoint)
            assert (changed.data["oldState"], changed.data["newState"]) == ("DISCONNECTED", "CONNECTED")
            await client.expect("MediaSessionStarted", endpoint)
        await client.invoke(a, "connect", sink=b, mediaType="VIDEO")
        assert await client.settle() == []
        nursery.start_soon(sender.publish, vp8_frames)
        await until(lambda: len(receiver.frames) > 40)
        came = {(event.name, event.source_id, *_states(event.data)) for event in await client.settle()}
        assert came == {
            ("MediaStateChanged", a, "CONNECTED"),
            ("MediaFlowOutStateChanged", a, "FLOWING"),
            ("MediaTranscodingStateChanged", a, "NOT_TRANSCODING"),
            ("MediaFlowInStateChanged", b, "FLOWING"),
        }
        shown = [frame.data for frame in receiver.frames]
        assert shown[0] in {frame.data for frame in vp8_frames if frame.key_frame}
        assert None not in numbers(receiver.frames)
        assert await client.invoke(a, "getMediaState") == "CONNECTED"
        assert await client.invoke(b, "getMediaState") == "DISCONNECTED", "this peer sends no RTCP"
        assert await client.invoke(a, "isMediaFlowingOut", mediaType="VIDEO") is True
        assert await client.invoke(a, "isMediaFlowingIn", mediaType="VIDEO") is False
        assert await client.invoke(b, "isMediaFlowingIn", mediaType="VIDEO") is True
        assert await client.invoke(b, "isMediaTranscoding", mediaType="VIDEO") is False
        [inbound] = (await client.invoke(a, "getStats", mediaType="VIDEO")).values()
        assert (inbound["type"], inbound["ssrc"]) == ("inboundrtp", str(sender.ssrc))
        [outbound] = (await client.invoke(b, "getStats", mediaType="VIDEO")).values()
        assert (outbound["type"], outbound["ssrc"]) == ("outboundrtp", str(receiver.packets[0].ssrc))
        assert receiver.answer is not None
        assert [each.ssrc for each in receiver.answer.ssrc_attributes] == [receiver.packets[0].ssrc]
        for endpoint in (a, b):  # a sends nothing; b's source has no feedback by which it could be asked
            with pytest.raises(KurentoError) as refused:
                await client.invoke(endpoint, "requestKeyframe")
            assert refused.value.code == 40111
        nursery.cancel_scope.cancel()


def _states(data: dict[str, str]) -> tuple[str, ...]:
    return tuple(data[key] for key in ("newState", "state") if key in data)


async def test_the_server_offers(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    """An answer of the peer picks the codec; the same payload type in both medias confuses nobody."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    offer = await client.invoke(endpoint, "generateOffer")
    async with (
        open_peer("audio", "OPUS", payload_type=96) as audio,
        open_peer("video", payload_type=96) as video,
        trio.open_nursery() as nursery,
    ):
        assert audio.take(offer).protocol == video.take(offer).protocol == "RTP/AVPF"
        assert audio.remote_rtp_port % 2 == video.remote_rtp_port % 2 == 0
        assert audio.remote_rtcp_port == audio.remote_rtp_port + 1
        await client.invoke(endpoint, "processAnswer", answer=offer_of(audio.section(), video.section()))
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(video.publish, vp8_frames)
        nursery.start_soon(audio.publish, [EncodedFrame(OPUS_SILENCE, 0, True)])
        await until(lambda: len(video.frames) > 30 and len(audio.packets) > 30)
        assert None not in numbers(video.frames)
        assert {packet.payload for packet in audio.packets} == {OPUS_SILENCE}
        assert len({packet.ssrc for packet in audio.packets + video.packets}) == 2
        kinds = [
            sorted(entry["type"] for entry in (await client.invoke(endpoint, "getStats", **selector)).values())
            for selector in ({}, {"mediaType": "AUDIO"})
        ]
        assert kinds[0] == ["inboundrtp"] * 2 + ["outboundrtp"] * 2 + ["track"] * 3, "two codecs, and pictures"
        assert kinds[1] == ["inboundrtp", "outboundrtp"]
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("mux", [False, True], ids=["two ports", "rtcp-mux"])
async def test_feedback(client: RpcClient, vp8_frames: Sequence[EncodedFrame], *, mux: bool) -> None:
    """NACK, PLI, REMB and reports in both directions, on RTCP's own port or on the one of RTP."""
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer(mux=mux) as peer, trio.open_nursery() as nursery:
        answer = await negotiate(client, endpoint, peer, "sendrecv")
        assert ("a=rtcp-mux\r\n" in answer) is mux
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.packets) > 20)
        ssrc = peer.packets[0].ssrc
        again = peer.packets[7]
        before = len(peer.packets)
        await peer.send_rtcp([ReceiverReport(1, ()), Nack(1, ssrc, (again.sequence_number,))])
        await until(lambda: again in peer.packets[before:])
        await peer.send_rtcp([ReceiverReport(1, ()), PictureLossIndication(1, ssrc)])
        await until(lambda: any(isinstance(each, PictureLossIndication) for each in peer.rtcp))
        await peer.send_rtcp([ReceiverReport(1, ()), ReceiverEstimatedMaximumBitrate(1, 150_000, (ssrc,))])
        await until(
            lambda: any(
                isinstance(each, ReceiverEstimatedMaximumBitrate)
                and 140_000 <= each.bitrate_bps <= 150_000
                and each.sources == (peer.ssrc,)
                for each in peer.rtcp
            )
        )
        await until(lambda: any(isinstance(each, SenderReport) and each.ssrc == ssrc for each in peer.rtcp))
        await client.invoke(endpoint, "requestKeyframe")
        await client.release(endpoint)
        await until(lambda: any(isinstance(each, Goodbye) and ssrc in each.sources for each in peer.rtcp))
        nursery.cancel_scope.cancel()


async def test_ipv6(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline, useIpv6=True)
    async with open_peer(host="::1") as peer, trio.open_nursery() as nursery:
        answer = await negotiate(client, endpoint, peer, "sendrecv")
        assert "c=IN IP6 " in answer
        await client.invoke(endpoint, "connect", sink=endpoint)
        nursery.start_soon(peer.publish, vp8_frames)
        await until(lambda: len(peer.frames) > 20)
        assert None not in numbers(peer.frames)
        nursery.cancel_scope.cancel()


async def test_an_offer_of_the_other_family_is_received_only(client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    async with open_peer() as peer:
        offer = offer_of(peer.section(), host="::1")
        peer.take(await client.invoke(endpoint, "processOffer", offer=offer))
        await peer.send_report(0)
        await client.subscribe(endpoint, "MediaStateChanged")
        await until_connected(client, endpoint, partial(peer.send_report, 0))
        assert peer.rtcp == []


async def until_connected(client: RpcClient, endpoint: str, poke: object) -> None:
    """Until the endpoint has seen RTCP, which `poke` sends."""
    assert callable(poke)
    with trio.fail_after(PATIENCE_S):
        while await client.invoke(endpoint, "getMediaState") != "CONNECTED":
            await poke()


async def test_ports_come_from_the_range_and_go_back(client: RpcClient, server: Server) -> None:
    network: NetworkService = server.context.network
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    offer = parse(await client.invoke(endpoint, "generateOffer"))
    ports = [port for media in offer.medias for port in (media.port, media.port + 1)]
    assert all(media.rtcp is not None and media.rtcp.port == media.port + 1 for media in offer.medias)

    def handler(*_: object) -> None:
        pass

    for port in ports:
        with pytest.raises(OSError, match="in use"):
            network.open_socket("0.0.0.0", port, handler)
    await client.release(pipeline)
    for port in ports:
        network.close_socket(network.open_socket("0.0.0.0", port, handler))
    await until(lambda: len(network.timers) == 0)


async def test_refused_medias_take_no_ports(client: RpcClient, server: Server) -> None:
    pipeline = await client.create("MediaPipeline")
    endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
    offer = offer_of(
        "m=audio 5000 RTP/AVP 96\r\na=rtpmap:96 unheard-of/48000\r\n",
        "m=video 5002 RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\n",
        "m=application 5004 RTP/AVP 98\r\n",
        "m=audio 5006 RTP/AVP 0\r\n",
    )
    answer = parse(await client.invoke(endpoint, "processOffer", offer=offer))
    assert [media.port == 0 for media in answer.medias] == [True, True, True, False]
    connection = cast("RtpEndpoint", server.context.directory.get(endpoint))._connection
    assert connection is not None
    assert [(kind, each.rtp_port) for kind, each in connection.transports.items()] == [("audio", answer.medias[3].port)]


async def test_a_sender_that_takes_another_ssrc_each_time(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    """The last sources are kept and the pad gives the newest; older ones are forgotten."""
    pipeline = await client.create("MediaPipeline")
    source, sink = [await client.create("RtpEndpoint", mediaPipeline=pipeline) for _ in range(2)]
    await client.invoke(source, "connect", sink=sink)
    async with open_peer() as sender, open_peer() as receiver:
        await negotiate(client, source, sender, "sendonly")
        await negotiate(client, sink, receiver, "recvonly")
        for number in range(60):  # as many as may begin at once
            sender.ssrc = 1000 + number
            before = len(receiver.packets)
            await sender.send_frame(vp8_frames[0].data, number * 3000)
            await until(lambda before=before: len(receiver.packets) > before)
        stats = (await client.invoke(source, "getStats", mediaType="VIDEO")).values()
        assert {int(entry["ssrc"]) for entry in stats} == set(range(1028, 1060))
        assert len({packet.ssrc for packet in receiver.packets}) == 1
        numbers_seen = [packet.sequence_number for packet in receiver.packets]
        assert all((b - a) & 0xFFFF == 1 for a, b in itertools.pairwise(numbers_seen))
