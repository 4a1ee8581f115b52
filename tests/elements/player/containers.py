"""Clips in every container that players and their fuzz tests know, by the name of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kms_trio.testing.clips import write_clip

#: Name of the file: video and audio encoder.
CONTAINERS: Final[Mapping[str, tuple[str | None, str | None]]] = MappingProxyType(
    {
        "clip.webm": ("libvpx", "libopus"),
        "vp9.webm": ("libvpx-vp9", "libopus"),
        "clip.mp4": ("libx264", "aac"),
        "h265.mp4": ("libx265", "aac"),
        "clip.mov": ("libx264", "aac"),
        "clip.mkv": ("libx264", "libmp3lame"),
        "clip.ts": ("libx264", "aac"),
        "mpeg2.ts": ("mpeg2video", "mp2"),
        "clip.flv": ("libx264", "aac"),
        "clip.avi": ("mpeg4", "libmp3lame"),
        "clip.ogg": (None, "libopus"),
        "clip.wav": (None, "pcm_s16le"),
        "clip.mp3": (None, "libmp3lame"),
    }
)


def write_containers(folder: Path, seconds: float) -> None:
    """One clip of each kind; numbered pictures at 15 a second (25 for MPEG-2, which has no 15) and 440 Hz."""
    for name, (video, audio) in CONTAINERS.items():
        rate = 25 if video == "mpeg2video" else 15
        write_clip(folder / name, seconds=seconds, video=video, audio=audio, frames_per_second=rate, key_frame_every=5)
