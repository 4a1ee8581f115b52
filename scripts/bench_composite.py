"""CPU of a Composite against one ffmpeg xstack graph that does the same work.

    python scripts/bench_composite.py --participants 4 --seconds 10

Both decode VP8 of 640x360 at 25 frames a second from as many participants, put them side by side without scaling, and
encode VP8 with the same settings, 2 Mbit/s, one thread.  What is measured is CPU time (user and system) for each frame
of the output; our side includes its threads, the pacing of the sources and everything else.  ffmpeg is measured both
at the pace of live sources, as we are, and as fast as it can, which is cheaper: caches stay warm.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import tempfile
from pathlib import Path

import av
import trio

from kms_elements.generated.module import MODULE
from kms_elements.hubs import Composite
from kms_trio.api import HubPort, MediaType
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import open_bench

WIDTH, HEIGHT, RATE = 640, 360, 25
BITRATE_BPS = 2_000_000
VP8 = Format("VP8", 90_000)


def make_clip(folder: Path, seconds: int, participant: int) -> Path:
    """Something that moves, different for each participant."""
    path = folder / f"{participant}.webm"
    source = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={RATE}:duration={seconds},hue=h={participant * 40}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libvpx", "-b:v", "500k"]
    subprocess.run([*command, "-deadline", "realtime", "-cpu-used", "8", "-g", "100", str(path)], check=True)
    return path


def measure_ffmpeg(clips: list[Path], columns: int, rows: int, *, live: bool) -> float:
    """CPU seconds of the graph."""
    places = "|".join(f"{n % columns * WIDTH}_{n // columns * HEIGHT}" for n in range(len(clips)))
    graph = "".join(f"[{n}:v]" for n in range(len(clips)))
    graph += f"xstack=inputs={len(clips)}:layout={places}:fill=black,crop={columns * WIDTH}:{rows * HEIGHT}:0:0"
    pace = ["-re"] if live else []
    inputs = [part for clip in clips for part in (*pace, "-threads", "1", "-i", str(clip))]
    rate = ["-b:v", str(BITRATE_BPS), "-minrate", str(BITRATE_BPS), "-maxrate", str(BITRATE_BPS)]
    rate += ["-bufsize", str(BITRATE_BPS * 6 // 10), "-g", "128", "-lag-in-frames", "0"]
    encoder = ["-c:v", "libvpx", "-threads", "1", "-deadline", "realtime", "-cpu-used", "16", *rate]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    threads = ["-filter_complex_threads", "1"]
    subprocess.run(["ffmpeg", "-v", "error", *threads, *inputs, "-filter_complex", graph, *encoder, "-f", "null", "-"])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Count:
    """A viewer that only counts."""

    def __init__(self) -> None:
        self.frames = self.bytes = 0

    def on_frame(self, frame: EncodedFrame) -> None:
        """A frame of the output."""
        self.frames += 1
        self.bytes += len(frame.data)


async def measure_composite(clips: list[Path], columns: int, rows: int, seconds: int) -> tuple[float, int, int]:
    """CPU seconds, frames and bytes of the output."""
    async with open_bench() as bench:
        hub = bench.make(Composite, MODULE, width=columns * WIDTH, height=rows * HEIGHT, framerate=RATE)
        sources: list[tuple[EncodedStream, list[EncodedFrame]]] = []
        for clip in clips:
            with av.open(str(clip)) as container:
                frames = [EncodedFrame(bytes(each), 0, each.is_keyframe) for each in container.demux() if each.size]
            port = HubPort(bench.context, hub, CORE.classes["HubPort"], hub=hub)
            await port.start()
            port.encoder_bitrate = BITRATE_BPS
            stream = EncodedStream(VP8)
            element = bench.make(PassThrough, CORE)
            element.source_pad(MediaType.VIDEO).set_input(stream)
            element.connect(port, MediaType.VIDEO)
            sources.append((stream, frames))
        output = port.source_pad(MediaType.VIDEO).node.open(Want(StreamKind.ENCODED, (VP8,)))
        assert output is not None
        count = Count()
        output.attach(count)
        begin = trio.current_time()
        before = resource.getrusage(resource.RUSAGE_SELF)
        for number in range(seconds * RATE):
            for offset, (stream, frames) in enumerate(sources):
                await trio.sleep_until(begin + number / RATE + offset / RATE / len(sources))
                frame = frames[number]
                frame.pts = number * 90_000 // RATE
                stream.push(frame)
        after = resource.getrusage(resource.RUSAGE_SELF)
        output.detach(count)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, count.frames, count.bytes


def main() -> None:
    """Measure both, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    columns = math.ceil(math.sqrt(options.participants))
    rows = math.ceil(options.participants / columns)
    with tempfile.TemporaryDirectory() as folder:
        clips = [make_clip(Path(folder), options.seconds, number) for number in range(options.participants)]
        cpu_s, frames, size = trio.run(measure_composite, clips, columns, rows, options.seconds)
        ours = cpu_s / frames * 1000
        print(f"Composite: {ours:.2f} ms a frame ({frames} frames, {size * 8 / options.seconds / 1e6:.2f} Mbit/s)")
        for live in (True, False):
            theirs = measure_ffmpeg(clips, columns, rows, live=live) / (options.seconds * RATE) * 1000
            print(f"ffmpeg, {'live' if live else 'flat out'}: {theirs:.2f} ms a frame; ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
