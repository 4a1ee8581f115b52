"""What the module creator would write for these classes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_trio.generated.core import interfaces as core_interfaces
from kms_trio.generated.core import module as core_module
from kms_trio.generated.core.events import Media

_PIPELINE = Parameter(
    "mediaPipeline",
    "media_pipeline",
    TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface),
)
_STRING = TypeRef("String", "", "primitive", str)
_STRINGS = TypeRef("String", "[]", "primitive", str)
_INT = TypeRef("int", "", "primitive", int)
_ELEMENT = TypeRef("MediaElement", "", "remote", core_interfaces.MediaElementInterface)


@attrs.frozen(kw_only=True)
class Seen(Media):
    """The filter has seen a picture."""

    MODULE: ClassVar[str] = "samples"
    TYPE: ClassVar[str] = "Seen"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({**Media.WIRE_NAMES, "what": "what"})

    what: str


_MORE_PARAMETERS = {
    "Furnished": (
        Parameter("words", "words", _STRINGS, optional=True, has_default=True, default=["one", "two"]),
        Parameter("own", "own", _STRING, optional=True, has_default=True, default="of the spec"),
    ),
}
_MORE_OPERATIONS = {
    "Furnished": (
        Operation(
            "rearrange",
            OperationKind.METHOD,
            "rearrange",
            (Parameter("words", "words", _STRINGS, optional=True, has_default=True, default=["three"]),),
        ),
    ),
    "Curious": (Operation("meet", OperationKind.METHOD, "meet", (Parameter("whom", "whom", _ELEMENT),)),),
}
_BASES = {"Bars": "Endpoint", "Watcher": "Endpoint", "Swap": "Hub"}


def _declare(name: str) -> RemoteClass:
    return RemoteClass.declare(
        name,
        "samples",
        extends=core_module.MODULE.classes[_BASES.get(name, "Filter")],
        constructor=(
            _PIPELINE,
            Parameter("mode", "mode", _STRING, optional=True, has_default=True, default=""),
            *_MORE_PARAMETERS.get(name, ()),
        ),
        operations=(
            Operation("getMode", OperationKind.GETTER, "mode", returns=_STRING),
            Operation("setMode", OperationKind.SETTER, "mode", (Parameter("mode", "mode", _STRING),)),
            Operation(
                "add",
                OperationKind.METHOD,
                "add",
                (Parameter("one", "one", _INT), Parameter("other", "other", _INT)),
                _INT,
            ),
            Operation("remember", OperationKind.METHOD, "remember", (Parameter("what", "what", _STRING),), _STRING),
            *_MORE_OPERATIONS.get(name, ()),
        ),
        events=("Seen",),
    )


_NAMES = (
    "Obedient",
    "Hanging",
    "Gray",
    "Loud",
    "Commanded",
    "Echo",
    "Stopping",
    "Bypassed",
    "Collector",
    "Foreign",
    "Unprepared",
    "Curious",
    "Furnished",
    "Bars",
    "Watcher",
    "Swap",
)

MODULE = ModuleDescriptor(
    name="samples",
    version="1.0.0",
    generation_time="Jan 1 2026 00:00:00",
    package="tests.hosting.samples",
    classes={name: _declare(name) for name in _NAMES},
    registers={},
    enums={},
    events={"Seen": Seen},
    factories={name: f"tests.hosting.samples.filters:{name}" for name in _NAMES},
)
