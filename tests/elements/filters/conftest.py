from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import trio

from kms_filters.generated.module import MODULE
from kms_trio.codecs.images import decode_image
from kms_trio.codecs.pictures import Picture
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_VIDEO, StreamKind, Want
from kms_trio.media.streams import RawStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import Bench, Tap
from tests.elements.filters.pictures import as_png

RAW = Want(StreamKind.RAW)


class Camera:
    """Shows pictures to a filter and sees what comes of them."""

    def __init__(self, bench: Bench, element: Any) -> None:
        self.element = element
        self._stream = RawStream(RAW_VIDEO)
        self._source = PassThrough(bench.context, bench.pipeline, CORE.classes["PassThrough"])
        self._source.source_pad(MediaType.VIDEO).set_input(self._stream)
        self._source.connect(element)
        self._tap: Tap = bench.tap(element, MediaType.VIDEO, RAW)
        self._pts = 0

    async def show(self, picture: Picture, after_s: float = 0.1) -> Picture:
        """Show BGR pixels, `after_s` after those before; return the BGR pixels that come out."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(format="yuv420p")
        self._pts += round(after_s * 90_000)
        frame.pts, frame.time_base = self._pts, Fraction(1, 90_000)
        seen = len(self._tap.units)
        self._stream.push(frame)
        await self._tap.take(seen + 1)
        assert self._tap.units[-1].pts == self._pts
        return np.asarray(self._tap.units[-1].to_ndarray(format="bgr24"), np.uint8)


@pytest.fixture
def film(bench: Bench) -> Callable[..., Any]:
    """Makes a filter, starts it and puts a camera in front of it."""

    async def make(implementation: type[Any], **parameters: Any) -> Camera:
        element = bench.make(implementation, MODULE, **parameters)
        with trio.fail_after(30):
            await element.start()
        return Camera(bench, element)

    return make


@pytest.fixture
def image(tmp_path: Path) -> Callable[..., str]:
    """Writes BGRA pixels, or one colour, into a file; returns its URI."""

    def write(colour: Any, width: int = 8, height: int = 8) -> str:
        pixels = np.empty((height, width, 4), np.uint8)
        pixels[:] = colour
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
        file.write_bytes(as_png(pixels))
        return file.as_uri()

    return write


@pytest.fixture(scope="session")
def astronaut() -> Picture:
    """Eileen Collins, photographed by NASA; 512 by 512, her face around (222, 114), 95 pixels wide."""
    package = find_spec("skimage")  # found, not imported: that would take seconds
    assert package is not None
    assert package.submodule_search_locations
    file = Path(package.submodule_search_locations[0], "data", "astronaut.png")
    return decode_image(file.read_bytes())[..., :3]
