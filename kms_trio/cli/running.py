"""The run of a server inside trio, ended by a signal."""

from __future__ import annotations

import faulthandler
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Final, TextIO

import trio

from kms_trio import app
from kms_trio.cli.external_address import with_external_addresses
from kms_trio.http import HttpListenError
from kms_trio.settings import Settings, SettingsError
from kms_trio.worker.assignment import WorkerLog
from kms_trio.worker.count import worker_count
from kms_trio.worker.interpreter import settle_process

_log = logging.getLogger("KurentoMediaServer")
_modules_log = logging.getLogger("KurentoModuleManager")

#: What keeps a server from starting through no fault of its code: ports that are taken, certificates that are wrong.
StartErrors = (OSError, HttpListenError, SettingsError)


#: How long after a signal the process is ended whatever hangs, an operator's supervisor being about to do the same.
EXIT_DEADLINE_S: Final = 9.5


class StartError(Exception):
    """The server could not start; the text says why, for the operator."""


def run_until_signal(
    settings: Settings, announce: Callable[[app.Server], None] | None, errors: TextIO, worker_log: WorkerLog
) -> None:
    """Serve until one of `stop_signals`. Raises StartError, and what nothing inside handled.

    A server that does not end within `EXIT_DEADLINE_S` of the signal writes the stacks of its threads to `errors`, a
    real file, and exits with code 1.
    """
    trio.run(_serve, settings, announce, errors, worker_log)


def stop_signals() -> tuple[signal.Signals, ...]:
    """What asks the server to stop: the terminal hanging up as well, unless it was started by `nohup`."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM) if ignored else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def _serve(
    settings: Settings, announce: Callable[[app.Server], None] | None, errors: TextIO, worker_log: WorkerLog
) -> None:
    failure: str | None = None
    settings = await with_external_addresses(settings)
    with trio.open_signal_receiver(*stop_signals()) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_stop_at_signal, signals, nursery.cancel_scope, errors)
            try:
                run = partial(app.serve, settings, workers=worker_count(settings), worker_log=worker_log)
                server = await nursery.start(run)
            except StartErrors as error:
                failure = str(error)
                nursery.cancel_scope.cancel()
            except BaseExceptionGroup as group:
                if group.split(StartErrors)[1] is not None:
                    raise
                failure = "; ".join(_texts(group))
                nursery.cancel_scope.cancel()
            else:
                settle_process()
                for each in server.plugins.modules.values():
                    _modules_log.info(
                        "Loaded module: %s, version: %s, date: %s", each.name, each.version, each.generation_time
                    )
                _log.info("Kurento Media Server started")
                if announce is not None:
                    announce(server)
    if failure is not None:
        raise StartError(failure)


def _texts(group: BaseExceptionGroup[BaseException]) -> Iterator[str]:
    """The texts of the exceptions in a group of groups."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _texts(error)
        else:
            yield str(error)


async def _stop_at_signal(signals: AsyncIterator[int], scope: trio.CancelScope, errors: TextIO) -> None:
    """Cancel at the first signal; a second one ends the process at once."""
    async for number in signals:
        _log.info("Received %s, stopping", signal.Signals(number).name)
        for stopping in stop_signals():
            signal.signal(stopping, signal.SIG_DFL)
        faulthandler.dump_traceback_later(EXIT_DEADLINE_S, exit=True, file=errors)
        scope.cancel()
        return
