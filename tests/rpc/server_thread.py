"""A server in a thread of its own, for tests that are no coroutines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import attrs
import trio

from kms_trio import app
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.objects.server_manager import ServerManager
from kms_trio.settings import Settings
from tests.rpc.modules import standard_plugins


@attrs.define(eq=False)
class ServerThread:
    """Made by `run_server_thread`; calls from outside go through `run`."""

    server: app.Server
    token: trio.lowlevel.TrioToken

    @property
    def port(self) -> int:
        return self.server.control_port

    def release_all(self) -> None:
        """Destroy whatever a test left behind."""
        trio.from_thread.run(self.server.lifecycle.release_all, trio_token=self.token)

    def end_sessions(self) -> None:
        """Let every session end, with all that it holds, in whichever process; the ServerManager is as at the start."""
        trio.from_thread.run(self._end_sessions, trio_token=self.token)

    async def _end_sessions(self) -> None:
        manager = self.server.context.directory.get(MANAGER_ID)
        assert isinstance(manager, ServerManager)
        for session_id in manager.sessions:
            await self.server.sessions.end(session_id, release=True)
        manager.name = manager.id
        manager.send_tags_in_events = False
        for tag in manager.get_tags():
            manager.remove_tag(tag.key)


@contextmanager
def run_server_thread(settings: Settings, workers: int = 0) -> Iterator[ServerThread]:
    """Serve all modules on a free port of 127.0.0.1 for the length of the block, without the HTTP side."""
    started = threading.Event()
    found: list[ServerThread] = []
    stop = trio.Event()

    async def serve() -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        quiet = attrs.evolve(settings, http=attrs.evolve(settings.http, port=0))
        async with trio.open_nursery() as nursery:
            run = partial(app.serve, quiet, plugins=standard_plugins(), listeners=listeners, workers=workers)
            server: app.Server = await nursery.start(run)
            found.append(ServerThread(server, trio.lowlevel.current_trio_token()))
            started.set()
            await stop.wait()
            nursery.cancel_scope.cancel()

    thread = threading.Thread(target=trio.run, args=(serve,), name="server")
    thread.start()
    try:
        assert started.wait(90)
        yield found[0]
    finally:
        if found:
            found[0].token.run_sync_soon(stop.set)
        thread.join()
