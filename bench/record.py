"""What recording costs without transcoding: RTP of 2 Mbit/s in, a WebM file out, next to ffmpeg copying the same media.

Packets come at the pace of real video from a source of its own for each recorder, so that nothing is shared: what is
counted is putting frames together, placing them in time, the queue, the container and the disk.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import attrs
import av
import trio

from kms_elements.generated.module import MODULE
from kms_elements.recorder import RecorderEndpoint
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.rtc.payload.registry import payload_format
from kms_trio.testing.clips import write_clip
from kms_trio.testing.elements import Bench, open_bench

FRAMES_PER_SECOND: Final = 30
OPUS_BLOCK_S: Final = 0.02
MAX_PAYLOAD_BYTES: Final = 1160


@attrs.frozen
class RecordLoad:
    """What is recorded."""

    recorders: int = 10
    seconds: float = 10.0
    bits_per_second: int = 2_000_000


@attrs.frozen
class Figures:
    """Percent of one core for each recording; what the ways cost of which there is no tool on this machine is None."""

    recorder: float
    source: float
    """The same without recorders: the packets of the measurement itself.  Not part of `recorder`."""
    ffmpeg: float | None


def measure_recording(load: RecordLoad) -> Figures:
    """Record for `seconds`, then have ffmpeg copy as much."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frames = _video(load, folder)
        source = trio.run(_run, attrs.evolve(load, recorders=0), load.recorders, frames, folder)
        whole = trio.run(_run, load, load.recorders, frames, folder)
        return Figures(
            recorder=round((whole - source) / load.recorders, 3),
            source=round(source / load.recorders, 3),
            ffmpeg=_ffmpeg(load, folder),
        )


def _video(load: RecordLoad, folder: Path) -> list[tuple[bytes, bool]]:
    """Two seconds of VP8, filled up to the bitrate: a decoder passes over what is behind the last part of a frame."""
    chance = random.Random(1)
    size = load.bits_per_second // 8 // FRAMES_PER_SECOND
    clip = write_clip(
        folder / "clip.webm",
        seconds=2.0,
        audio=None,
        size=(640, 360),
        frames_per_second=FRAMES_PER_SECOND,
        key_frame_every=2 * FRAMES_PER_SECOND,
    )
    with av.open(str(clip)) as container:
        packets = [packet for packet in container.demux() if packet.size]
        return [
            (bytes(packet) + chance.randbytes(max(0, size - packet.size)), packet.is_keyframe) for packet in packets
        ]


class _Source:
    """RTP of video and sound."""

    def __init__(self, bench: Bench, frames: list[tuple[bytes, bool]]) -> None:
        self.element: Any = bench.make(PassThrough, CORE)
        self._video, self._audio = RtpStream(Format("VP8", 90_000)), RtpStream(Format("OPUS", 48_000, 2))
        self.element.source_pad(MediaType.VIDEO).set_input(self._video)
        self.element.source_pad(MediaType.AUDIO).set_input(self._audio)
        for stream in (self._video, self._audio):
            stream.clock.anchor(0, 1_000.0)
        packetize = payload_format("VP8").packetizer(MAX_PAYLOAD_BYTES).packetize
        self._payloads = [([*packetize(data)], key_frame) for data, key_frame in frames]
        self._number = 0
        self._sequence = 0
        self._blocks = 0

    def push(self) -> None:
        """A frame of video, and the sound up to its end."""
        payloads, key_frame = self._payloads[self._number % len(self._payloads)]
        timestamp = self._number * 90_000 // FRAMES_PER_SECOND
        last = len(payloads) - 1
        packets = [
            RtpPacket(self._sequence + i, timestamp, i == last, payload, key_frame and i == 0)
            for i, payload in enumerate(payloads)
        ]
        self._sequence += len(packets)
        self._number += 1
        self._video.push(packets, trio.current_time())
        while self._blocks * OPUS_BLOCK_S < self._number / FRAMES_PER_SECOND:
            block = RtpPacket(self._blocks, self._blocks * 960, True, b"\xf8" + bytes(159))
            self._audio.push([block], trio.current_time())
            self._blocks += 1


async def _run(load: RecordLoad, sources: int, frames: list[tuple[bytes, bool]], folder: Path) -> float:
    """Percent of a core that this process took."""
    async with open_bench() as bench:
        made = [_Source(bench, frames) for _ in range(sources)]
        recorders = [
            bench.make(RecorderEndpoint, MODULE, uri=f"file://{folder}/{number}.webm")
            for number in range(load.recorders)
        ]
        for source, recorder in zip(made, recorders, strict=False):
            source.element.connect(recorder)
            recorder.record()
        begin, spent_s = trio.current_time(), time.process_time()
        for number in range(round(load.seconds * FRAMES_PER_SECOND)):
            await trio.sleep_until(begin + number / FRAMES_PER_SECOND)
            for source in made:
                source.push()
        spent_s = time.process_time() - spent_s
        for recorder in recorders:
            await recorder.stop_and_wait()
    for number in range(load.recorders):
        size = (folder / f"{number}.webm").stat().st_size
        if size < load.bits_per_second / 8 * load.seconds * 0.8:
            raise RuntimeError(f"recording {number} has only {size} bytes")
    return 100 * spent_s / load.seconds


def _ffmpeg(load: RecordLoad, folder: Path) -> float | None:
    """One ffmpeg that copies a recording at its pace into another file."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        program,
        "-v",
        "error",
        "-y",
        "-re",
        "-i",
        str(folder / "0.webm"),
        "-c",
        "copy",
        str(folder / "copy.webm"),
    ]
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(100 * spent_s / load.seconds, 3)
