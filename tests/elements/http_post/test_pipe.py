"""UploadPipe: bounded, in order, and never stuck."""

from __future__ import annotations

import trio
import trio.testing

from kms_elements.http_post.pipe import UploadPipe
from kms_trio.testing.patience import PATIENCE_S


async def test_bytes_come_in_order_and_end() -> None:
    pipe = UploadPipe()
    assert await pipe.write(b"abc")
    assert await pipe.write(b"def")
    pipe.finish()
    assert [pipe.read(4), pipe.read(4), pipe.read(4)] == [b"abcd", b"ef", b""]


async def test_a_reader_waits_for_bytes() -> None:
    pipe = UploadPipe()
    read: list[bytes] = []

    async def reader() -> None:
        read.append(await trio.to_thread.run_sync(pipe.read, 10))

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(reader)
            await trio.testing.wait_all_tasks_blocked()
            await pipe.write(b"late")
    assert read == [b"late"]


async def test_a_writer_waits_for_room() -> None:
    pipe = UploadPipe(capacity_bytes=10)
    written: list[int] = []

    async def writer() -> None:
        for number in range(4):
            assert await pipe.write(bytes(6))
            written.append(number)

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(writer)
            await trio.testing.wait_all_tasks_blocked()
            assert written == [0, 1]  # twelve bytes: nothing more before some are read
            assert len(pipe.read(1)) == 1
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert written == [0, 1]
            assert len(pipe.read(11)) == 11
    assert written == [0, 1, 2, 3]


async def test_aborting_lets_go_of_both_sides() -> None:
    pipe = UploadPipe(capacity_bytes=1)
    assert await pipe.write(b"x")
    results: list[bool] = []

    async def writer() -> None:
        results.append(await pipe.write(b"y"))

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(writer)
            await trio.testing.wait_all_tasks_blocked()
            pipe.abort()
    assert results == [False]
    assert pipe.read(10) == b""
    assert not await pipe.write(b"z")
