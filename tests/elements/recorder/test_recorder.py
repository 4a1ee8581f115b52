"""RecorderEndpoint fed with real encoded media; the files are decoded to the last frame."""

from __future__ import annotations

import itertools
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio

from kms_elements.generated.events import EndOfStream
from kms_elements.generated.module import MODULE
from kms_elements.generated.types import MediaProfileSpecType
from kms_elements.player import PlayerEndpoint
from kms_trio.errors import KurentoError
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.testing.clips import pitch_hz, write_clip
from kms_trio.testing.elements import Bench
from tests.elements.recorder.material import AAC, FRAMES_PER_SECOND, H264, OPUS, VP8, Source, read_file

MakeRecorder = Callable[..., Any]


async def record(bench: Bench, source: Source, element: Any, numbers: range) -> None:
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    source.push(numbers)
    await bench.expect("Recording", element)
    await element.stop_and_wait()


@pytest.mark.parametrize(
    ("profile", "suffix", "video", "audio", "codecs"),
    [
        ("WEBM", "webm", VP8, OPUS, ["vp8", "opus"]),
        ("WEBM", "webm", Format("VP9", 90_000), OPUS, ["vp9", "opus"]),
        ("MP4", "mp4", H264, AAC, ["h264", "aac"]),
        ("MKV", "mkv", H264, AAC, ["h264", "aac"]),
        ("FLV", "flv", H264, AAC, ["h264", "aac"]),
        ("WEBM_VIDEO_ONLY", "webm", VP8, OPUS, ["vp8"]),
        ("WEBM_AUDIO_ONLY", "webm", VP8, OPUS, ["opus"]),
        ("MP4_VIDEO_ONLY", "mp4", H264, AAC, ["h264"]),
        ("MP4_AUDIO_ONLY", "mp4", H264, AAC, ["aac"]),
    ],
)
async def test_everything_is_in_the_file_without_transcoding(
    bench: Bench,
    recorder: MakeRecorder,
    tmp_path: Path,
    profile: str,
    suffix: str,
    video: Format,
    audio: Format,
    codecs: list[str],
) -> None:
    path = tmp_path / f"recording.{suffix}"
    element = recorder(path, media_profile=MediaProfileSpecType(profile))
    await record(bench, Source(bench, video, audio), element, range(30))
    assert bench.context.codecs.running == ()

    contents = read_file(path)
    assert sorted(name.removeprefix("lib") for name in contents.codecs) == sorted(codecs)
    assert contents.duration_s is not None
    assert abs(contents.duration_s - 2.0) < 0.1
    if not profile.endswith("AUDIO_ONLY"):
        assert contents.numbers == list(range(30))
        for number, place_s in enumerate(contents.picture_places_s):
            assert abs(place_s - number / FRAMES_PER_SECOND) < 0.002
    if not profile.endswith("VIDEO_ONLY"):
        assert abs(pitch_hz(contents.samples[4_000:90_000], 48_000) - 440) < 4
    assert bench.errors(element) == []


async def test_events_and_states(bench: Bench, recorder: MakeRecorder) -> None:
    source, element = Source(bench), recorder()
    assert element.state is UriEndpointState.STOP
    await record(bench, source, element, range(10))
    await bench.expect("Stopped", element)
    own = [name for name in bench.names(element) if not name.startswith("MediaFlow")]
    assert own == ["Recording", "UriEndpointStateChanged", "Stopped", "UriEndpointStateChanged"]
    assert element.state is UriEndpointState.STOP
    assert bench.names(element).count("MediaFlowInStateChanged") == 2
    element.record()  # once only, and silently
    await element.stop_and_wait()
    await element.stop()
    assert element.state is UriEndpointState.STOP
    assert [name for name in bench.names(element) if not name.startswith("MediaFlow")] == own


async def test_pause_before_record(bench: Bench, recorder: MakeRecorder) -> None:
    element = recorder()
    await element.pause()
    assert element.state is UriEndpointState.PAUSE
    assert bench.names(element) == ["Paused", "UriEndpointStateChanged"]
    await record(bench, Source(bench), element, range(10))
    assert len(read_file(Path(element.uri.removeprefix("file://"))).numbers) == 10


