"""Recordings made by processes of their own: one that is killed, and one that ffprobe looks at."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kms_trio.testing.clips import write_clip
from tests.elements.recorder.material import read_file

PROFILES = [("WEBM", "webm", "libvpx", "libopus"), ("MP4", "mp4", "libx264", "aac")]

RECORD = """
import sys
import trio
from kms_elements.generated.module import MODULE
from kms_elements.generated.types import MediaProfileSpecType
from kms_elements.player import PlayerEndpoint
from kms_elements.recorder import RecorderEndpoint
from kms_trio.testing.elements import open_bench

async def main(clip, recording, profile, say_at_ms):
    async with open_bench() as bench:
        player = bench.make(PlayerEndpoint, MODULE, uri=f"file://{clip}", use_encoded_media=True)
        recorder = bench.make(
            RecorderEndpoint, MODULE, uri=f"file://{recording}", media_profile=MediaProfileSpecType(profile)
        )
        player.connect(recorder)
        recorder.record()
        player.play()
        while "EndOfStream" not in bench.names(player):
            await trio.sleep(0.02)
            if player.position >= int(say_at_ms):
                print(player.position, flush=True)
                await trio.sleep_forever()
        await recorder.stop_and_wait()

trio.run(main, *sys.argv[1:])
"""


def start(clip: Path, recording: Path, profile: str, say_at_ms: int) -> subprocess.Popen[str]:
    """Record `clip` in a process that says its position at `say_at_ms` and goes on without an end."""
    root = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(root), str(root / "plugins" / "kms-elements")))}
    command = [sys.executable, "-c", RECORD, str(clip), str(recording), profile, str(say_at_ms)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.mark.parametrize(("profile", "suffix", "video", "audio"), PROFILES)
def test_sigkill_while_recording(tmp_path: Path, profile: str, suffix: str, video: str, audio: str) -> None:
    clip = write_clip(tmp_path / f"clip.{suffix}", seconds=6.0, video=video, audio=audio)
    recording = tmp_path / f"recording.{suffix}"
    with start(clip, recording, profile, 3_000) as process:
        assert process.stdout is not None
        played_s = int(process.stdout.readline()) / 1000
        process.send_signal(signal.SIGKILL)

    contents = read_file(recording)
    assert len(contents.codecs) == 2
    assert contents.numbers == list(range(len(contents.numbers)))
    assert contents.picture_places_s[-1] > played_s - 2.0
    assert contents.sound_places_s[-1] > played_s - 2.0


@pytest.fixture
def ffprobe() -> str:
    found = shutil.which("ffprobe")
    if found is None:
        reason = "ffprobe is not installed (Debian package ffmpeg)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.mark.interop
@pytest.mark.parametrize(("profile", "suffix", "video", "audio"), PROFILES)
def test_ffprobe_likes_finished_files(
    tmp_path: Path, ffprobe: str, profile: str, suffix: str, video: str, audio: str
) -> None:
    clip = write_clip(tmp_path / f"clip.{suffix}", seconds=1.0, video=video, audio=audio)
    recording = tmp_path / f"recording.{suffix}"
    with start(clip, recording, profile, 60_000) as process:
        assert process.wait() == 0

    wanted = "stream=codec_type,nb_read_frames,start_time:format=duration"
    arguments = ["-v", "warning", "-count_frames", "-show_entries", wanted, "-of", "json"]
    probed = subprocess.run([ffprobe, *arguments, str(recording)], capture_output=True, text=True, check=True)
    assert probed.stderr == ""
    found = json.loads(probed.stdout)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    assert streams["video"]["nb_read_frames"] == "15"
    assert int(streams["audio"]["nb_read_frames"]) >= 40
    assert abs(float(streams["video"]["start_time"]) - float(streams["audio"]["start_time"])) < 0.08
    assert abs(float(found["format"]["duration"]) - 1.0) < 0.1
