"""Putting a worker together: network, codecs, objects and the host that serves them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator

import trio

from kms_trio.clock import SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.net.service import NetworkService
from kms_trio.objects.resources import ResourceLimits
from kms_trio.plugins import Plugins
from kms_trio.worker.assignment import Assignment
from kms_trio.worker.channel import Channel
from kms_trio.worker.core import build_core
from kms_trio.worker.host import Host, HostedLegacyClients
from kms_trio.worker.http_back import HttpBack
from kms_trio.worker.manager import HostedServerManager


@contextlib.asynccontextmanager
async def open_host(channel: Channel, assignment: Assignment) -> AsyncIterator[Host]:
    """A host for the length of the block. Raises OSError when no port can be had."""
    settings, clock = assignment.settings, SystemClock()
    plugins = _load_plugins(settings.plugins.disabled)
    resources = settings.media_server.resources
    hosts: list[Host] = []
    limits = ResourceLimits(
        resources.exception_limit,
        clock.monotonic,
        kill_limit=resources.kill_limit,
        share=assignment.count,
        terminate=lambda: hosts[0].stop(),  # another worker is started in its place
    )
    async with (
        NetworkService(clock).open(assignment.min_port, assignment.max_port) as network,
        CodecService() as codecs,
        trio.open_nursery() as nursery,
    ):
        http = HttpBack(channel, assignment.number)
        core = build_core(
            settings,
            plugins,
            clock,
            timers=network.timers,
            network=network,
            codecs=codecs,
            limits=limits,
            shared_http=http,
            manager=HostedServerManager,
            legacy_clients=HostedLegacyClients,
        )
        await nursery.start(core.context.supervisor.run)
        hosts.append(Host(channel, core, http))
        yield hosts[0]
        nursery.cancel_scope.cancel()


def _load_plugins(disabled: tuple[str, ...]) -> Plugins:
    """The modules; what there is to say about them the control process has said."""
    logger = logging.getLogger("kms.plugins")
    logger.disabled = True
    try:
        return Plugins(disabled=disabled)
    finally:
        logger.disabled = False