async def test_nothing_is_taken_before_record(bench: Bench, recorder: MakeRecorder) -> None:
    source, element = Source(bench), recorder()
    source.element.connect(element)
    assert source.video is not None
    assert source.video.consumers == ()
    element.record()
    assert len(source.video.consumers) == 1
    assert source.key_frame_requests >= 1
    source.push(range(5))
    await element.stop_and_wait()
    assert source.video.consumers == ()


async def test_a_pause_is_cut_out(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    source, element = Source(bench), recorder()
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    source.push(range(20))
    await element.pause()
    assert element.state is UriEndpointState.PAUSE
    source.push(range(20, 47))  # goes on, but not into the file
    element.record()
    assert element.state is UriEndpointState.START
    source.push(range(47, 60))  # the first key frame after the pause is 50
    await element.stop_and_wait()
    contents = read_file(tmp_path / "recording.webm")
    assert contents.numbers == [*range(20), *range(50, 60)]
    steps = [later - earlier for earlier, later in itertools.pairwise(contents.picture_places_s)]
    assert all(abs(step - 1 / FRAMES_PER_SECOND) < 0.03 for step in steps)
    sound_steps = [later - earlier for earlier, later in itertools.pairwise(contents.sound_places_s)]
    assert all(step < 0.05 for step in sound_steps)
    assert abs(contents.sound_places_s[-1] - contents.picture_places_s[-1]) < 0.08
    names = [name for name in bench.names(element) if not name.startswith("MediaFlow")]
    assert names[:6] == [
        "Recording",
        "UriEndpointStateChanged",
        "Paused",
        "UriEndpointStateChanged",
        "Recording",
        "UriEndpointStateChanged",
    ]


async def test_the_file_begins_with_a_key_frame(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    source, element = Source(bench), recorder()
    source.push(range(3))
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    source.push(range(3, 20))
    await element.stop_and_wait()
    contents = read_file(tmp_path / "recording.webm")
    assert contents.numbers == list(range(10, 20))
    assert contents.picture_places_s[0] == 0.0
    assert abs(contents.sound_places_s[0]) < 0.03  # what was heard before the first picture is left out


async def test_sender_reports_correct_the_sync_without_jumps(
    bench: Bench, recorder: MakeRecorder, tmp_path: Path
) -> None:
    """Video arrives 200 ms late at first; from one second on the sender's reports tell where it belongs."""
    source, element = Source(bench), recorder()
    assert source.video is not None
    assert source.audio is not None
    source.element.connect(element)
    source.audio.clock.anchor(0, 1_000.0)
    source.video.clock.anchor(0, 1_000.2)
    source.video.clock.sender = source.audio.clock.sender
    element.record()
    source.push(range(15))
    source.audio.clock.sender_report(48_000, 51.0, 1_001.0)
    source.video.clock.sender_report(90_000, 51.0, 1_001.0)
    source.push(range(15, 60))
    await element.stop_and_wait()
    contents = read_file(tmp_path / "recording.webm")
    assert contents.numbers == list(range(60))
    steps = [later - earlier for earlier, later in itertools.pairwise(contents.picture_places_s)]
    assert all(0.7 / FRAMES_PER_SECOND < step < 1.3 / FRAMES_PER_SECOND for step in steps)
    # Picture n was taken at n/15 s of the sender's clock, and sound block k at k/50 s.
    begin_s = contents.sound_places_s[-1] - 3.98
    assert abs((contents.picture_places_s[-1] - 59 / FRAMES_PER_SECOND) - begin_s) < 0.08


async def test_the_source_can_change_its_size_and_be_swapped(
    bench: Bench, recorder: MakeRecorder, tmp_path: Path
) -> None:
    first, second, element = Source(bench), Source(bench), recorder()
    first.element.connect(element)
    first.anchor(1_000.0)
    element.record()
    first.push(range(10))
    first.size = (320, 240)
    first.push(range(10, 20))
    second.element.connect(element)
    second.anchor(1_000.0)
    second.skip_sound(20)
    second.push(range(20, 30))
    await element.stop_and_wait()
    assert read_file(tmp_path / "recording.webm").numbers == list(range(30))


async def test_other_codecs_are_encoded_anew(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    source = Source(bench, VP8, OPUS)
    element = recorder(tmp_path / "recording.mp4", media_profile=MediaProfileSpecType.MP4)
    source.element.connect(element)
    source.anchor(1_000.0)
    element.record()
    # The encoder is shared: what this tap has seen, the recorder has got, too.
    encoded = bench.tap(source.element, MediaType.VIDEO, Want(StreamKind.ENCODED, (H264,)))
    for number in range(15):
        source.push(range(number, number + 1))
        await encoded.take(number + 1)
    await bench.expect("Recording", element)
    await bench.expect("MediaTranscodingStateChanged", source.element, 2)
    await element.stop_and_wait()
    contents = read_file(tmp_path / "recording.mp4")
    assert sorted(contents.codecs) == ["aac", "h264"]
    assert contents.numbers == list(range(15))


async def test_folders_are_made(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "sub" / "clip.webm"
    await record(bench, Source(bench), recorder(f"file://{tmp_path}/new%20folder/sub/clip.webm"), range(5))
    assert len(read_file(path).numbers) == 5


async def test_a_release_finishes_the_file(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    source, element = Source(bench), recorder()
    source.element.connect(element)
    element.record()
    source.push(range(10))
    await element.close()
    assert read_file(tmp_path / "recording.webm").duration_s is not None
    assert source.element.source_pad(MediaType.VIDEO).sinks == ()


async def test_a_recorder_without_media_says_so(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    element = recorder()
    element.record()
    await element.stop_and_wait()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("STREAM_ERROR_FAILED", 1)]
    assert "Stopped" not in bench.names(element)
    assert not (tmp_path / "recording.webm").exists()


async def test_stops_with_its_source_when_asked_to(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.webm", seconds=0.5)
    player = bench.make(PlayerEndpoint, MODULE, uri=f"file://{clip}", use_encoded_media=True)
    stranger = bench.make(PlayerEndpoint, MODULE, uri=f"file://{clip}")
    element, other = recorder(stop_on_end_of_stream=True), recorder(tmp_path / "other.webm")
    player.connect(element)
    player.connect(other)
    element.record()
    other.record()
    stranger.emit(EndOfStream())  # not connected, so of no concern
    player.play()
    await bench.expect("Stopped", element)
    assert element.state is UriEndpointState.STOP
    assert other.state is UriEndpointState.START
    assert len(read_file(tmp_path / "recording.webm").numbers) >= 7
    await other.stop_and_wait()


async def test_a_file_that_cannot_be_made(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    source, element = Source(bench), recorder(tmp_path / "file" / "clip.webm")
    source.element.connect(element)
    element.record()
    source.push(range(5))
    await bench.expect("Error", element, 2)
    assert bench.errors(element) == [("RESOURCE_ERROR_OPEN", 6), ("UNEXPECTED_ELEMENT_ERROR", 4)]
    assert element.state is UriEndpointState.STOP
    await element.stop_and_wait()


def names_in(folder: Path) -> list[bytes]:
    return sorted(os.fsencode(path.name) for path in folder.iterdir())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("two%20words%20and%20more.webm", b"two words and more.webm"),
        ("two words.webm", b"two words.webm"),
        ("ünï 日本.webm", "ünï 日本.webm".encode()),
        ("100%25.webm", b"100%.webm"),
        ("what?why#because.webm", b"what?why#because.webm"),
        ("concat:a|b%2503d.webm", b"concat:a|b%03d.webm"),
        ("no_text_%ff%fe.webm", b"no_text_\xff\xfe.webm"),
        ("a" * 250 + ".webm", b"a" * 250 + b".webm"),
    ],
)
async def test_names_of_files(bench: Bench, recorder: MakeRecorder, tmp_path: Path, text: str, name: bytes) -> None:
    element = recorder(f"file://{tmp_path}/{text}")
    await record(bench, Source(bench), element, range(10))
    assert bench.errors(element) == []
    assert names_in(tmp_path) == [name]
    assert read_file(tmp_path / os.fsdecode(name)).numbers == list(range(10))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * 251 + ".webm", "File name too long"),
        ("folder/", "expected the name of a file, it is that of a folder"),
        ("there", "Is a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("\ud800", "surrogates not allowed"),
    ],
)
async def test_names_that_no_file_can_have(
    bench: Bench, recorder: MakeRecorder, tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    element = recorder(f"file://{tmp_path}/{text}")
    element.record()
    error = await bench.expect("Error", element)
    assert reason in error.description
    assert bench.errors(element)[0] == ("RESOURCE_ERROR_OPEN", 6)
    await element.stop_and_wait()
    assert names_in(tmp_path) == [b"loop", b"there"], "nothing is left"


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9/upload", "file:///nul%00byte"])
async def test_uris_that_cannot_be_recorded_to(bench: Bench, recorder: MakeRecorder, uri: str) -> None:
    element = recorder(uri)
    element.record()
    await bench.expect("Error", element, 2)
    assert bench.errors(element)[0] == ("RESOURCE_ERROR_OPEN", 6)


async def test_the_policy_is_asked_first(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    bench.context.uri_policy = attrs.evolve(bench.context.uri_policy, write_roots=(tmp_path / "allowed",))
    element = recorder(tmp_path / "elsewhere" / "clip.webm")
    element.record()
    await bench.expect("Error", element, 2)
    assert bench.errors(element)[0] == ("RESOURCE_ERROR_OPEN", 6)
    assert not (tmp_path / "elsewhere").exists()


@pytest.fixture
def small_files() -> Iterator[None]:
    """Files of this process may hold 64 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def fill_up(bench: Bench, element: Any) -> None:
    source = Source(bench)
    source.size = (640, 480)
    source.element.connect(element)
    element.record()
    for begin in range(0, 600, 30):
        source.push(range(begin, begin + 30))
        if element.state is UriEndpointState.STOP and bench.errors(element):
            break
        await bench.expect("Recording", element)
        await trio.lowlevel.checkpoint()
    await bench.expect("Error", element)
    assert bench.errors(element) == [("RESOURCE_ERROR_NO_SPACE_LEFT", 14)]
    await bench.expect("Stopped", element)
    assert element.state is UriEndpointState.STOP


async def test_a_full_disk(bench: Bench, recorder: MakeRecorder, small_disk: Path) -> None:
    await fill_up(bench, recorder(small_disk / "clip.webm"))


async def test_a_full_disk_is_nobody_elses(
    bench: Bench, recorder: MakeRecorder, tmp_path: Path, small_disk: Path
) -> None:
    (small_disk / "much").write_bytes(bytes(216 * 1024))  # of 256
    source, other = Source(bench), recorder(tmp_path / "other.webm")
    source.size = (640, 480)
    full = recorder(small_disk / "clip.webm")
    for element in (full, other):
        source.element.connect(element)
        element.record()
    source.push(range(90))
    await bench.expect("Error", full)
    assert bench.errors(full) == [("RESOURCE_ERROR_NO_SPACE_LEFT", 14)]
    source.push(range(90, 100))
    await other.stop_and_wait()
    assert bench.errors(other) == []
    assert read_file(tmp_path / "other.webm").numbers == list(range(100))
    kept = read_file(small_disk / "clip.webm").numbers
    assert len(kept) > 10
    assert kept == list(range(len(kept)))


@pytest.mark.usefixtures("small_files")
async def test_a_full_quota(bench: Bench, recorder: MakeRecorder, tmp_path: Path) -> None:
    await fill_up(bench, recorder(tmp_path / "clip.webm"))


async def test_profiles_that_cannot_be_written(recorder: MakeRecorder) -> None:
    with pytest.raises(KurentoError, match="Kurento Split Recorder not supported") as raised:
        recorder(media_profile=MediaProfileSpecType.KURENTO_SPLIT_RECORDER)
    assert raised.value.code == 40107
