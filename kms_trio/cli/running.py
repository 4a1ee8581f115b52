"""The run of a server inside trio, ended by a signal."""

from __future__ import annotations

import logging
import signal
from collections.abc import AsyncIterator, Callable

import trio

from kms_trio import app
from kms_trio.settings import Settings

_log = logging.getLogger("KurentoMediaServer")


def run_until_signal(settings: Settings, announce: Callable[[Settings], None] | None) -> None:
    """Serve until SIGINT or SIGTERM (or until the application ends by itself)."""
    trio.run(_serve, settings, announce)


async def _serve(settings: Settings, announce: Callable[[Settings], None] | None) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_stop_at_signal, signals, nursery.cancel_scope)
            async with trio.open_nursery() as serving:
                await serving.start(app.serve, settings)
                _log.info("Kurento Media Server started")
                if announce is not None:
                    announce(settings)
            nursery.cancel_scope.cancel()


async def _stop_at_signal(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    """Cancel at the first signal; a second one ends the process at once."""
    async for number in signals:
        _log.info("Received %s, stopping", signal.Signals(number).name)
        for stopping in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stopping, signal.SIG_DFL)
        scope.cancel()
        return
