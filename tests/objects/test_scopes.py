"""Supervision: a crash stays where it was, closing is bounded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing

from kms_trio.app import Server
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.objects.scopes import CLOSE_DEADLINE_S, Scope, Supervisor

Create = Callable[..., Awaitable[Any]]


@pytest.fixture
async def supervisor(nursery: trio.Nursery) -> Supervisor:
    supervisor = Supervisor()
    await nursery.start(supervisor.run)
    return supervisor


async def crash(error: Exception) -> None:
    raise error


async def test_crash_is_told_and_ends_that_task_alone(supervisor: Supervisor) -> None:
    crashes: list[Exception] = []
    upper = Scope("upper", supervisor, crashes.append)
    lower = Scope("lower", upper, crashes.append)
    went_on = trio.Event()

    async def go_on() -> None:
        await trio.testing.wait_all_tasks_blocked()
        went_on.set()

    error = ValueError("x")
    lower.spawn(crash, error)
    lower.spawn(go_on)
    await went_on.wait()
    assert crashes == [error]


async def test_crash_beside_a_cancellation(supervisor: Supervisor) -> None:
    crashes: list[Exception] = []
    scope = Scope("scope", supervisor, crashes.append)
    waiting = trio.Event()

    async def fails_when_cancelled() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            waiting.set()
            try:
                await trio.sleep_forever()
            finally:
                raise ZeroDivisionError

    scope.spawn(fails_when_cancelled)
    await waiting.wait()
    await scope.close()
    assert len(crashes) == 1
    assert isinstance(crashes[0], ExceptionGroup)
    assert crashes[0].subgroup(ZeroDivisionError) is not None


async def test_closing_cancels_what_is_below(supervisor: Supervisor) -> None:
    ended: list[str] = []
    upper = Scope("upper", supervisor, lambda error: None)
    lower = Scope("lower", upper, lambda error: None)

    async def wait(name: str) -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(name)

    upper.spawn(wait, "upper")
    lower.spawn(wait, "lower")
    await trio.testing.wait_all_tasks_blocked()
    await upper.close()
    assert sorted(ended) == ["lower", "upper"]
    assert not upper.active or upper.spawn(wait, "late") is None
    await trio.testing.wait_all_tasks_blocked()
    assert sorted(ended) == ["lower", "upper"]


async def test_closing_before_a_task_ran(supervisor: Supervisor) -> None:
    ran: list[int] = []

    async def run() -> None:
        ran.append(1)

    scope = Scope("scope", supervisor, lambda error: None)
    scope.spawn(run)
    await scope.close()
    assert ran == []


async def test_closing_does_not_wait_for_ever(autojump_clock: trio.testing.MockClock) -> None:
    async with trio.open_nursery() as nursery:
        supervisor = Supervisor()
        await nursery.start(supervisor.run)
        scope = Scope("scope", supervisor, lambda error: None)
        let_go = trio.Event()

        async def stubborn() -> None:
            with trio.CancelScope(shield=True):
                await let_go.wait()

        scope.spawn(stubborn)
        await trio.testing.wait_all_tasks_blocked()
        began = trio.current_time()
        await scope.close()
        assert trio.current_time() - began == pytest.approx(CLOSE_DEADLINE_S)
        let_go.set()
        nursery.cancel_scope.cancel()


async def test_spawning_without_a_supervisor_is_refused() -> None:
    with pytest.raises(RuntimeError):
        Scope("scope", Supervisor(), lambda error: None).spawn(trio.sleep_forever)


async def test_crash_in_an_element_is_its_error_event(parts: Server, create: Create, subscribe: Any, told: Any) -> None:
    pipeline = await create("MediaPipeline")
    element = await create("PassThrough", mediaPipeline=pipeline.id)
    neighbour = await create("PassThrough", mediaPipeline=pipeline.id)
    for each in (pipeline, element, neighbour):
        subscribe(each, "Error")
    element.spawn(crash, ZeroDivisionError("unforeseen"))
    await trio.testing.wait_all_tasks_blocked()
    [(name, source_id, data)] = told.take()
    assert (name, source_id, data["type"]) == ("Error", element.id, "UNEXPECTED_ELEMENT_ERROR")
    assert data["description"].startswith("Error code 1: ZeroDivisionError: unforeseen, source: kmspassthrough0")
    assert element.id in parts.context.directory


async def test_crash_of_a_pipeline_takes_it_down_and_nothing_else(
    parts: Server, create: Create, subscribe: Any, told: Any
) -> None:
    pipeline = await create("MediaPipeline")
    element = await create("PassThrough", mediaPipeline=pipeline.id)
    other = await create("MediaPipeline")
    subscribe(parts.context.directory.get(MANAGER_ID), "ObjectDestroyed")
    pipeline.spawn(crash, ZeroDivisionError("unforeseen"))
    await trio.testing.wait_all_tasks_blocked()
    assert [data["objectId"] for _, _, data in told.take()] == [element.id, pipeline.id]
    assert other.id in parts.context.directory


async def test_release_cancels_tasks(parts: Server, create: Create) -> None:
    pipeline = await create("MediaPipeline")
    element = await create("PassThrough", mediaPipeline=pipeline.id)
    cancelled = trio.Event()

    async def work() -> None:
        try:
            await trio.sleep_forever()
        finally:
            cancelled.set()

    element.spawn(work)
    await trio.testing.wait_all_tasks_blocked()
    await parts.lifecycle.release(pipeline)
    assert cancelled.is_set()
