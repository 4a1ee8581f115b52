"""Log records on their way to the control process: from the event loop, from threads, with tracebacks."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Any

import trio

from kms_trio.log import for_object
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.worker.channel import Channel
from kms_trio.worker.log_relay import RelayHandler


async def test_records_come_with_all_that_a_line_says() -> None:
    ours, theirs = (Channel(sock) for sock in socket.socketpair())
    handler = RelayHandler(ours)
    logger = logging.Logger("kms.relayed")  # noqa: LOG001 - nobody else is to have it
    logger.addHandler(handler)
    got: list[dict[str, Any]] = []

    async def take(message: dict[str, Any]) -> None:
        got.append(message["log"])
        if len(got) == 3:
            ours.close()

    def fail() -> None:
        try:
            raise ZeroDivisionError("in a thread")
        except ZeroDivisionError:
            logger.exception("failed")

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ours.run, take)
            for_object(logger, "p/e").info("seen %d of %s", 3, "4")
            await trio.to_thread.run_sync(fail)
            logger.warning("100% sure")
            await theirs.run(take)
            nursery.cancel_scope.cancel()
    by_text = {record["msg"]: record for record in got}
    assert by_text["seen 3 of 4"]["object_id"] == "p/e"
    assert by_text["seen 3 of 4"]["levelno"] == logging.INFO
    assert by_text["seen 3 of 4"]["thread"] == threading.get_ident()
    assert by_text["failed"]["exc_text"].endswith("ZeroDivisionError: in a thread")
    assert by_text["failed"]["thread"] != threading.get_ident()
    assert by_text["100% sure"]["funcName"] == "test_records_come_with_all_that_a_line_says"
    logger.warning("nobody is there any more")  # and that is no error


async def test_more_than_can_wait_is_dropped_and_told() -> None:
    ours, theirs = (Channel(sock) for sock in socket.socketpair())
    handler = RelayHandler(ours)
    logger = logging.getLogger("KurentoLogging")
    logger.addHandler(handler)
    logger.propagate = False
    got: list[str] = []

    async def take(message: dict[str, Any]) -> None:
        got.append(message["log"]["msg"])
        if "were dropped" in got[-1]:
            ours.close()

    def chatter() -> None:
        for number in range(10_005):
            logger.error("line %d", number)

    try:
        thread = threading.Thread(target=chatter)
        thread.start()
        thread.join()  # the event loop gets no turn meanwhile
        with trio.fail_after(PATIENCE_S):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ours.run, take)
                await theirs.run(take)
                nursery.cancel_scope.cancel()
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    assert got[:-1] == [f"line {number}" for number in range(10_000)]
    assert got[-1] == "5 records of this worker's threads were dropped"
