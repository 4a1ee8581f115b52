"""The life of a worker process, from exec to its end.

It ends when the control process says so, and when that is gone: then its end of the channel is closed, and the kernel
sends SIGTERM besides. Signals for the whole group, such as Ctrl-C or a terminal that hangs up, are for the control
process alone to act on.
"""

from __future__ import annotations

import ctypes
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Final, TextIO

import trio

from kms_trio.log.configure import set_levels
from kms_trio.log.crash import log_thread_crash
from kms_trio.settings import SettingsError
from kms_trio.worker.assignment import Assignment
from kms_trio.worker.channel import Channel, ChannelClosedError
from kms_trio.worker.frames import FrameError, read_first
from kms_trio.worker.interpreter import prepare_process, settle_process
from kms_trio.worker.log_relay import RelayHandler

logger = logging.getLogger("KurentoMediaServer")

#: What ends a worker that does not come to its end, written down by all threads.
EXIT_DEADLINE_S: Final = 9.5

_PR_SET_PDEATHSIG: Final = 1


def main(arguments: Sequence[str]) -> int:
    """Run a worker: `arguments` are the descriptor of its socket and the process id of the control process."""
    descriptor, parent = map(int, arguments)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return 1  # it was gone before
    prepare_process()
    sock = socket.socket(fileno=descriptor)
    try:
        message = read_first(sock)
        assignment = Assignment.from_message(message)
    except (OSError, FrameError):
        return 1
    except SettingsError as error:
        logger.critical("The settings did not survive their way: %s", error)
        return 1
    crash_stream = sys.stderr
    if assignment.log.crash_file is not None:
        crash_stream = assignment.log.crash_file.open("a", encoding="utf-8")
    faulthandler.enable(crash_stream)
    threading.excepthook = log_thread_crash
    return trio.run(_run, sock, assignment, parent, crash_stream)


async def _run(sock: socket.socket, assignment: Assignment, parent: int, crash_stream: TextIO) -> int:
    channel = Channel(sock)
    relay = RelayHandler(channel)
    logging.basicConfig(handlers=[relay], force=True)
    set_levels(assignment.log.gst_debug)
    logging.captureWarnings(True)
    try:
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            await _serve(channel, assignment, parent, signals, crash_stream)
    # The guard of the process: whatever ends it is written down, by the control process.
    except Exception:
        logger.exception("Media worker %d ends because of an error that nothing handled", assignment.number)
        return 1
    finally:
        channel.close()
        logging.root.removeHandler(relay)
    return 0


async def _serve(
    channel: Channel, assignment: Assignment, parent: int, signals: AsyncIterator[int], crash_stream: TextIO
) -> None:
    # Imported now: an environment that numpy reads was set, and what fails here is told to the control process.
    from kms_trio.worker.hosting import open_host

    async with trio.open_nursery() as nursery:
        try:
            async with open_host(channel, assignment) as host:

                async def stop_as_orphan() -> None:
                    async for _ in signals:
                        if os.getppid() != parent:
                            host.stop()

                nursery.start_soon(stop_as_orphan)
                settle_process()
                channel.send({"ready": os.getpid()})
                await host.run()
                faulthandler.dump_traceback_later(EXIT_DEADLINE_S, exit=True, file=crash_stream)
        except OSError as failure:
            channel.send({"failed": str(failure)})
        except ChannelClosedError:
            logger.debug("the control process was gone before this worker was ready")
        nursery.cancel_scope.cancel()
