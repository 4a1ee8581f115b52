from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module

import attrs
import pytest

from kms_trio.app import Server
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.clips import write_clip
from kms_trio.testing.rpc import RpcClient, open_client


@pytest.fixture
async def post_server(serve: Callable[..., Awaitable[Server]]) -> Server:
    """A server whose HttpPostEndpoints listen on a free port."""
    settings = Settings()
    http_endpoint = attrs.evolve(settings.http_endpoint, server_address="127.0.0.1", server_port=0)
    elements = Candidate("elements", lambda: import_module("kms_elements.generated.module").MODULE)
    return await serve(attrs.evolve(settings, http_endpoint=http_endpoint), Plugins([elements]))


@pytest.fixture
async def client(post_server: Server) -> AsyncIterator[RpcClient]:
    async with open_client(post_server.control_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Nine numbered pictures (VP8) and a tone (Opus)."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.webm", seconds=0.6, key_frame_every=5).read_bytes()


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds, 30 pictures: long enough for its first half to be played."""
    return write_clip(tmp_path_factory.mktemp("clips") / "long.webm", seconds=2.0, key_frame_every=5).read_bytes()
