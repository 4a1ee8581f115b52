"""The four classes of datachannelexample: faces of a photograph on their way, and messages over the video."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trio

from kms_datachannelexample.faces import KmsDetectFaces, KmsShowFaces
from kms_datachannelexample.generated.module import MODULE
from kms_datachannelexample.metadata import MAX_PICTURES, Face, FacesOfPictures
from kms_datachannelexample.send_data import KmsSendData
from kms_datachannelexample.show_data import SHOWN_S, KmsShowData
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import DataMessage
from kms_trio.media.streams import DataStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import Bench, Tap
from tests.bundles.studio import Studio

Film = Callable[..., Any]

RAW, DATA = Want(StreamKind.RAW), Want(StreamKind.DATA)
#: The face of the photograph: about its middle and its width.
MIDDLE, WIDTH = (222, 114), 95


async def behind(bench: Bench, camera: Any, implementation: type[Any]) -> tuple[Any, Tap]:
    """An element behind that of the camera, and what leaves it."""
    element = bench.make(implementation, MODULE)
    with trio.fail_after(60):
        await element.start()
    camera.element.connect(element)
    return element, bench.tap(element, MediaType.VIDEO, RAW)


def pixels(tap: Tap, number: int) -> Picture:
    return np.asarray(tap.units[number].to_ndarray(format="gray"), np.uint8)


def frame_around_the_face(luma: Picture) -> bool:
    """Whether there are white lines left and right of the face, and none beside."""
    row = luma[MIDDLE[1]].astype(int)
    found = [x for x in range(3, luma.shape[1]) if row[x - 3 : x].min() > 225]
    return any(120 < x < 200 for x in found) and any(240 < x < 320 for x in found)


class Data:
    """A data channel into an element."""

    def __init__(self, bench: Bench, element: Any) -> None:
        self._stream = DataStream()
        source = PassThrough(bench.context, bench.pipeline, CORE.classes["PassThrough"])
        source.source_pad(MediaType.DATA).set_input(self._stream)
        source.connect(element, MediaType.DATA)
        self.out = bench.tap(element, MediaType.DATA, DATA)

    async def say(self, text: str | bytes) -> None:
        """Send a message, and wait until it has gone through."""
        is_text = isinstance(text, str)
        self._stream.push(DataMessage(text.encode() if isinstance(text, str) else text, is_text, "chat"))
        await self.out.take(len(self.out.units) + 1)


async def test_faces_are_found_and_shown(bench: Bench, film: Film, astronaut: Picture) -> None:
    camera = await film(KmsDetectFaces, MODULE)
    _, shown = await behind(bench, camera, KmsShowFaces)
    passed = await camera.show(astronaut)
    assert np.abs(passed.astype(int) - astronaut).mean() < 4
    await camera.show(np.full_like(astronaut, 90), after_s=1.0)
    await shown.take(2)
    assert frame_around_the_face(pixels(shown, 0))
    assert not frame_around_the_face(pixels(shown, 1))


async def test_without_metadata_nothing_is_shown_or_sent(bench: Bench, film: Film, astronaut: Picture) -> None:
    camera = await film(KmsShowFaces, MODULE)
    sender, sent = await behind(bench, camera, KmsSendData)
    data = bench.tap(sender, MediaType.DATA, DATA)
    seen = await camera.show(astronaut)
    await sent.take(1)
    assert np.abs(seen.astype(int) - astronaut).mean() < 4
    assert data.units == []
    assert sender.failures == 0


async def test_faces_are_sent_as_data_when_they_change(bench: Bench, film: Film, astronaut: Picture) -> None:
    camera = await film(KmsDetectFaces, MODULE)
    sender, shown = await behind(bench, camera, KmsSendData)
    data = bench.tap(sender, MediaType.DATA, DATA)
    for number in range(5):
        await camera.show(astronaut)
        await shown.take(number + 1)
    first = data.units[0]
    assert all(one.data != next_one.data for one, next_one in itertools.pairwise(data.units))
    [face] = json.loads(first.data)["faces"]
    assert first.is_text
    assert abs(face["x"] + face["width"] / 2 - MIDDLE[0]) < 25
    assert abs(face["y"] + face["height"] / 2 - MIDDLE[1]) < 30
    assert abs(face["width"] - WIDTH) < 45
    await camera.show(np.full_like(astronaut, 90), after_s=1.0)
    await shown.take(6)
    assert json.loads(data.units[-1].data) == {"faces": []}


async def test_messages_show_on_the_video(bench: Bench, film: Film) -> None:
    camera = await film(KmsShowData, MODULE)
    data = Data(bench, camera.element)
    gray = np.full((240, 320, 3), 128, np.uint8)

    def written(seen: Picture) -> Any:
        return np.abs(seen.astype(int) - 128).max(axis=-1) > 40

    assert not written(await camera.show(gray)).any()
    await data.say("hello")
    one = written(await camera.show(gray))
    assert one[:24, 5:60].sum() > 40
    assert not one[40:].any()
    await data.say("a longer message\nof two lines")
    two = written(await camera.show(gray))
    assert two[24:40].any()
    assert not written(await camera.show(gray, after_s=SHOWN_S)).any()
    assert [(unit.data, unit.is_text, unit.label) for unit in data.out.units] == [
        (b"hello", True, "chat"),
        (b"a longer message\nof two lines", True, "chat"),
    ]


@pytest.mark.parametrize("message", ["", "\n\n", "ü\x00☃" * 999, b"\xff\xfe", "x" * 100_000])
async def test_any_message_can_be_shown(bench: Bench, film: Film, message: str | bytes) -> None:
    camera = await film(KmsShowData, MODULE)
    data = Data(bench, camera.element)
    await data.say(message)
    for height in (240, 2):
        await camera.show(np.full((height, 320, 3), 128, np.uint8))
    assert camera.element.failures == 0
    assert len(data.out.units) == 1


async def test_data_passes_kms_send_data(bench: Bench, film: Film) -> None:
    camera = await film(KmsSendData, MODULE)
    data = Data(bench, camera.element)
    await data.say("through")
    assert [unit.data for unit in data.out.units] == [b"through"]


async def test_metadata_is_kept_by_pipeline_and_time_and_not_for_ever(bench: Bench) -> None:
    faces = FacesOfPictures(bench.context)
    one, other = (Face(1, 2, 3, 4),), (Face(5, 6, 7, 8),)
    faces.put("pipeline1/a", 0.5, one)
    faces.put("pipeline2/a", 0.5, other)
    assert faces.get("pipeline1/b", 0.5) == one
    assert faces.get("pipeline2/b", 0.5) == other
    assert faces.get("pipeline1/b", 0.6) is None
    for number in range(MAX_PICTURES):
        faces.put("pipeline3/a", float(number), ())
    assert faces.get("pipeline1/b", 0.5) is None
    assert faces.get("pipeline3/a", 0.0) == ()


@pytest.mark.parametrize("implementation", [KmsDetectFaces, KmsShowData])
async def test_without_opencv_it_says_what_is_missing(
    film: Film, monkeypatch: pytest.MonkeyPatch, implementation: type[Any]
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(KurentoError, match=r"plugin not available: .*kms-datachannelexample\[all\]") as refused:
        await film(implementation, MODULE)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio, astronaut: Picture) -> None:
    names = ("KmsDetectFaces", "KmsSendData", "KmsShowData", "KmsShowFaces")
    chain = [await studio.create(f"datachannelexample.{name}") for name in names]
    for source, sink in itertools.pairwise(chain):
        await studio.client.invoke(source, "connect", sink=sink)
    seen = await studio.play(chain[0], [astronaut] * 40, last=chain[-1])
    luma = seen[-1].astype(int).mean(axis=2)
    assert frame_around_the_face(np.asarray(np.clip(luma + 20, 0, 255), np.uint8))
    # What was sent, as text.
    written = np.abs(seen[-1].astype(int) - astronaut).max(axis=-1)[5:38, 10:300] > 60
    assert written.sum() > 300
