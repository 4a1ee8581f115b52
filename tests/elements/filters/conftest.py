from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from kms_filters.generated.module import MODULE
from kms_trio.codecs.images import decode_image
from kms_trio.codecs.pictures import Picture
from kms_trio.testing.elements import Bench
from kms_trio.testing.patience import PATIENCE_S
from tests.elements.filters.camera import Camera
from tests.elements.filters.pictures import as_png


@pytest.fixture
def film(bench: Bench) -> Callable[..., Any]:
    """Makes a filter, starts it and puts a camera in front of it."""

    async def make(implementation: type[Any], **parameters: Any) -> Camera:
        element = bench.make(implementation, MODULE, **parameters)
        with trio.fail_after(PATIENCE_S):
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
