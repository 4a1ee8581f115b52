"""GStreamer as the other side of an RtpEndpoint: pipelines for `gst-launch-1.0`."""

from __future__ import annotations

import base64
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import attrs
import trio

from kms_trio.testing.patience import PATIENCE_S
from tests.interop.harness.tools import missing
from tests.programs import end_program

__all__ = [
    "Received",
    "Suite",
    "receive_pipeline",
    "require_gstreamer",
    "run_sender",
    "running_receiver",
    "send_pipeline",
]

PACKAGES: Final = "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
_ELEMENTS: Final = ("rtpvp8pay", "rtpopuspay", "matroskademux", "qtdemux", "h264parse", "srtpenc", "srtpdec", "oggmux")


@attrs.frozen
class Suite:
    """One way of SRTP with keys in SDP (RFC 4568 section 6.2, RFC 6188) by the names of all who take part."""

    sdp: str
    kurento: str
    cipher: str
    authentication: str
    key_and_salt_bytes: int

    def key(self, text: str) -> str:
        """A key made of `text`, base64."""
        return base64.b64encode((text * 4).encode()[: self.key_and_salt_bytes]).decode()

    def properties(self, prefix: str) -> list[str]:
        """The suite as properties of `srtpenc` ("rtp", "rtcp") or as fields of caps ("srtp", "srtcp")."""
        return [f"{prefix}-cipher={self.cipher}", f"{prefix}-auth={self.authentication}"]


def _hex(key: str) -> str:
    return base64.b64decode(key).hex()


def require_gstreamer() -> str:
    """The path of gst-launch-1.0, with the elements that the pipelines name."""
    program = shutil.which("gst-launch-1.0")
    inspector = shutil.which("gst-inspect-1.0")
    if program is None or inspector is None:
        missing("gst-launch-1.0", f"on Debian, apt-get install {PACKAGES}")
    assert program is not None
    assert inspector is not None
    for element in _ELEMENTS:
        if subprocess.run([inspector, "--exists", element], check=False).returncode:
            missing(f"GStreamer's {element}", f"on Debian, apt-get install {PACKAGES}")
    return program


def send_pipeline(clip: Path, ports: dict[str, int], types: dict[str, int], suite: Suite | None, key: str) -> list[str]:
    """Plays a clip (.webm: VP8, .mp4: H264; Opus) once, in real time, to ports by "video" and "audio"."""
    demux = "qtdemux" if clip.suffix == ".mp4" else "matroskademux"
    packetizers = {
        "video": "h264parse ! rtph264pay config-interval=-1" if clip.suffix == ".mp4" else "rtpvp8pay",
        "audio": "rtpopuspay",
    }
    parts = [f"filesrc location={clip} ! {demux} name=demux"]
    for kind, port in ports.items():
        protection = ""
        if suite is not None:
            fields = [*suite.properties("rtp"), *suite.properties("rtcp")]
            protection = f"! srtpenc key={_hex(key)} {' '.join(fields)} "
        parts.append(
            f"demux.{kind}_0 ! queue ! {packetizers[kind]} pt={types[kind]} {protection}"
            f"! udpsink host=127.0.0.1 port={port}"
        )
    return " ".join(parts).split()


@attrs.frozen
class Received:
    """One media that a receiver waits for, by what the server's answer says of it."""

    kind: str
    codec: str
    port: int
    payload_type: int
    output: Path
    ssrc: int
    key: str = ""


def receive_pipeline(medias: list[Received], suite: Suite | None) -> list[str]:
    """Writes what comes to a file each, as it is: Matroska for video, Ogg for audio."""
    parts = []
    for media in medias:
        rate = 90_000 if media.kind == "video" else 48_000
        fields = [
            f"media={media.kind}",
            f"clock-rate={rate}",
            f"encoding-name={media.codec}",
            f"payload={media.payload_type}",
        ]
        unprotect = ""
        if suite is not None:
            fields += [f"ssrc=(uint){media.ssrc}", f"srtp-key=(buffer){_hex(media.key)}"]
            fields += [*suite.properties("srtp"), *suite.properties("srtcp")]
            unprotect = "! srtpdec "
        caps = ",".join([f"application/x-{'srtp' if suite else 'rtp'}", *fields])
        file = {
            "VP8": "rtpvp8depay wait-for-keyframe=true ! matroskamux",
            "H264": "rtph264depay wait-for-keyframe=true ! h264parse ! matroskamux",
            "OPUS": "rtpopusdepay ! opusparse ! oggmux",
        }[media.codec]
        parts.append(
            f"udpsrc address=127.0.0.1 port={media.port} caps={caps} {unprotect}! rtpjitterbuffer ! {file} "
            f"! filesink location={media.output}"
        )
    return " ".join(parts).split()


async def run_sender(program: str, pipeline: list[str]) -> None:
    """Runs a pipeline to its end; what it complains about becomes the failure's text."""
    with trio.fail_after(PATIENCE_S):
        done = await trio.run_process(
            [program, "-q", *pipeline], check=False, capture_stderr=True, deliver_cancel=end_program
        )
    assert done.returncode == 0, f"{' '.join(pipeline)}\n{done.stderr.decode()}"


@asynccontextmanager
async def running_receiver(program: str, pipeline: list[str]) -> AsyncIterator[None]:
    """A pipeline that listens from the beginning of the block on and has finished its files after it."""
    async with trio.open_nursery() as nursery:
        start = partial(trio.run_process, [program, "-e", *pipeline], stdout=subprocess.PIPE, check=False)
        process: trio.Process = await nursery.start(start)
        try:
            assert process.stdout is not None
            text = b""
            with trio.fail_after(PATIENCE_S):
                while b"PLAYING" not in text:
                    chunk = await process.stdout.receive_some()
                    assert chunk, f"{' '.join(pipeline)}\n{text.decode()}"
                    text += chunk
            yield
            process.send_signal(signal.SIGINT)  # with -e: the end of the stream
            with trio.fail_after(PATIENCE_S):
                async for chunk in process.stdout:
                    text += chunk
                await process.wait()
            assert b"ERROR" not in text, text.decode()
        finally:
            process.kill()
