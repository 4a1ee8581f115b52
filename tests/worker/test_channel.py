"""The socket pair: order, messages larger than its buffers, and ends that are gone."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import trio
import trio.testing

from kms_trio.testing.patience import PATIENCE_S
from kms_trio.worker.channel import MAX_WAITING_BYTES, Channel, ChannelClosedError
from kms_trio.worker.frames import FrameReader


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


async def test_what_is_said_in_one_turn_goes_out_in_one_piece() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps pieces apart
    channel = Channel(ours)
    theirs.setblocking(False)
    with theirs, trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(channel.run, _refuse)
            await trio.testing.wait_all_tasks_blocked()
            for number in range(3):
                channel.send({"number": number})
            await trio.lowlevel.wait_readable(theirs)
            assert FrameReader().feed(theirs.recv(1000)) == [{"number": number} for number in range(3)]
            channel.send({"last": "words"})
            channel.flush()
            assert FrameReader().feed(theirs.recv(1000)) == [{"last": "words"}]
            channel.close()


async def test_before_it_runs_and_when_it_is_closed_nothing_is_kept() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    with theirs, trio.fail_after(PATIENCE_S):
        channel.send({"number": 1})
        assert FrameReader().feed(theirs.recv(1000)) == [{"number": 1}]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(channel.run, _refuse)
            await trio.testing.wait_all_tasks_blocked()
            channel.send({"number": 2})
            channel.close()
        assert FrameReader().feed(theirs.recv(1000)) == [{"number": 2}]


async def _refuse(message: dict[str, Any]) -> None:
    raise AssertionError(message)
