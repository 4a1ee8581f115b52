"""What clients of hubs are answered."""

from __future__ import annotations

from typing import Any

import pytest

from kms_trio.errors import KurentoError
from kms_trio.testing.rpc import RpcClient


@pytest.fixture
async def pipeline(client: RpcClient) -> str:
    return await client.create("MediaPipeline")


async def hub_with_ports(client: RpcClient, pipeline: str, hub_type: str, **parameters: Any) -> tuple[str, str, str]:
    hub = await client.create(hub_type, mediaPipeline=pipeline, **parameters)
    return hub, await client.create("HubPort", hub=hub), await client.create("HubPort", hub=hub)


async def error(client: RpcClient, hub: str, operation: str, **parameters: Any) -> tuple[int, str]:
    reply = await client.request_raw(
        "invoke", {"object": hub, "operation": operation, "operationParams": parameters, "sessionId": client.session_id}
    )
    return reply["error"]["code"], reply["error"]["message"]


@pytest.mark.parametrize("hub_type", ["Composite", "Mixer", "Dispatcher", "DispatcherOneToMany", "AlphaBlending"])
async def test_every_hub_has_ports(client: RpcClient, pipeline: str, hub_type: str) -> None:
    hub, one, other = await hub_with_ports(client, pipeline, hub_type)
    assert one.startswith(f"{hub}/")
    assert await client.invoke(hub, "getChildren") == [one, other]
    assert await client.invoke(one, "getParent") == hub
    assert (await client.invoke(hub, "getGstreamerDot")).startswith("digraph")
    through = await client.create("PassThrough", mediaPipeline=pipeline)
    await client.invoke(through, "connect", sink=one)
    await client.invoke(other, "connect", sink=through)
    await client.release(one)
    assert await client.invoke(hub, "getChildren") == [other]
    await client.release(hub)
    assert await client.invoke(through, "getSourceConnections") == []


async def test_composite(client: RpcClient, pipeline: str) -> None:
    await client.create("Composite", mediaPipeline=pipeline, width=320, height=240, framerate=10)
    with pytest.raises(KurentoError) as refused:
        await client.create("Composite", mediaPipeline=pipeline, width=-1)
    assert refused.value.code == 40107


async def test_dispatchers(client: RpcClient, pipeline: str) -> None:
    hub, one, other = await hub_with_ports(client, pipeline, "Dispatcher")
    many, port, _ = await hub_with_ports(client, pipeline, "DispatcherOneToMany")
    assert await client.invoke(hub, "connect", source=one, sink=other) is None
    assert await client.invoke(hub, "connect", source=one, sink=one) is None
    assert await client.invoke(hub, "connect", source=one, sink=port) is None, "another hub's: nothing happens"
    assert await client.invoke(many, "setSource", source=port) is None
    assert await client.invoke(many, "setSource", source=one) is None
    assert await client.invoke(many, "removeSource") is None
    assert await error(client, hub, "connect", source=one) == (40001, "'sink' parameter should be a string")
    unknown = "11111111-2222-3333-4444-555555555555"
    assert await error(client, many, "setSource", source=unknown) == (40101, f"Object '{unknown}' not found")


async def test_mixer(client: RpcClient, pipeline: str) -> None:
    hub, one, other = await hub_with_ports(client, pipeline, "Mixer")
    for media in ("VIDEO", "AUDIO"):
        assert await client.invoke(hub, "connect", media=media, source=one, sink=other) is None
    assert await client.invoke(hub, "disconnect", media="AUDIO", source=one, sink=other) is None
    ports = {"source": one, "sink": other}
    assert await error(client, hub, "disconnect", media="AUDIO", **ports) == (40004, "The ports are not connected")
    assert await error(client, hub, "disconnect", media="VIDEO", **ports) == (
        40005,
        "Video disconnection is not implemented yet",
    )
    assert await error(client, hub, "connect", media="DATA", **ports) == (40005, "Invalid media type")


async def test_alpha_blending(client: RpcClient, pipeline: str) -> None:
    hub, one, other = await hub_with_ports(client, pipeline, "AlphaBlending")
    assert await client.invoke(hub, "setMaster", source=one, zOrder=1) is None
    place = {"relativeY": 0.1, "zOrder": 2, "relativeWidth": 0.5, "relativeHeight": 0.5, "port": other}
    assert await client.invoke(hub, "setPortProperties", relativeX=0.1, **place) is None
    assert await client.invoke(hub, "setPortProperties", relativeX=5, **place) is None
