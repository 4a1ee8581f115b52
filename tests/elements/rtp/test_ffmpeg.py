"""RtpEndpoint between two ffmpegs: what the one sends the other must be able to decode, picture by picture."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path

import pytest
import trio

from kms_trio.rtc.sdp import parse
from kms_trio.testing.clips import write_clip
from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.ffmpeg import pictures_of, pitch_of, require_ffmpeg, run_ffmpeg, send_arguments
from tests.elements.rtp.sections import describe, free_ports, key_of, section

pytestmark = pytest.mark.interop

SECONDS = 3
RATE = 15
FREQUENCY_HZ = 440.0
SUITE = "AES_CM_128_HMAC_SHA1_80"
SENDER_KEY = base64.b64encode(b"thirty bytes of one's own key!").decode()


@pytest.fixture(scope="module", params=["VP8", "H264"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Numbered pictures, a key frame a second, and a tone in Opus."""
    suffix, video = {"VP8": ("webm", "libvpx"), "H264": ("mp4", "libx264")}[request.param]
    path = tmp_path_factory.mktemp("clips") / f"clip.{suffix}"
    return write_clip(
        path, seconds=SECONDS, video=video, size=(320, 240), frames_per_second=RATE, frequency_hz=FREQUENCY_HZ
    )


@pytest.mark.parametrize("encrypted", [False, True], ids=["rtp", "srtp"])
async def test_through_two_endpoints(
    client: RpcClient, clip: Path, tmp_path: Path, nursery: trio.Nursery, *, encrypted: bool
) -> None:
    """Ffmpeg → RtpEndpoint → RtpEndpoint → ffmpeg, which writes a file."""
    program = require_ffmpeg()
    codec = "H264" if clip.suffix == ".mp4" else "VP8"
    protocol = "RTP/SAVP" if encrypted else "RTP/AVP"
    crypto = {"crypto": "AES_128_CM_HMAC_SHA1_80"} if encrypted else {}
    crypto_line = {"suite": SUITE, "key": SENDER_KEY} if encrypted else {}
    pipeline = await client.create("MediaPipeline")
    source, sink = [await client.create("RtpEndpoint", mediaPipeline=pipeline, crypto=crypto) for _ in range(2)]
    await client.subscribe(source, "MediaStateChanged")
    await client.invoke(source, "connect", sink=sink)

    with free_ports(2) as (video_port, audio_port):
        offer = [
            section("video", video_port, codec, protocol, "recvonly", **crypto_line),
            section("audio", audio_port, codec, protocol, "recvonly", **crypto_line),
        ]
        answer = parse(await client.invoke(sink, "processOffer", offer=describe(offer)))
    # ffmpeg is told what the server sends under which key, and listens on the ports of the offer.
    received = [
        section(kind, port, codec, protocol, "sendonly", suite=SUITE, key=key_of(answer, kind) if encrypted else "")
        for kind, port in (("video", video_port), ("audio", audio_port))
    ]
    description = tmp_path / "received.sdp"
    description.write_text(describe(received))

    offer = [section(kind, 9, codec, protocol, "sendonly", **crypto_line) for kind in ("video", "audio")]
    ports = {
        media.kind[0]: media.port
        for media in parse(await client.invoke(source, "processOffer", offer=describe(offer))).medias
    }
    scheme = "srtp" if encrypted else "rtp"
    options = ["-srtp_out_suite", SUITE, "-srtp_out_params", SENDER_KEY] if encrypted else []
    urls = {track: f"{scheme}://127.0.0.1:{ports[track]}" for track in ("v", "a")}
    nursery.start_soon(run_ffmpeg, program, send_arguments(clip, urls, {"v": 97, "a": 98}, options))
    await client.expect("MediaStateChanged", source)

    output = tmp_path / "output.mkv"
    await run_ffmpeg(
        program,
        ["-protocol_whitelist", "file,udp,rtp,srtp", "-i", str(description), "-t", "2.5", "-c", "copy", str(output)],
    )
    pictures = pictures_of(output)
    known = [number for number in pictures if number is not None]
    assert len(known) == len(pictures) > RATE
    assert all((b - a) % (SECONDS * RATE) == 1 for a, b in itertools.pairwise(known)), known
    assert abs(pitch_of(output) - FREQUENCY_HZ) < 2
    assert (await client.invoke(sink, "getStats", mediaType="VIDEO")) != {}
    nursery.cancel_scope.cancel()
