"""Limits on threads, open files and memory: refusing in time, counting seldom, and ending an idle server above them."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

import attrs
import pytest

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.objects.process_limits import Usage, count_usage, memory_limit
from kms_trio.objects.resources import COUNT_LIFETIME_S, ResourceLimits
from kms_trio.objects.server_manager import ServerManager


@attrs.define
class Machine:
    """A process whose use of its limits the test says."""

    used: Usage = attrs.field(factory=lambda: Usage(10, 10))
    now_s: float = 100.0
    counts: int = 0
    ended: int = 0

    def count(self) -> Usage:
        self.counts += 1
        return self.used

    def end(self) -> None:
        self.ended += 1

    def limits(self, *, exception_limit: float = 0.8, kill_limit: float | None = None) -> ResourceLimits:
        """Of 1,000 threads, 1,000 files and 1,000 MiB."""
        limits = ResourceLimits(
            exception_limit, lambda: self.now_s, kill_limit=kill_limit, count=self.count, terminate=self.end
        )
        limits.thread_limit = limits.file_limit = 1_000
        limits.memory_limit = 1_000 << 20
        return limits


@pytest.mark.parametrize(
    ("used", "what"),
    [
        (Usage(801, 10), "threads limit: 1000"),
        (Usage(10, 801), "files limit: 1000"),
        (Usage(10, 10, 801 << 20), "memory limit: 1000 MiB"),
    ],
)
def test_above_the_limit_nothing_is_created(used: Usage, what: str, caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    limits = machine.limits()
    limits.check()
    machine.used = used
    machine.now_s += COUNT_LIFETIME_S
    with pytest.raises(KurentoError) as refused:
        limits.check()
    assert (refused.value.code, refused.value.message) == (40009, f"Reached KMS {what}")
    assert caplog.record_tuples == [("KurentoResourceManager", logging.ERROR, f"Reached KMS {what}")]
    assert limits.fraction() == 0.801


def test_a_count_serves_for_a_while_unless_what_is_left_might_be_gone() -> None:
    machine = Machine(used=Usage(10, 700))
    limits = machine.limits()
    for _ in range(13):
        limits.check()
    assert machine.counts == 1
    # One more than the twelve since, at eight files each, might take more than the hundred that were left.
    machine.used = Usage(10, 801)
    with pytest.raises(KurentoError):
        limits.check()
    assert machine.now_s == 100.0


def test_unlimited() -> None:
    machine = Machine(used=Usage(10**6, 10**6, 10**15))
    limits = machine.limits()
    limits.thread_limit = limits.file_limit = limits.memory_limit = None
    limits.check()
    limits.check_memory()
    assert limits.fraction() == 0.0


def test_small_things_need_memory_alone_and_it_is_counted_seldom() -> None:
    machine = Machine(used=Usage(999, 999, 800 << 20))
    limits = machine.limits()
    for _ in range(1_000):
        limits.check_memory()
    assert machine.counts == 1
    machine.used = Usage(1, 1, 801 << 20)
    machine.now_s += COUNT_LIFETIME_S
    with pytest.raises(KurentoError, match="Reached KMS memory limit: 1000 MiB"):
        limits.check_memory()


@pytest.mark.parametrize(("files", "ended"), [(700, 0), (701, 1)])
def test_idle_above_the_kill_limit(files: int, ended: int, caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(used=Usage(10, files))
    limits = machine.limits(kill_limit=0.7)
    limits.check()
    limits.all_released()
    assert machine.ended == ended
    wanted = ["Resources over the limit, server will be killed: Reached KMS files limit: 1000"] * ended
    assert [record.message for record in caplog.records] == wanted


def test_without_a_kill_limit_nothing_ends() -> None:
    machine = Machine(used=Usage(999, 999))
    machine.limits().all_released()
    assert machine.ended == 0


def test_limits_are_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    limits = Machine().limits(kill_limit=0.7)
    limits.thread_limit = None
    limits.announce()
    assert [record.message for record in caplog.records] == [
        "System limits: unlimited threads, 1000 files",
        "Using above 80% of system limits will throw NOT_ENOUGH_RESOURCES exception",
        "Using above 70.00% of system limits will kill the server when no objects are alive",
    ]


def test_counts_are_the_systems() -> None:
    before = count_usage()
    assert before.memory_bytes > 10 << 20
    limit = memory_limit()
    assert limit is not None
    assert before.memory_bytes < limit
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    descriptor = os.open(os.devnull, os.O_RDONLY)
    after = count_usage()
    done.set()
    thread.join()
    os.close(descriptor)
    assert (after.threads - before.threads, after.files - before.files) == (1, 1)


async def test_the_last_release_asks_and_the_end_of_the_server_does_not(parts: Server, create: Any) -> None:
    machine = Machine(used=Usage(10, 900))
    parts.lifecycle._limits = machine.limits(exception_limit=1.0, kill_limit=0.7)
    kept, other = await create("MediaPipeline"), await create("MediaPipeline")
    await parts.lifecycle.release(other)
    assert machine.ended == 0
    await parts.lifecycle.release(kept)
    assert machine.ended == 1
    await create("MediaPipeline")
    await parts.lifecycle.release_all()
    assert machine.ended == 1
    assert [type(each) for each in parts.context.directory] == [ServerManager]


async def test_without_memory_nothing_is_kept_for_clients_any_more(parts: Server, create: Any) -> None:
    pipeline = await create("MediaPipeline")
    machine = Machine(used=Usage(10, 10, 900 << 20))
    parts.lifecycle._limits = machine.limits()
    methods = parts.rpc._handler._methods
    known = {"sessionId": "known", "object": pipeline.id}
    parts.context.references.add("known", pipeline.id)
    for method, params in (
        ("create", {"sessionId": "known", "type": "MediaPipeline"}),
        ("subscribe", {**known, "type": "Error"}),
        ("ref", {**known, "sessionId": "new"}),
    ):
        with pytest.raises(KurentoError, match="Reached KMS memory limit"):
            await methods[method](params)
    assert not parts.context.references.knows("new")
    await methods["ref"](known)
    await methods["release"](known)
    assert pipeline.id not in parts.context.directory
