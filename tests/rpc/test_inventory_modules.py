"""The extra modules' constructors and methods over the wire: made with valid arguments, refused with wrong types.

Their filters run in the server here: what a host process refuses the server has checked before.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_trio.app import Server
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.rpc import RpcClient, open_client
from tests.rpc.inventory import FOLDER, Inventory
from tests.rpc.inventory_calls import Stage

MODULES = (
    "chroma",
    "crowddetector",
    "datachannelexample",
    "gstreamerexample",
    "markerdetector",
    "opencvexample",
    "platedetector",
    "pointerdetector",
    "videosampler",
)

#: By the class: parameters of constructors that mean something.
PARTICULAR: dict[str, dict[str, Any]] = {"CrowdDetectorFilter": {"rois": []}}


def descriptor(module: str) -> Any:
    return import_module(f"kms_{module}.generated.module").MODULE


def inventory_of(module: str) -> tuple[Inventory, list[str]]:
    """What there is, and the module's own classes."""
    names = ("core", "filters", module)
    models = [json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in names]
    tables = (
        {each["name"]: each for model in models for each in model[key]}
        for key in ("remoteClasses", "complexTypes", "events")
    )
    return Inventory(*tables), [each["name"] for each in models[-1]["remoteClasses"]]


async def refused(client: RpcClient, method: str, params: dict[str, Any]) -> tuple[int, str]:
    error = (await client.request_raw(method, params)).get("error", {})
    return error.get("code"), error.get("message")


@pytest.mark.parametrize("module", MODULES)
async def test_types_are_checked(module: str, serve: Callable[..., Awaitable[Server]], tmp_path: Path) -> None:
    inventory, own = inventory_of(module)
    settings = Settings()
    settings = attrs.evolve(
        settings,
        filters=attrs.evolve(settings.filters, trusted=("*",)),
        http_endpoint=attrs.evolve(settings.http_endpoint, server_port=0),
    )
    plugins = Plugins([Candidate(name, partial(descriptor, name)) for name in ("filters", module)])
    server = await serve(settings, plugins)
    async with open_client(server.control_url) as client:
        stage = Stage(inventory, client, tmp_path, await client.create("MediaPipeline"))
        for name in own:
            arguments = {**await stage.required(name), **PARTICULAR.get(name, {})}
            made = await client.create(f"{module}.{name}", **arguments)
            described = await client.request("describe", {"object": made})
            assert (described["type"], described["qualifiedType"]) == (name, f"{module}.{name}")
            for parameter in inventory.constructor(name):
                if parameter["type"].endswith("[]"):
                    continue
                wrong = await stage.wrong(parameter)
                params = {
                    "type": f"{module}.{name}",
                    "constructorParams": {**arguments, parameter["name"]: wrong.value},
                }
                assert await refused(client, "create", params) == (wrong.code, wrong.message)
            for member in inventory.members(name):
                if member.owner not in own:
                    continue
                if member.name.startswith("get") and not member.parameters and member.returns is not None:
                    value = await client.invoke(made, member.name)
                    assert list(inventory.misfits(value, member.returns, member.key)) == []
                for parameter in member.parameters:
                    wrong = await stage.wrong(parameter)
                    given = {**await stage.arguments(member, made), parameter["name"]: wrong.value}
                    params = {"object": made, "operation": member.name, "operationParams": given}
                    assert await refused(client, "invoke", params) == (wrong.code, wrong.message), member.key
