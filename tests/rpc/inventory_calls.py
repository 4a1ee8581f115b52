"""Arguments for every member of the inventory: valid ones, and one of a wrong type with the error that it must get."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from kms_trio.testing.rpc import RpcClient
from tests.rpc.inventory import PRIMITIVES, Inventory, Json, Member

#: A value of each primitive type, where nothing else is said.
USUAL: Mapping[str, Any] = {"String": "text", "boolean": True, "int": 1, "int64": 1, "float": 0.25, "double": 0.25}

#: By "Class.member.parameter" (or "Class.parameter" of a constructor): values that mean something.
PARTICULAR: Mapping[str, Any] = {
    "ServerManager.getKmd.moduleName": "core",
    "MediaElement.setVideoFormat.caps": {"codec": "VP8", "framerate": {"numerator": 15, "denominator": 1}},
    "Composite.width": 320,
    "Composite.height": 240,
    "Composite.framerate": 10,
    "GStreamerFilter.command": "videobalance brightness=0.1",
    "GStreamerFilter.setElementProperty.propertyName": "brightness",
    "GStreamerFilter.setElementProperty.propertyValue": "0.5",
    "Mixer.connect.media": "AUDIO",
    "Mixer.disconnect.media": "AUDIO",
    "BaseRtpEndpoint.setMtu.mtu": 1300,
    "BaseRtpEndpoint.setMaxVideoSendBandwidth.maxVideoSendBandwidth": 700,
    "WebRtcEndpoint.setExternalIPv4.externalIPv4": "198.51.100.1",
    "WebRtcEndpoint.setExternalIPv6.externalIPv6": "2001:db8::1",
    "WebRtcEndpoint.setNetworkInterfaces.networkInterfaces": "lo",
    "WebRtcEndpoint.setStunServerAddress.stunServerAddress": "192.0.2.1",
    "WebRtcEndpoint.setStunServerPort.stunServerPort": 3478,
    "WebRtcEndpoint.setTurnUrl.turnUrl": "user:password@192.0.2.1:3478",
    "WebRtcEndpoint.addIceCandidate.candidate": {
        "candidate": "candidate:1 1 UDP 2130706431 192.0.2.1 50000 typ host",
        "sdpMid": "0",
        "sdpMLineIndex": 0,
    },
    "WebRtcEndpoint.createDataChannel.maxPacketLifeTime": -1,
    "WebRtcEndpoint.createDataChannel.maxRetransmits": -1,
    "RtpEndpoint.crypto": {"crypto": "AES_128_CM_HMAC_SHA1_80"},
}  # fmt: skip

#: Members that answer with an error of their own to an object that was only just created, and enumerators that a
#: constructor refuses, with the code.
REFUSED: Mapping[str, int] = {
    "BaseRtpEndpoint.requestKeyframe": 40111,  # it sends to nobody
    "PlayerEndpoint.setPosition": 40700,  # it plays nothing
    "WebRtcEndpoint.createDataChannel": 40111,  # none were negotiated
    "WebRtcEndpoint.closeDataChannel": 40111,
    "RecorderEndpoint.KURENTO_SPLIT_RECORDER": 40107,  # a thing of other servers
}

#: What is not a value of a type; the error's code and text, `{}` standing for the parameter's name.
WRONG_PRIMITIVES: Mapping[str, tuple[Any, str]] = {
    "String": ({}, "string"),
    "boolean": ("maybe", "boolean"),
    "int": ("many", "integer"),
    "int64": ("many", "int64"),
    "float": ("much", "double"),
    "double": ("much", "double"),
}


@attrs.frozen
class Wrong:
    """A value of the wrong type and what the server says of it."""

    value: Any
    code: int
    message: str


@attrs.define
class Stage:
    """One client with a pipeline, and what else arguments may name."""

    inventory: Inventory
    client: RpcClient
    folder: Path
    pipeline: str = ""
    picture: str = ""

    async def create(self, class_name: str, **changes: Any) -> str:
        """Create an object with all parameters of its constructor."""
        parameters = self.inventory.constructor(class_name)
        arguments = {each["name"]: await self.value(each, class_name) for each in parameters}
        return await self.client.create(class_name, **{**arguments, **changes})

    async def required(self, class_name: str) -> dict[str, Any]:
        """The required parameters of a constructor."""
        parameters = self.inventory.constructor(class_name)
        return {each["name"]: await self.value(each, class_name) for each in parameters if not each.get("optional")}

    async def arguments(self, member: Member, object_id: str) -> dict[str, Any]:
        """All parameters of a member, for a call to `object_id`."""
        return {each["name"]: await self.value(each, member.key, object_id) for each in member.parameters}

    async def value(self, parameter: Json, key: str, object_id: str = "") -> Any:
        """A valid value; ports belong to `object_id` where that is a hub."""
        name, type_text = parameter["name"], parameter["type"]
        particular = PARTICULAR.get(f"{key}.{name}")
        if particular is not None:
            return particular
        if name == "uri":
            return (
                self.picture if key.startswith(("FaceOverlay", "ImageOverlay")) else (self.folder / "x.webm").as_uri()
            )
        if type_text == "HubPort" and "Hub" in self.inventory.lineage(object_id.rpartition(".")[2]):
            return await self.client.create("HubPort", hub=object_id)
        return await self._usual(type_text)

    async def _usual(self, type_text: str) -> Any:
        if type_text.endswith("[]"):
            return [await self._usual(type_text[:-2])]
        if type_text in PRIMITIVES:
            return USUAL[type_text]
        if type_text == "MediaPipeline":
            return self.pipeline
        if type_text in ("Hub", "HubPort", "MediaElement"):
            hub = await self.client.create("Composite", mediaPipeline=self.pipeline)
            return hub if type_text == "Hub" else await self.client.create("HubPort", hub=hub)
        declared = self.inventory.types[type_text]
        if "values" in declared:
            return declared["values"][0]
        return {name: await self._usual(each["type"]) for name, each in self.inventory.properties(type_text).items()}

    async def wrong(self, parameter: Json) -> Wrong:
        """A value of another type than `parameter` asks for."""
        name, type_text = parameter["name"], parameter["type"]
        if type_text in WRONG_PRIMITIVES:
            value, expected = WRONG_PRIMITIVES[type_text]
            return Wrong(value, 40001, f"'{name}' parameter should be a {expected}")
        if type_text in self.inventory.classes:
            return Wrong("manager_ServerManager", 40107, f"Object 'manager_ServerManager' is not a {type_text}")
        if "values" in self.inventory.types[type_text]:
            return Wrong("NEVER_HEARD_OF", 40001, f"Invalid value for '{type_text}'")
        return Wrong("text", 40001, f"'{name}' parameter should be a object")

    async def prepare(self, member: Member, object_id: str) -> dict[str, Any]:
        """Bring an object to where a member can be called; returns the arguments that come of it."""
        invoke = self.client.invoke
        class_name = object_id.rpartition(".")[2]
        if member.name == "getTag":
            await invoke(object_id, "addTag", key="text", value="value")
        elif member.name in ("gatherCandidates", "getLocalSessionDescriptor", "addIceCandidate"):
            await invoke(object_id, "generateOffer")
        elif member.name in ("processOffer", "getRemoteSessionDescriptor"):
            offer = await invoke(await self.create(class_name), "generateOffer")
            if member.name == "processOffer":
                return {"offer": offer}
            await invoke(object_id, "processOffer", offer=offer)
        elif member.key == "Mixer.disconnect":
            arguments = await self.arguments(member, object_id)
            await invoke(object_id, "connect", **arguments)
            return arguments
        elif member.name == "processAnswer":
            offer = await invoke(object_id, "generateOffer")
            return {"answer": await invoke(await self.create(class_name), "processOffer", offer=offer)}
        return {}
