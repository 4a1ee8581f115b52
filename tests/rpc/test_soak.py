"""Crowds come, misbehave and go, and the server is as it was before them."""

from __future__ import annotations

import logging
from functools import partial

import attrs
import pytest
import trio

from kms_trio import app
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.plugins import Plugins
from kms_trio.settings import Settings
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import open_client
from tests.rpc.crowd import Crowd, HurriedClock, Remains

#: How far two rounds may differ without anything being lost: what libraries keep to use it again.
PYTHON_OBJECTS_MARGIN = 2_000
MEMORY_MARGIN_BYTES = 24 * 2**20


async def soak(nursery: trio.Nursery, *, steady: int, restless: int, returns: int, rounds: int) -> None:
    """The first round fills the pools of the libraries; no later one may leave anything."""
    defaults = Settings()
    settings = attrs.evolve(defaults, http=attrs.evolve(defaults.http, port=0))
    clock = HurriedClock()
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1", backlog=steady)
    serve = partial(app.serve, settings, clock=clock, plugins=Plugins([]), listeners=listeners)
    server: app.Server = await nursery.start(serve)

    async def empty() -> None:
        """Wait until nobody is connected, then let pass what sessions and cached replies live for."""
        with trio.fail_after(PATIENCE_S):
            while server.rpc.connection_count:  # noqa: ASYNC110 - it happens on the network
                await trio.sleep(0.001)
        await server.sessions._drop_silent(trio.current_time())
        assert not server.context.references.sessions
        assert not server.context.bus._handlers
        clock.forget_replies()
        async with open_client(server.control_url) as client:
            await client.request("ping", {"sessionId": "anybody"})
        with trio.fail_after(PATIENCE_S):
            while server.rpc.connection_count:  # noqa: ASYNC110 - it happens on the network
                await trio.sleep(0.001)

    await empty()
    before = Remains.now()

    async def settled() -> Remains:
        """Wait until the last connections are closed, too."""
        with trio.fail_after(PATIENCE_S):
            while not (now := Remains.now()).no_more_than(before):  # noqa: ASYNC110 - it happens on the network
                await trio.sleep(0.001)
        return now

    remains = []
    for _ in range(rounds):
        await Crowd(server, steady=steady, restless=restless, returns=returns).visit()
        await empty()
        assert [each.id for each in server.context.directory] == [MANAGER_ID]
        remains.append(await settled())
    first, last = remains[0], remains[-1]
    print(f"before {before}\nthen   {remains}")
    assert last.python_objects - first.python_objects < PYTHON_OBJECTS_MARGIN
    assert last.memory_bytes - first.memory_bytes < MEMORY_MARGIN_BYTES
    nursery.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def _no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest keeps every line of the log, which would look like growth."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)


async def test_a_small_crowd_leaves_nothing(nursery: trio.Nursery) -> None:
    await soak(nursery, steady=60, restless=20, returns=4, rounds=2)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_a_thousand_clients_leave_nothing(nursery: trio.Nursery) -> None:
    await soak(nursery, steady=1000, restless=200, returns=20, rounds=3)
