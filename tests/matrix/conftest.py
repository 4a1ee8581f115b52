from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import attrs
import pytest
import trio
from trio.testing import MockClock

from kms_trio.app import Server, serve
from kms_trio.net.overload import Load
from kms_trio.testing.rpc import RpcClient, open_client
from kms_trio.testing.virtual_time import VirtualClock, keep_time
from tests.elements.lifecycles.conftest import clock
from tests.elements.webrtc.room import quiet_settings
from tests.matrix.material import Material

__all__ = ["clock"]


class _Unloaded:
    """The load of a machine that has nothing else to do."""

    def was_late(self, lateness_s: float) -> None:
        pass

    def measure(self) -> Load:
        return Load()


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return Material(tmp_path_factory.mktemp("material"))


@pytest.fixture
async def server(clock: MockClock) -> AsyncIterator[Server]:
    """One that negotiates every codec, in virtual time: nobody is late, however busy the machine is."""
    settings = quiet_settings()
    settings = attrs.evolve(settings, web_rtc_endpoint=attrs.evolve(settings.web_rtc_endpoint, enable_h265=True))
    codecs_busy = [lambda: False]
    async with trio.open_nursery() as clockwork:
        clockwork.start_soon(keep_time, clock, lambda: codecs_busy[0]())
        async with trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            running: Server = await nursery.start(
                partial(serve, settings, clock=VirtualClock(clock), listeners=listeners)
            )
            codecs_busy[0] = lambda: not running.context.codecs.idle
            assert running.context.network is not None
            running.context.network.overload.load = _Unloaded()  # whatever else the machine does is not what is tested
            yield running
            nursery.cancel_scope.cancel()
        clockwork.cancel_scope.cancel()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[RpcClient]:
    async with open_client(server.control_url) as client:
        yield client
