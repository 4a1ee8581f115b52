"""ffmpeg as the other side of an RtpEndpoint."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import av
import pytest
import trio
from numpy import concatenate

from kms_trio.testing.clips import picture_number, pitch_hz
from kms_trio.testing.patience import PATIENCE_S
from tests.programs import end_program

__all__ = ["pictures_of", "pitch_of", "require_ffmpeg", "run_ffmpeg", "send_arguments"]

#: What has each key frame carry its parameter sets.
FILTERS = {"VP8": (), "H264": ("-bsf:v", "h264_mp4toannexb")}


def require_ffmpeg() -> str:
    """The path of ffmpeg; without it the test is skipped, under CI it fails."""
    path = shutil.which("ffmpeg")
    if path is None:
        message = "ffmpeg is missing: on Debian, apt-get install ffmpeg"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


async def run_ffmpeg(program: str, arguments: Sequence[str]) -> None:
    """Run it to its end; what it complains about becomes the failure's text."""
    command = [program, "-hide_banner", "-nostdin", "-loglevel", "warning", "-y", *arguments]
    with trio.fail_after(PATIENCE_S):
        done = await trio.run_process(command, check=False, capture_stderr=True, deliver_cancel=end_program)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr.decode()}"


def send_arguments(
    clip: Path, urls: dict[str, str], payload_types: dict[str, int], options: Sequence[str]
) -> list[str]:
    """Send the tracks of a clip in real time and for ever; `urls` and `payload_types` by "v" and "a"."""
    codec = "H264" if clip.suffix == ".mp4" else "VP8"
    arguments = ["-re", "-stream_loop", "-1", "-i", str(clip)]
    for track, url in urls.items():
        filters = FILTERS[codec] if track == "v" else ()
        arguments += ["-map", f"0:{track}", "-c", "copy", *filters]
        arguments += ["-payload_type", str(payload_types[track]), *options, "-f", "rtp", url]
    return arguments


def pictures_of(path: Path) -> list[int | None]:
    """The number in each picture of a file."""
    with av.open(str(path)) as container:
        return [picture_number(picture) for picture in container.decode(video=0)]


def pitch_of(path: Path) -> float:
    """The strongest frequency in a file's sound, hertz."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("s16", "mono", 48_000)
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return pitch_hz(concatenate(parts), 48_000)
