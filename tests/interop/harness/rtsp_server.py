"""A real RTSP server for tests: GStreamer's, over files of numbered pictures."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from tests.interop.harness.program import Program, run_program
from tests.interop.harness.tools import missing

PYTHON: Final = "/usr/bin/python3"
UDP, MULTICAST, TCP = 1, 2, 4
"""`GstRtsp.RTSPLowerTrans`."""
PACKAGES: Final = (
    "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
)
_ELEMENTS: Final = ("rtpvp8pay", "matroskademux", "tsdemux", "h264parse", "rtpopuspay", "rtpmp4gpay", "aacparse")

_PROBE: Final = """
import sys, gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
sys.exit(0 if all(Gst.ElementFactory.find(name) for name in sys.argv[1:]) else 1)
"""


def of_file(clip: Path) -> str:
    """A WebM file (VP8, Opus) from its beginning; its length is told."""
    return (
        f"( filesrc location={clip} ! matroskademux name=demux "
        "demux.video_0 ! queue ! rtpvp8pay name=pay0 pt=96 demux.audio_0 ! queue ! rtpopuspay name=pay1 pt=97 )"
    )


def of_camera(clip: Path) -> str:
    """An MPEG-TS file (H264, AAC) without a beginning or an end: what a camera is."""
    return (
        f"( multifilesrc location={clip} loop=true ! tsdemux name=demux "
        "demux. ! queue ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 "
        "demux. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )"
    )


@attrs.frozen
class RtspServer:
    """A running server."""

    host: str
    port: int
    program: Program

    def url(self, scheme: str = "rtsp", credentials: str = "") -> str:
        return f"{scheme}://{credentials}{self.host}:{self.port}/clip"


def require_rtsp_server() -> None:
    """GStreamer's RTSP server with the elements that the launch lines above name."""
    if not Path(PYTHON).exists() or subprocess.run([PYTHON, "-c", _PROBE, *_ELEMENTS], check=False).returncode:
        missing("GStreamer's RTSP server", f"on Debian, apt-get install {PACKAGES}")


@contextlib.asynccontextmanager
async def run_rtsp_server(
    folder: Path,
    launch: str,
    *,
    protocols: int = UDP | TCP,
    user: str = "",
    password: str = "",
    host: str = "127.0.0.1",
    port: int = 0,
    prefix: Sequence[str] = (),
) -> AsyncIterator[RtspServer]:
    """Run a server that gives `launch` to all who ask for /clip, for the length of the block.

    `prefix` goes before the command (`ip netns exec`).
    """
    require_rtsp_server()
    wanted = {
        "host": host,
        "port": port,
        "path": "/clip",
        "launch": launch,
        "protocols": protocols,
        "user": user,
        "password": password,
    }
    program = Path(__file__).with_name("rtsp_programs.py")
    async with run_program([*prefix, PYTHON, str(program), json.dumps(wanted)], folder) as running:
        yield RtspServer(host, (await running.next())["port"], running)
