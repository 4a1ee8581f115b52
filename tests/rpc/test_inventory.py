"""Every member of the API inventory, called over the wire: with valid arguments, and with one of a wrong type.

What answers NOT_IMPLEMENTED is collected and has to be in `MISSING`, which is allowed to become shorter only.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.testing.clips import numbered_picture
from kms_trio.testing.rpc import open_client
from tests.rpc.inventory import Member, inventory
from tests.rpc.inventory_calls import PARTICULAR, REFUSED, Stage
from tests.rpc.modules import standard_plugins

INVENTORY = inventory()
CREATABLE = INVENTORY.creatable()

#: Classes, members ("Class.member") and enumerators for constructors that still answer NOT_IMPLEMENTED.
MISSING: frozenset[str] = frozenset()

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

#: Getters whose value is not what the setter was given: bounds apply, or passwords are kept to oneself.
BOUNDED = frozenset({"setMinVideoRecvBandwidth", "setMinVideoSendBandwidth"})


@pytest.fixture
async def stage(serve: Callable[..., Awaitable[Server]], tmp_path: Path) -> AsyncIterator[Stage]:
    server = await serve(plugins=standard_plugins())
    picture = tmp_path / "picture.png"
    numbered_picture(1).to_image().save(picture)
    async with open_client(server.control_url) as client:
        yield Stage(INVENTORY, client, tmp_path, await client.create("MediaPipeline"), picture.as_uri())


class Caller:
    """Makes calls and notes what is missing and what is wrong."""

    def __init__(self, stage: Stage, class_name: str) -> None:
        self.stage = stage
        self.class_name = class_name
        self.missing: set[str] = set()
        self.problems: list[str] = []
        self.calls = 0

    async def fresh(self) -> str | None:
        """A new object of the class; None when there can be none yet."""
        if self.class_name == "ServerManager":
            return MANAGER_ID
        return await self.create()

    async def create(self, variety: str = "", **arguments: Any) -> str | None:
        """Create an object; `variety` names what is particular about it."""
        self.calls += 1
        key = f"{self.class_name}.{variety}" if variety else self.class_name
        try:
            return await self.stage.create(self.class_name, **arguments)
        except KurentoError as refusal:
            if refusal.code == ErrorCode.NOT_IMPLEMENTED:
                self.missing.add(key)
            elif refusal.code != REFUSED.get(key):
                self.problems.append(f"{key}: {refusal}")
            return None

    async def call(self, member: Member, object_id: str, arguments: dict[str, Any]) -> Any:
        """Invoke; a result must fit, an error must be the one that is documented."""
        self.calls += 1
        try:
            value = await self.stage.client.invoke(object_id, member.name, **arguments)
        except KurentoError as refusal:
            if refusal.code == ErrorCode.NOT_IMPLEMENTED:
                self.missing.add(member.key)
            elif refusal.code != REFUSED.get(member.key):
                self.problems.append(f"{member.key}({arguments}): {refusal.code} {refusal}")
            return None
        if member.key in REFUSED:
            self.problems.append(f"{member.key}: expected error {REFUSED[member.key]}")
        elif member.returns is None:
            if value is not None:
                self.problems.append(f"{member.key} returned {value!r}")
        elif not (value is None and self.is_nobody(member)):
            self.problems += INVENTORY.misfits(value, member.returns, member.key)
        return value

    def is_nobody(self, member: Member) -> bool:
        """Whether null is right: pipelines and the manager have no parent, the manager no pipeline."""
        orphans = {"getParent": ("MediaPipeline", "ServerManager"), "getMediaPipeline": ("ServerManager",)}
        return self.class_name in orphans.get(member.name, ())

    async def refuse(self, method: str, params: dict[str, Any], code: int, message: str) -> None:
        """Make a request that must fail in just this way."""
        self.calls += 1
        reply = await self.stage.client.request_raw(method, params)
        error = reply.get("error", {})
        if (error.get("code"), error.get("message")) != (code, message):
            self.problems.append(f"{method} {params}: {error or reply} instead of {code} {message}")

    def check(self) -> None:
        assert not self.problems, "\n".join(self.problems)
        assert self.missing <= MISSING, sorted(self.missing - MISSING)
        print(f"{self.class_name}: {self.calls} calls, NOT_IMPLEMENTED: {sorted(self.missing) or 'nothing'}")


@pytest.mark.parametrize("class_name", CREATABLE)
async def test_constructor(stage: Stage, class_name: str) -> None:
    caller = Caller(stage, class_name)
    if await caller.fresh() is not None:
        arguments = await stage.required(class_name)
        created = await stage.client.create(f"kurento.{class_name}", **arguments)
        assert list(INVENTORY.misfits(created, class_name)) == []
        described = await stage.client.request("describe", {"object": created})
        ancestors = [f"kurento.{name}" for name in INVENTORY.lineage(class_name)]
        assert [described["qualifiedType"], *described["hierarchy"]] == ancestors
        assert described["type"] == class_name
    for parameter in INVENTORY.constructor(class_name):
        wrong = await stage.wrong(parameter)
        arguments = {**await stage.required(class_name), parameter["name"]: wrong.value}
        params = {"type": class_name, "constructorParams": arguments}
        await caller.refuse("create", params, wrong.code, wrong.message)
        if not parameter.get("optional"):
            del params["constructorParams"][parameter["name"]]
            text = f"'{parameter['name']}' parameter should be a string"
            await caller.refuse("create", params, ErrorCode.MARSHALL_ERROR, text)
    caller.check()


@pytest.mark.parametrize("class_name", CREATABLE)
async def test_every_enumerator_for_a_constructor(stage: Stage, class_name: str) -> None:
    caller = Caller(stage, class_name)
    for parameter in INVENTORY.constructor(class_name):
        for value in INVENTORY.types.get(parameter["type"], {}).get("values") or ():
            await caller.create(value, **{**await stage.required(class_name), parameter["name"]: value})
    caller.check()
    assert caller.missing == {each for each in MISSING if each.startswith(f"{class_name}.")}


@pytest.mark.parametrize("class_name", sorted(set(INVENTORY.classes) - set(CREATABLE)))
async def test_abstract_classes_cannot_be_created(stage: Stage, class_name: str) -> None:
    with pytest.raises(KurentoError, match=f"Factory '{class_name}' not found") as refused:
        await stage.client.create(class_name, mediaPipeline=stage.pipeline)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


@pytest.mark.parametrize("class_name", [*CREATABLE, "ServerManager"])
async def test_members_with_valid_arguments(stage: Stage, class_name: str) -> None:
    caller = Caller(stage, class_name)
    for member in INVENTORY.members(class_name):
        object_id = await caller.fresh()
        if object_id is None:
            break
        prepared = await stage.prepare(member, object_id)
        arguments = {**await stage.arguments(member, object_id), **prepared}
        await caller.call(member, object_id, arguments)
        if member.is_setter and member.key not in REFUSED and member.name not in BOUNDED:
            [value] = arguments.values()
            now = await stage.client.invoke(object_id, f"get{member.name[3:]}")
            if isinstance(value, dict):
                now = {key: now.get(key) for key in value}
            assert now == value, member.key
        required = [each["name"] for each in member.parameters if not each.get("optional")]
        if len(required) < len(member.parameters):
            if member.name == "generateOffer":
                object_id = await caller.fresh() or ""
            await caller.call(member, object_id, {name: arguments[name] for name in required})
    caller.check()


@pytest.mark.parametrize("class_name", [*CREATABLE, "ServerManager"])
async def test_members_with_a_wrong_type(stage: Stage, class_name: str) -> None:
    caller = Caller(stage, class_name)
    object_id = await caller.fresh()
    for member in INVENTORY.members(class_name) if object_id is not None else ():
        request = {"object": object_id, "operation": member.name}
        right = await stage.arguments(member, object_id)
        for parameter in member.parameters:
            wrong = await stage.wrong(parameter)
            arguments = {**right, parameter["name"]: wrong.value}
            await caller.refuse("invoke", {**request, "operationParams": arguments}, wrong.code, wrong.message)
        if not member.parameters and member.name.startswith("get") and f"set{member.name[3:]}" not in {
            each.name for each in INVENTORY.members(class_name)
        }:  # fmt: skip
            setter = f"set{member.name[3:]}"
            text = f"Method '{setter}' with 1 parameters not found"
            params = {"object": object_id, "operation": setter, "operationParams": {"value": 1}}
            await caller.refuse("invoke", params, ErrorCode.MALFORMED_TRANSACTION, text)
    caller.check()


@pytest.mark.parametrize("class_name", [*CREATABLE, "ServerManager"])
async def test_events(stage: Stage, class_name: str) -> None:
    caller = Caller(stage, class_name)
    object_id = await caller.fresh()
    own = INVENTORY.events_of(class_name)
    for event in INVENTORY.events if object_id is not None else ():
        if event in own:
            [subscription] = await stage.client.subscribe(str(object_id), event)
            assert UUID.fullmatch(subscription)
        else:
            params = {"object": object_id, "type": event}
            code = ErrorCode.MEDIA_OBJECT_EVENT_NOT_SUPPORTED
            await caller.refuse("subscribe", params, code, f"Event '{event}' not supported")
    caller.check()


def test_every_particular_value_is_of_a_parameter() -> None:
    keys = {
        f"{member.key}.{each['name']}"
        for name in INVENTORY.classes
        for member in INVENTORY.members(name)
        for each in member.parameters
    }
    keys |= {f"{name}.{each['name']}" for name in CREATABLE for each in INVENTORY.constructor(name)}
    assert PARTICULAR.keys() <= keys
    members = {member.key for name in INVENTORY.classes for member in INVENTORY.members(name)}
    assert REFUSED.keys() - members == {"RecorderEndpoint.KURENTO_SPLIT_RECORDER"}
