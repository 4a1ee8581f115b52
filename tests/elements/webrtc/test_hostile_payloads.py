"""A peer that is who it says it is, and sends what no peer would: into decoders, into data channels, as reports."""

from __future__ import annotations

import contextlib
import random
import struct
from collections.abc import Sequence

import google_crc32c
import pytest
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtp.header import write_header
from kms_trio.rtc.srtp import SrtpError
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Participant, Publisher, join

FRAMES = 60
PACKETS = 300


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A byte changed, some left out or some put in, mostly near the beginning, where lengths and flags are."""
    if not data:
        return data
    at = chance.randrange(min(len(data), chance.choice((16, 64, len(data)))))
    return data[:at] + chance.choice((chance.randbytes(1), b"", b"\xff" * 4)) + data[at + chance.choice((1, 3)) :]


async def send_broken_media(
    liar: Participant, codec: str, frames: Sequence[EncodedFrame], chance: random.Random
) -> None:
    """Frames in packets with broken payloads, extensions and paddings, under the payload type that was negotiated."""
    peer = liar.peer
    media = peer._negotiated.media("video") if peer._negotiated else None
    assert media is not None
    assert peer._outbound is not None
    number = 0
    for i in range(FRAMES):
        for payload in payload_format(codec).packetizer(1100).packetize(frames[i % len(frames)].data):
            number += 1
            header = bytearray(write_header(True, media.codecs[0].payload_type, number, i * 3000, peer.ssrcs["video"]))
            kind = chance.randrange(5)
            if kind == 1:  # contributing sources
                header[0] |= chance.randrange(16)
            elif kind == 2:  # a header extension (RFC 8285) whose elements are longer than itself
                header[0] |= 0x10
                header += b"\xbe\xde\x00\x01" + chance.randbytes(4)
            elif kind == 3:
                header[0] |= 0x20  # padding, as long as the last byte says
            with contextlib.suppress(SrtpError):  # what libsrtp does not protect cannot reach the server
                await peer.send_datagram(peer._outbound.protect(bytes(header) + mutated(payload, chance)))
        await trio.lowlevel.checkpoint()


async def send_broken_reports(liar: Participant, chance: random.Random) -> None:
    """Compounds (RFC 3550 section 6.1) whose lengths and counts lie."""
    assert liar.peer._outbound is not None
    for _ in range(PACKETS):
        compound = b""
        for _ in range(chance.randrange(1, 4)):
            body = struct.pack("!I", liar.peer.ssrcs["video"]) + chance.randbytes(4 * chance.randrange(10))
            length = chance.choice((len(body) // 4, 0, 3, 0xFFFF))
            compound += struct.pack("!BBH", 0x80 | chance.randrange(32), chance.randrange(200, 208), length) + body
        await liar.peer.send_datagram(liar.peer._outbound.protect_rtcp(compound))


async def send_broken_data(liar: Participant, chance: random.Random) -> None:
    """Packets of the association, each changed, with the right tag and checksum (RFC 9260)."""
    data, dtls = liar.peer.data, liar.peer._dtls
    assert data is not None
    assert dtls is not None
    sent: list[bytes] = []
    transmits = data.association.transmits

    def overheard() -> list[bytes]:
        packets = transmits()
        sent.extend(packets)
        return packets

    data.association.transmits = overheard  # type: ignore[method-assign]  # the wire is tapped
    data.association.open_channel("a")
    await until(lambda: bool(data.opened) and len(sent) >= 2)
    for _ in range(PACKETS):
        packet = bytearray(chance.choice(sent))
        chunks = mutated(bytes(packet[12:]), chance) if chance.random() < 0.7 else _made_up_chunk(chance)
        packet[8:] = bytes(4) + chunks
        packet[8:12] = struct.pack("<I", google_crc32c.value(bytes(packet)))
        dtls.send(bytes(packet[:1100]))
    for datagram in dtls.datagrams():
        await liar.peer.send_datagram(datagram)


def _made_up_chunk(chance: random.Random) -> bytes:
    # Not ABORT (6), which would end it all.
    kind = chance.choice((0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 14, 64, 128, 130, 192, 255))
    body = chance.randbytes(4 * chance.randrange(12))
    return struct.pack("!BBH", kind, chance.randrange(8), len(body) + chance.choice((0, 4, 4, 4, 100))) + body


@pytest.mark.parametrize("seed", range(3))
async def test_what_an_authenticated_peer_sends_is_its_own_harm(
    client: RpcClient,
    vp8_frames: Sequence[EncodedFrame],
    caplog: pytest.LogCaptureFixture,
    seed: int,
) -> None:
    """Its video is decoded for a viewer with another codec; others in the same pipeline miss nothing."""
    chance = random.Random(seed)
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, sources=["self"]) as witness,
        join(client, pipeline, data_channels=True, sources=["self"]) as liar,
        join(client, pipeline, send=False, codecs=("PCMU/8000", "H264/90000"), sources=[liar.endpoint]),
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(Publisher(witness.peer, vp8_frames).run)
        await until(lambda: "video" in witness.peer.tracks)
        async with trio.open_nursery() as attack:
            attack.start_soon(send_broken_media, liar, "VP8", vp8_frames, chance)
            attack.start_soon(send_broken_reports, liar, chance)
            attack.start_soon(send_broken_data, liar, chance)
        frames = len(witness.peer.tracks["video"].frames)
        await until(lambda: len(witness.peer.tracks["video"].frames) > frames + 20)
        assert witness.peer.tracks["video"].statistics.packets_lost == 0
        assert await client.invoke(witness.endpoint, "getConnectionState") == "CONNECTED"
        nursery.cancel_scope.cancel()
    crashes = [each.getMessage() for each in caplog.records if each.exc_info]
    assert crashes == []
