"""RtpEndpoint between two GStreamers: the one plays a clip of numbered pictures, the other writes what it receives."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from kms_trio.rtc.sdp import parse
from kms_trio.testing.clips import write_clip
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.ffmpeg import pictures_of, pitch_of
from tests.elements.rtp.gstreamer import (
    Received,
    Suite,
    receive_pipeline,
    require_gstreamer,
    run_sender,
    running_receiver,
    send_pipeline,
)
from tests.elements.rtp.sections import PAYLOAD_TYPES, describe, free_ports, key_of, media_of, section

pytestmark = pytest.mark.interop

SECONDS = 3
RATE = 15
FREQUENCY_HZ = 440.0
CLIPS = {"VP8": ("clip.webm", "libvpx"), "H264": ("clip.mp4", "libx264")}
AES_256_80 = Suite("AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80", "aes-256-icm", "hmac-sha1-80", 46)
AES_128_32 = Suite("AES_CM_128_HMAC_SHA1_32", "AES_128_CM_HMAC_SHA1_32", "aes-128-icm", "hmac-sha1-32", 30)


@pytest.mark.parametrize(
    ("codec", "suite"),
    [("VP8", None), ("H264", None), ("VP8", AES_256_80), ("H264", AES_128_32)],
    ids=["VP8", "H264", "VP8-srtp", "H264-srtp"],
)
async def test_through_two_endpoints(client: RpcClient, tmp_path: Path, codec: str, suite: Suite | None) -> None:
    program = require_gstreamer()
    name, encoder = CLIPS[codec]
    clip = write_clip(
        tmp_path / name,
        seconds=SECONDS,
        video=encoder,
        size=(320, 240),
        frames_per_second=RATE,
        frequency_hz=FREQUENCY_HZ,
    )
    protocol = "RTP/SAVP" if suite else "RTP/AVP"
    sender_key = suite.key("the sender's own key") if suite else ""
    crypto_line = {"suite": suite.sdp, "key": sender_key} if suite else {}
    pipeline = await client.create("MediaPipeline")
    crypto = {"crypto": suite.kurento} if suite else {}
    source, sink = [await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto) for _ in range(2)]
    await client.invoke(source, "connect", sink=sink)

    offer = [section(kind, 9, codec, protocol, "sendonly", **crypto_line) for kind in PAYLOAD_TYPES]
    receives = parse(await client.invoke(source, "processOffer", offer=describe(offer)))
    ports = {kind: media_of(receives, kind).port for kind in PAYLOAD_TYPES}
    with free_ports(2) as free:
        own = dict(zip(PAYLOAD_TYPES, free, strict=True))
        offer = [section(kind, port, codec, protocol, "recvonly", **crypto_line) for kind, port in own.items()]
        answer = parse(await client.invoke(sink, "processOffer", offer=describe(offer)))
    files = {"video": tmp_path / "received.mkv", "audio": tmp_path / "received.ogg"}
    medias = [
        Received(
            kind,
            codec if kind == "video" else "OPUS",
            own[kind],
            PAYLOAD_TYPES[kind],
            file,
            ssrc=media_of(answer, kind).ssrc_attributes[0].ssrc,
            key=key_of(answer, kind) if suite else "",
        )
        for kind, file in files.items()
    ]
    async with running_receiver(program, receive_pipeline(medias, suite)):
        await run_sender(program, send_pipeline(clip, ports, PAYLOAD_TYPES, suite, sender_key))

    pictures = pictures_of(files["video"])
    known = [number for number in pictures if number is not None]
    assert len(known) == len(pictures) > RATE // 2  # what is on its way when the receiver is stopped may be missing
    assert all(after - before == 1 for before, after in itertools.pairwise(known)), known
    assert abs(pitch_of(files["audio"]) - FREQUENCY_HZ) < 2
