"""The socket pair: order, messages larger than its buffers, and ends that are gone."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import trio

from kms_trio.testing.patience import PATIENCE_S
from kms_trio.worker.channel import MAX_WAITING_BYTES, Channel, ChannelClosedError


def pair() -> tuple[Channel, Channel]:
    ours, theirs = socket.socketpair()
    return Channel(ours), Channel(theirs)


async def test_messages_of_all_sizes_arrive_in_order() -> None:
    here, there = pair()
    sizes = [10, 3_000_000, 20, 500_000, 30]
    got: list[Any] = []

    async def take(message: dict[str, Any]) -> None:
        got.append(len(message["text"]))
        if len(got) == len(sizes):
            there.close()

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(here.run, take)
            for size in sizes:
                here.send({"text": "x" * size})
            nursery.start_soon(there.run, take)
    assert got == sizes


async def test_drained_waits_for_the_last_byte() -> None:
    here, there = pair()
    got = trio.Event()

    async def take(message: dict[str, Any]) -> None:
        got.set()

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            here.send({"text": "x" * 5_000_000})
            nursery.start_soon(here.run, take)
            nursery.start_soon(there.run, take)
            await here.drained()
            here.close()
    assert got.is_set()


async def test_an_end_that_is_gone_is_an_error_and_ends_run() -> None:
    here, there = pair()
    there.close()

    async def take(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    with trio.fail_after(PATIENCE_S):
        await here.run(take)
    with pytest.raises(ChannelClosedError, match="closed"):
        here.send({})


async def test_an_end_that_does_not_read_is_given_up() -> None:
    here, there = pair()
    text = "x" * (MAX_WAITING_BYTES // 4)
    for _ in range(4):
        here.send({"text": text})
    with pytest.raises(ChannelClosedError, match="lets more than"):
        here.send({"text": text})
    there.close()
