from __future__ import annotations

import sys
from functools import partial
from subprocess import PIPE

import trio

from kms_trio.testing.patience import PATIENCE_S
from tests.programs import end_program

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(3600)
"""


async def test_a_program_that_does_not_end_when_asked_is_killed() -> None:
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            run = partial(
                trio.run_process,
                [sys.executable, "-c", STUBBORN],
                stdout=PIPE,
                check=False,
                deliver_cancel=partial(end_program, grace_s=0.01),
            )
            process: trio.Process = await nursery.start(run)
            assert process.stdout is not None
            assert await process.stdout.receive_some()  # now it ignores the signal
            nursery.cancel_scope.cancel()
    assert process.returncode == -9
