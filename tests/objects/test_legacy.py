"""Old names: every one that clients of Kurento 6.18 know stands for something of today."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_trio.dispatch import LegacyNames, ModuleDescriptor, OperationKind, RemoteClass
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.objects.legacy import Legacy

OLD: dict[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "legacy" / "6.18.json").read_text())
MODULES: list[ModuleDescriptor] = [
    CORE,
    import_module("kms_elements.generated.module").MODULE,
    import_module("kms_filters.generated.module").MODULE,
]
CLASSES: dict[str, RemoteClass] = {name: each for module in MODULES for name, each in module.classes.items()}
LATENCIES = [
    {
        "__module__": "kurento",
        "__type__": "MediaLatencyStat",
        "name": "sink_audio_default",
        "type": "AUDIO",
        "avg": 5.0,
    },
    {
        "__module__": "kurento",
        "__type__": "MediaLatencyStat",
        "name": "sink_video_default",
        "type": "VIDEO",
        "avg": 7.0,
    },
]


@pytest.fixture(scope="module")
def legacy() -> Legacy:
    return Legacy(MODULES)


@pytest.mark.parametrize("class_name", sorted(OLD["classes"]))
def test_every_old_member_and_event_is_served(legacy: Legacy, class_name: str) -> None:
    object_class = CLASSES[class_name]
    unknown = [
        name
        for name in OLD["classes"][class_name]["operations"]
        if name not in object_class.operations and legacy.operation(object_class, name) is None
    ]
    unknown += [
        name
        for name in OLD["classes"][class_name]["events"]
        if name not in object_class.events and legacy.event(object_class, name) is None
    ]
    assert unknown == []


def test_old_members_are_inherited(legacy: Legacy) -> None:
    setter = legacy.operation(CLASSES["WebRtcEndpoint"], "setMinOuputBitrate")
    assert setter is not None
    assert (setter.kind, setter.attribute) == (OperationKind.SETTER, "min_encoder_bitrate")
    assert [parameter.name for parameter in setter.parameters] == ["minOuputBitrate"]
    assert legacy.operation(CLASSES["MediaPipeline"], "getMinOuputBitrate") is None


def test_an_old_event_belongs_to_the_classes_that_have_it_today(legacy: Legacy) -> None:
    assert legacy.event(CLASSES["WebRtcEndpoint"], "OnIceCandidate") == "IceCandidateFound"
    assert legacy.event(CLASSES["PlayerEndpoint"], "OnIceCandidate") is None
    assert legacy.event(CLASSES["PlayerEndpoint"], "MediaFlowInStateChange") == "MediaFlowInStateChanged"


def test_every_old_field_is_added(legacy: Legacy) -> None:
    stats = {"id": "x", "type": "endpoint", "timestampMillis": 1_700_000_000_250}
    latency = {"inputLatency": LATENCIES, "E2ELatency": LATENCIES[1:]}
    written = legacy.write({"x": {"__module__": "kurento", "__type__": "EndpointStats", **stats, **latency}})["x"]
    assert written["timestamp"] == 1_700_000_000.25
    assert (written["inputAudioLatency"], written["inputVideoLatency"]) == (5.0, 7.0)
    assert (written["audioE2ELatency"], written["videoE2ELatency"]) == (0.0, 7.0)

    pair = {"streamId": "1", "componentId": 2, "localCandidate": "l", "remoteCandidate": "r"}
    [written] = legacy.write([{"__module__": "kurento", "__type__": "IceCandidatePair", **pair}])
    assert written == {
        "__module__": "kurento", "__type__": "IceCandidatePair", **pair, "streamID": "1", "componentID": 2
    }  # fmt: skip


def test_events_have_their_old_name_and_time(legacy: Legacy) -> None:
    data = {"source": "id", "tags": [], "timestampMillis": "1700000000250", "type": "IceGatheringDone"}
    assert legacy.write_event("OnIceGatheringDone", data) == {
        **data, "timestamp": "1700000000", "type": "OnIceGatheringDone"
    }  # fmt: skip
    error = {**data, "type": "INVALID_URI", "description": "", "errorCode": 0}
    assert legacy.write_event("Error", error) == {**error, "timestamp": "1700000000"}


@pytest.mark.parametrize(
    "path",
    ["no_such_package.legacy:NAMES", "kms_trio.objects.legacy:NOTHING", f"{__name__}:OF_A_CLASS_THAT_IS_NOT_THERE"],
)
def test_a_module_whose_old_names_cannot_be_had_works_without(path: str) -> None:
    broken = Legacy([attrs.evolve(CORE, legacy=path)])
    assert broken.event(CLASSES["PassThrough"], "MediaFlowInStateChange") is None
    assert Legacy([CORE]).event(CLASSES["PassThrough"], "MediaFlowInStateChange") == "MediaFlowInStateChanged"


def test_modules_without_old_names_are_none_the_worse() -> None:
    value = {"__module__": "kurento", "__type__": "Tag", "key": "k", "value": "v"}
    assert Legacy([attrs.evolve(CORE, legacy="")]).write(value) == value


#: A table with a mistake in it.
OF_A_CLASS_THAT_IS_NOT_THERE = LegacyNames(properties={"NoSuchClass": {"old": "new"}})
