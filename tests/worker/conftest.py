"""Servers with two media workers: one that many tests share, and fresh ones for tests that harm it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import attrs
import pytest
import trio

from kms_trio import app
from kms_trio.app import Server
from kms_trio.plugins import Plugins
from kms_trio.settings import Settings
from tests.rpc.modules import standard_plugins
from tests.rpc.server_thread import ServerThread, run_server_thread


def settings_for_tests() -> Settings:
    """The defaults, on ports of this test's own."""
    settings = Settings()
    http_endpoint = attrs.evolve(settings.http_endpoint, server_port=0)
    web_rtc = attrs.evolve(settings.web_rtc_endpoint, include_loopback="always")
    return attrs.evolve(settings, http_endpoint=http_endpoint, web_rtc_endpoint=web_rtc)


@pytest.fixture(scope="package")
def shared_server() -> Iterator[ServerThread]:
    """A server with two workers in a thread of its own."""
    with run_server_thread(settings_for_tests(), workers=2) as thread:
        yield thread


@pytest.fixture
def server(shared_server: ServerThread) -> Iterator[Server]:
    """The shared server; what a test leaves behind is taken away."""
    yield shared_server.server
    shared_server.end_sessions()


@pytest.fixture
def serve(server: Server) -> Callable[..., Awaitable[Server]]:
    """For tests that were written for a server of one process: they get the shared one with workers."""

    async def start(*_: Any, **__: Any) -> Server:
        return server

    return start


@pytest.fixture
def resources() -> dict[str, Any]:
    """What a test changes in `mediaServer.resources`, by parametrizing this."""
    return {}


@pytest.fixture
def plugins() -> Plugins:
    """The modules of a fresh server's control process; its workers load what is installed."""
    return standard_plugins()


@pytest.fixture
async def fresh_server(nursery: trio.Nursery, resources: dict[str, Any], plugins: Plugins) -> Server:
    """A server with two workers for this test alone."""
    settings = settings_for_tests()
    changed = attrs.evolve(settings.media_server.resources, **resources)
    settings = attrs.evolve(settings, media_server=attrs.evolve(settings.media_server, resources=changed))
    settings = attrs.evolve(settings, http=attrs.evolve(settings.http, port=0))
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    run = partial(app.serve, settings, plugins=plugins, listeners=listeners, workers=2)
    started: Server = await nursery.start(run)
    return started
