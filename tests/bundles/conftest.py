from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from kms_trio.app import Server
from kms_trio.codecs.images import decode_image
from kms_trio.codecs.pictures import Picture
from kms_trio.dispatch import ModuleDescriptor
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.elements import Bench, open_bench
from kms_trio.testing.rpc import open_client
from tests.bundles.studio import BUNDLES, Studio
from tests.elements.filters.camera import Camera
from tests.elements.filters.pictures import as_png

Serve = Callable[[Settings | None, Plugins | None], Awaitable[Server]]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


@pytest.fixture
def film(bench: Bench) -> Callable[..., Any]:
    """Makes a filter of a module, starts it and puts a camera in front of it."""

    async def make(implementation: type[Any], module: ModuleDescriptor, **parameters: Any) -> Camera:
        element = bench.make(implementation, module, **parameters)
        with trio.fail_after(60):
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


@pytest.fixture
async def studio(serve: Serve, tmp_path: Path) -> AsyncIterator[Studio]:
    """A server with all bundles, and a client with a pipeline."""

    def candidate(name: str) -> Candidate:
        return Candidate(name, lambda: import_module(f"kms_{name}.generated.module").MODULE)

    plugins = Plugins([candidate(name) for name in BUNDLES])
    assert not plugins.problems
    server = await serve(None, plugins)
    async with open_client(server.control_url) as client:
        yield Studio(client, await client.create("MediaPipeline"), tmp_path)


@pytest.fixture(scope="session")
def astronaut() -> Picture:
    """Eileen Collins, photographed by NASA; 512 by 512, her face around (222, 114), 95 pixels wide."""
    package = find_spec("skimage")  # found, not imported: that would take seconds
    assert package is not None
    assert package.submodule_search_locations
    file = Path(package.submodule_search_locations[0], "data", "astronaut.png")
    return decode_image(file.read_bytes())[..., :3]
