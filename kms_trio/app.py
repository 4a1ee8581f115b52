"""The application: the one place where the parts are put together.

    settings → plugins → network, codecs → objects → protocol → sockets, HTTP side
    settings → plugins → media workers → router  → protocol → sockets, HTTP side

Everything that a server has hangs on one `Server` object, so two can run in one process. Cancelling `serve` stops it
in order: no new requests, all objects released (recordings are finished), goodbye to the clients, then the rest.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs
import trio

from kms_trio.clock import Clock, SystemClock
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.http import serve_http
from kms_trio.net.connection_limit import ConnectionLimit, share_of_files
from kms_trio.net.timers import WorkerTimers
from kms_trio.objects.context import ObjectContext
from kms_trio.objects.lifecycle import Lifecycle
from kms_trio.objects.process_limits import file_limit
from kms_trio.objects.resources import ResourceLimits
from kms_trio.plugins import Plugins
from kms_trio.rpc.handler import Handler
from kms_trio.rpc.listeners import Listener, open_listeners
from kms_trio.rpc.methods import Method
from kms_trio.rpc.registrar import stay_registered
from kms_trio.rpc.request_cache import RequestCache
from kms_trio.rpc.server import RpcServer
from kms_trio.rpc.sessions import Sessions
from kms_trio.settings import Settings
from kms_trio.worker.assignment import WorkerLog
from kms_trio.worker.core import MediaCore, build_core
from kms_trio.worker.figures import Figures, take_figures
from kms_trio.worker.manager import TreeServerManager
from kms_trio.worker.pool import WorkerPool, WorkerStatus
from kms_trio.worker.router import Router
from kms_trio.worker.tree import WorkerTree

if TYPE_CHECKING:
    from kms_trio.codecs.service import CodecService
    from kms_trio.net.service import NetworkService

logger = logging.getLogger("KurentoMediaServer")

#: How long an orderly end may take, and how much of that releasing may: finishing recordings, goodbyes to peers.
#: What remains is for goodbyes to clients.
STOP_DEADLINE_S: Final = 8.0
RELEASE_DEADLINE_S: Final = 6.0


@attrs.define
class Server:
    """One running server, as its starter, the HTTP side and tests see it."""

    settings: Settings
    plugins: Plugins
    context: ObjectContext
    lifecycle: Lifecycle
    sessions: Sessions
    rpc: RpcServer
    #: The media workers; None when pipelines live in this process.
    pool: WorkerPool | None = None
    #: The TCP port that the plain control socket really listens on; 0 when it is off.
    control_port: int = 0
    #: Whether new requests are served; false again while stopping.
    accepting_requests: bool = False
    #: URL of the HTTP side; None when it is off.
    http_url: str | None = None

    @property
    def workers(self) -> list[WorkerStatus]:
        """The media workers, also those that are being started; empty when there are none."""
        return [] if self.pool is None else self.pool.statuses

    @property
    def session_count(self) -> int:
        """Sessions of clients that hold, or have held, an object."""
        return self.sessions.count

    @property
    def figures(self) -> Figures:
        """What was counted, by all processes together."""
        return take_figures(self.context) if self.pool is None else self.pool.figures

    @property
    def control_url(self) -> str:
        """The WebSocket URL for a client on this machine."""
        address = self.settings.media_server.net.websocket.address
        host = "127.0.0.1" if address is None else f"[{address}]" if ":" in address else address
        return f"ws://{host}:{self.control_port}/{self.settings.media_server.net.websocket.path}"


async def serve(  # noqa: ASYNC128 - `_start`, which it hands the status on to, calls it
    settings: Settings,
    *,
    clock: Clock | None = None,
    plugins: Plugins | None = None,
    listeners: Sequence[Listener] | None = None,
    workers: int = 0,
    worker_log: WorkerLog | None = None,
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Run a server until cancelled; `task_status` gets it once clients can connect.

    `plugins` are what is installed and not disabled unless given; `listeners` replace the sockets of the settings.
    `workers` is how many processes pipelines are spread over, 0 for none but this one; workers load the plugins that
    are installed, and log what `worker_log` says.
    Raises OSError and HttpListenError (ports that cannot be had) and SettingsError (a certificate that cannot be used).
    """
    clock = clock or SystemClock()
    plugins = plugins or Plugins(disabled=settings.plugins.disabled)
    if listeners is None:
        listeners = await open_listeners(settings.media_server.net.websocket)
    stop = trio.Event()
    try:
        async with trio.open_nursery() as nursery:
            pool = WorkerPool(settings, workers, worker_log or WorkerLog()) if workers else None
            nursery.start_soon(_serve_until, stop, settings, clock, plugins, listeners, pool, task_status)
            try:
                await trio.sleep_forever()
            finally:
                stop.set()
    finally:
        for listener in listeners:
            await trio.aclose_forcefully(listener)


