"""What all tests share: how long hypothesis searches, and servers to talk to."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import attrs
import pytest
import trio
from hypothesis import HealthCheck, settings

from kms_trio.settings import Settings
from tests.to_the_end import pytest_runtest_call

if TYPE_CHECKING:
    from kms_trio.app import Server
    from kms_trio.plugins import Plugins

__all__ = ["pytest_runtest_call", "serve", "server"]

# No deadlines: a test must not fail because the machine is busy.
settings.register_profile("default", derandomize=False, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time, none of them left by earlier runs: what fails is what has changed.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None, print_blob=True)
settings.register_profile("fuzz", settings.get_profile("default"), max_examples=20_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@pytest.fixture
async def serve(nursery: trio.Nursery) -> Callable[..., Awaitable[Server]]:
    """Starts servers, each on a free port of 127.0.0.1 and without the HTTP side."""
    from kms_trio import app
    from kms_trio.plugins import Candidate, Plugins

    async def start(settings: Settings | None = None, plugins: Plugins | None = None, *, workers: int = 0) -> Server:
        if settings is None:
            settings = Settings()
            http_endpoint = attrs.evolve(settings.http_endpoint, server_port=0)  # another server may have the usual one
            settings = attrs.evolve(settings, http_endpoint=http_endpoint)
        settings = attrs.evolve(settings, http=attrs.evolve(settings.http, port=0))
        if plugins is None:
            elements = Candidate("elements", lambda: import_module("kms_elements.generated.module").MODULE)
            plugins = Plugins([elements])
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        run = partial(app.serve, settings, plugins=plugins, listeners=listeners, workers=workers)
        started: Server = await nursery.start(run)
        return started

    return start


@pytest.fixture
async def server(serve: Callable[..., Awaitable[Server]]) -> Server:
    """A server with default settings and the modules core and elements."""
    return await serve()
