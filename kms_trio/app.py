"""The application: the one place where the parts are put together.

    settings → plugins → network, codecs → objects → protocol → sockets, HTTP side

Everything that a server has hangs on one `Server` object, so two can run in one process. Cancelling `serve` stops it
in order: no new requests, all objects released (recordings are finished), goodbye to the clients, then the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
import trio

from kms_trio.clock import Clock, SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.http import serve_http
from kms_trio.net.service import NetworkService
from kms_trio.objects.bus import EventBus
from kms_trio.objects.catalog import Catalog
from kms_trio.objects.context import ObjectContext
from kms_trio.objects.directory import Directory
from kms_trio.objects.legacy import Legacy
from kms_trio.objects.lifecycle import Lifecycle
from kms_trio.objects.marshal import Marshaller
from kms_trio.objects.references import References
from kms_trio.objects.resources import ResourceLimits
from kms_trio.objects.scopes import Supervisor
from kms_trio.objects.server_manager import ServerManager
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.plugins import Plugins
from kms_trio.rpc.handler import Handler
from kms_trio.rpc.legacy_clients import LegacyClients
from kms_trio.rpc.listeners import Listener, open_listeners
from kms_trio.rpc.methods import Methods
from kms_trio.rpc.registrar import stay_registered
from kms_trio.rpc.request_cache import RequestCache
from kms_trio.rpc.server import RpcServer
from kms_trio.rpc.sessions import Sessions
from kms_trio.settings import Settings

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
    #: The TCP port that the plain control socket really listens on; 0 when it is off.
    control_port: int = 0
    #: Whether new requests are served; false again while stopping.
    accepting_requests: bool = False
    #: URL of the HTTP side; None when it is off.
    http_url: str | None = None

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
    task_status: trio.TaskStatus[Server] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Run a server until cancelled; `task_status` gets it once clients can connect.

    `plugins` are what is installed and not disabled unless given; `listeners` replace the sockets of the settings.
    Raises OSError and HttpListenError (ports that cannot be had) and SettingsError (a certificate that cannot be used).
    """
    clock = clock or SystemClock()
    plugins = plugins or Plugins(disabled=settings.plugins.disabled)
    if listeners is None:
        listeners = await open_listeners(settings.media_server.net.websocket)
    stop = trio.Event()
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_serve_until, stop, settings, clock, plugins, listeners, task_status)
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
    task_status: trio.TaskStatus[Server],
) -> None:
    """Run until `stop`, shielded, so that a cancelled server still has sockets, codecs and clients while it stops."""
    ports = settings.base_rtp_endpoint
    with trio.CancelScope(shield=True):
        async with NetworkService(clock).open(ports.min_port, ports.max_port) as network, CodecService() as codecs:
            server = build(settings, plugins, clock, network, codecs)
            async with trio.open_nursery() as core:
                await _start(server, listeners, core)
                task_status.started(server)
                await stop.wait()
                await _stop(server)
                core.cancel_scope.cancel()


def build(settings: Settings, plugins: Plugins, clock: Clock, network: NetworkService, codecs: CodecService) -> Server:
    """Put a server together; nothing runs yet."""
    directory = Directory()
    marshaller = Marshaller(directory, plugins.modules)
    context = ObjectContext(
        settings=settings,
        clock=clock,
        directory=directory,
        references=References(directory.parent_id, directory.children_ids),
        bus=EventBus(marshaller.write_event),
        supervisor=Supervisor(),
        timers=network.timers,
        uri_policy=UriPolicy(settings.uri_policy.player_roots, settings.uri_policy.recorder_roots),
        network=network,
        codecs=codecs,
        modules=plugins.modules,
    )
    resources = settings.media_server.resources
    limits = ResourceLimits(resources.exception_limit, clock.monotonic, kill_limit=resources.kill_limit)
    limits.announce()
    lifecycle = Lifecycle(context, Catalog(plugins.modules.values()), marshaller, limits, plugins.check_create)
    legacy_clients = LegacyClients(Legacy(plugins.modules.values()))
    sessions = Sessions(context.references, lifecycle, legacy_clients)
    context.bus.deliver = sessions.deliver
    if plugins.watches_events:
        context.bus.listen(plugins.event)
    cache = None if resources.disable_request_cache else RequestCache(clock.monotonic)
    logger.info("RPC Request Cache is %s", "DISABLED" if cache is None else "ENABLED")
    handler = Handler(Methods(context, lifecycle, marshaller, sessions, legacy_clients), sessions, cache)
    directory.add(ServerManager(context, plugins.modules["core"].classes["ServerManager"]))
    return Server(
        settings=settings,
        plugins=plugins,
        context=context,
        lifecycle=lifecycle,
        sessions=sessions,
        rpc=RpcServer(handler, sessions, settings.media_server.net.websocket.path),
    )


async def _start(server: Server, listeners: Sequence[Listener], core: trio.Nursery) -> None:
    settings = server.settings
    await core.start(server.context.supervisor.run)
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