async def _serve_until(
    stop: trio.Event,
    settings: Settings,
    clock: Clock,
    plugins: Plugins,
    listeners: Sequence[Listener],
    pool: WorkerPool | None,
    task_status: trio.TaskStatus[Server],
) -> None:
    """Run until `stop`, shielded, so that a cancelled server still has sockets, codecs and clients while it stops."""
    with trio.CancelScope(shield=True):
        async with contextlib.AsyncExitStack() as stack:
            if pool is None:
                # Imported now: a control process has no use for what handles media.
                from kms_trio.codecs.service import CodecService
                from kms_trio.net.service import NetworkService

                ports = settings.base_rtp_endpoint
                network = await stack.enter_async_context(NetworkService(clock).open(ports.min_port, ports.max_port))
                codecs = await stack.enter_async_context(CodecService())
                server = build(settings, plugins, clock, network, codecs)
            else:
                server = build_control(settings, plugins, clock, pool)
            async with trio.open_nursery() as core:
                await _start(server, listeners, core)
                task_status.started(server)
                await stop.wait()
                await _stop(server)
                core.cancel_scope.cancel()


def build(settings: Settings, plugins: Plugins, clock: Clock, network: NetworkService, codecs: CodecService) -> Server:
    """Put a server of one process together; nothing runs yet."""

    def check_pipeline() -> None:
        # A load that keeps a worker from getting more is no reason here, where nobody else could take them.
        if network.overload.held_back:
            raise KurentoError(
                ErrorCode.NOT_ENOUGH_RESOURCES,
                f"The server is overloaded: video of {network.overload.held_back} streams is held back; no pipeline "
                "can be created until some media has ended",
            )

    core = build_core(
        settings,
        plugins,
        clock,
        timers=network.timers,
        network=network,
        codecs=codecs,
        limits=_limits(settings, clock),
        check_pipeline=check_pipeline,
    )
    sessions = Sessions(core.context.references, core.lifecycle, core.legacy_clients)
    core.context.bus.deliver = sessions.deliver
    return _server(settings, plugins, clock, core, sessions, core.methods(sessions).table)


def build_control(settings: Settings, plugins: Plugins, clock: Clock, pool: WorkerPool) -> Server:
    """Put the control process of a server with workers together; nothing runs yet."""
    core = build_core(
        settings,
        plugins,
        clock,
        timers=WorkerTimers(),
        network=None,
        codecs=None,
        limits=_limits(settings, clock),
        manager=TreeServerManager,
    )
    tree = pool.listener = WorkerTree(core, pool)
    manager = core.manager
    assert isinstance(manager, TreeServerManager)
    manager.tree = tree
    sessions = Sessions(tree, tree, core.legacy_clients)
    tree.deliver_by(sessions.deliver)
    server = _server(settings, plugins, clock, core, sessions, Router(core, tree, sessions).table)
    server.pool = pool
    return server


def _limits(settings: Settings, clock: Clock) -> ResourceLimits:
    resources = settings.media_server.resources
    limits = ResourceLimits(resources.exception_limit, clock.monotonic, kill_limit=resources.kill_limit)
    limits.announce()
    return limits


def _server(
    settings: Settings,
    plugins: Plugins,
    clock: Clock,
    core: MediaCore,
    sessions: Sessions,
    table: Mapping[str, Method],
) -> Server:
    cache = None if settings.media_server.resources.disable_request_cache else RequestCache(clock.monotonic)
    logger.info("RPC Request Cache is %s", "DISABLED" if cache is None else "ENABLED")
    handler = Handler(table, sessions, cache)
    connections = settings.connections
    limit = ConnectionLimit(
        "control port",
        connections.limit or share_of_files(file_limit()),
        connections.per_address,
        logging.getLogger("KurentoWebSocketTransport"),
    )
    return Server(
        settings=settings,
        plugins=plugins,
        context=core.context,
        lifecycle=core.lifecycle,
        sessions=sessions,
        rpc=RpcServer(handler, sessions, settings.media_server.net.websocket.path, limit),
    )


async def _start(server: Server, listeners: Sequence[Listener], core: trio.Nursery) -> None:
    settings = server.settings
    await core.start(server.context.supervisor.run)
    if server.pool is not None:
        await core.start(server.pool.run)
    core.start_soon(server.sessions.collect, settings.media_server.resources.garbage_collector_period_s)
    await core.start(server.rpc.run, listeners)
    server.control_port = _plain_port(listeners)
    server.accepting_requests = True
    if settings.http.port:
        server.http_url = await core.start(serve_http, settings, server)
    core.start_soon(stay_registered, settings.media_server.net.websocket)


async def _stop(server: Server) -> None:
    server.accepting_requests = False
    with trio.move_on_after(STOP_DEADLINE_S) as patience:
        if server.pool is not None:
            await server.pool.stop(RELEASE_DEADLINE_S)
        await server.lifecycle.release_all(RELEASE_DEADLINE_S)
        await server.rpc.say_goodbye()
    if patience.cancelled_caught:
        logger.error("The server did not come to an orderly end within %.0f s", STOP_DEADLINE_S)


def _plain_port(listeners: Iterable[Listener]) -> int:
    for listener in listeners:
        if isinstance(listener, trio.SocketListener):
            port: int = listener.socket.getsockname()[1]
            return port
    return 0
