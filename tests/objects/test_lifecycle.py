"""Creating and releasing: what failing leaves behind, order, refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.hub import Hub
from kms_trio.objects.hub_port import HubPort
from kms_trio.objects.ids import MANAGER_ID, pipeline_id
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.pass_through import PassThrough

Create = Callable[..., Awaitable[Any]]


def implement(parts: Server, name: str, implementation: type[MediaObject]) -> None:
    """Let objects of a class be made by a test's own implementation."""
    parts.lifecycle._catalog._entries[name].implementation = implementation


async def test_failing_start_leaves_nothing(parts: Server, create: Create) -> None:
    closed: list[str] = []

    class Failing(PassThrough):
        async def start(self) -> None:
            raise KurentoError(ErrorCode.NOT_ENOUGH_RESOURCES, "no room")

        async def close(self) -> None:
            closed.append(self.id)

    pipeline = await create("MediaPipeline")
    implement(parts, "PassThrough", Failing)
    with pytest.raises(KurentoError) as refused:
        await create("PassThrough", mediaPipeline=pipeline.id)
    assert refused.value.code == 40009
    assert len(closed) == 1
    assert pipeline.children == []


async def test_parent_released_while_the_child_starts(parts: Server, create: Create) -> None:
    pipeline = await create("MediaPipeline")

    class Slow(PassThrough):
        async def start(self) -> None:
            await parts.lifecycle.release(pipeline)

    implement(parts, "PassThrough", Slow)
    with pytest.raises(KurentoError) as gone:
        await create("PassThrough", mediaPipeline=pipeline.id)
    assert gone.value.message == f"Object '{pipeline.id}' not found"
    assert len(parts.context.directory) == 1


async def test_failing_close_keeps_others_from_nothing(parts: Server, create: Create) -> None:
    closed: list[str] = []

    class Failing(PassThrough):
        async def close(self) -> None:
            closed.append(self.id)
            raise ZeroDivisionError

    implement(parts, "PassThrough", Failing)
    pipeline = await create("MediaPipeline")
    elements = [await create("PassThrough", mediaPipeline=pipeline.id) for _ in range(3)]
    await parts.lifecycle.release(pipeline)
    assert sorted(closed) == sorted(element.id for element in elements)
    assert len(parts.context.directory) == 1


async def test_hub_and_port(parts: Server, create: Create) -> None:
    seen: list[str] = []

    class Joining(Hub):
        def port_added(self, port: HubPort) -> None:
            seen.append(f"added {len(self.ports)}")

        def port_removed(self, port: HubPort) -> None:
            seen.append(f"removed {len(self.ports)}")

    pipeline = await create("MediaPipeline")
    hub = Joining(parts.context, pipeline, parts.context.modules["core"].classes["Hub"])
    parts.context.directory.add(hub)
    port = await create("HubPort", hub=hub.id)
    assert port.id.startswith(f"{hub.id}/")
    assert pipeline_id(port.id) == pipeline.id
    assert port.media_pipeline is pipeline
    assert port.parent is hub
    assert hub.children == [port]
    await parts.lifecycle.release(port)
    assert seen == ["added 1", "removed 0"]


async def test_manager_stays(parts: Server) -> None:
    manager = parts.context.directory.get(MANAGER_ID)
    await parts.lifecycle.release(manager)
    parts.context.references.add("s", MANAGER_ID)
    await parts.lifecycle.end_session("s", release=True)
    assert parts.context.directory.get(MANAGER_ID) is manager


async def test_bundle_that_does_not_import_makes_its_classes_unavailable(parts: Server, create: Create) -> None:
    entries = parts.lifecycle._catalog._entries
    entries["PassThrough"] = attrs.evolve(entries["PassThrough"], path="no_such_package.module:PassThrough")
    pipeline = await create("MediaPipeline")
    with pytest.raises(KurentoError) as unavailable:
        await create("PassThrough", mediaPipeline=pipeline.id)
    assert unavailable.value.code == 40108
    assert "no_such_package" in unavailable.value.message


async def test_release_all(parts: Server, create: Create) -> None:
    for _ in range(3):
        await create("MediaPipeline")
    await parts.lifecycle.release_all()
    assert [each.id for each in parts.context.directory] == [MANAGER_ID]


async def test_release_all_gives_up_what_does_not_close(
    parts: Server, create: Create, autojump_clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = await create("MediaPipeline")
    stuck = await create("PassThrough", mediaPipeline=pipeline.id)
    stuck.close = trio.sleep_forever
    began = trio.current_time()
    await parts.lifecycle.release_all(6.0)
    assert trio.current_time() - began == pytest.approx(6.0)
    assert f"{stuck.id}: close took longer than 6 s" in caplog.text
    assert [each.id for each in parts.context.directory] == [MANAGER_ID]


async def test_what_is_no_media_object_is_not_made(
    parts: Server, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.lifecycle._catalog._entries["PassThrough"], "path", "builtins:dict")
    pipeline = await create("MediaPipeline")
    with pytest.raises(KurentoError, match=r"expected a class made of .* bases in kms_trio.api, found <class 'dict'>"):
        await create("PassThrough", mediaPipeline=pipeline.id)
