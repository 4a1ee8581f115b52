"""The descriptor of the module."""

from __future__ import annotations

from kms_trio.dispatch import ModuleDescriptor, Parameter, RemoteClass, TypeRef
from kms_trio.generated.core import interfaces
from kms_trio.generated.core.module import MODULE as CORE

_PIPELINE = TypeRef("MediaPipeline", "", "remote", interfaces.MediaPipelineInterface)
NAMES = ("PassYuv", "PassBgr", "LookGray", "Spin")

MODULE = ModuleDescriptor(
    name="bench",
    version="1.0.0",
    generation_time="Jan 1 2026 00:00:00",
    package="bench.filter_module",
    classes={
        name: RemoteClass.declare(
            name,
            "bench",
            extends=CORE.classes["Filter"],
            constructor=(Parameter("mediaPipeline", "media_pipeline", _PIPELINE),),
        )
        for name in NAMES
    },
    registers={},
    enums={},
    events={},
    factories={name: f"bench.filter_module.filters:{name}" for name in NAMES},
)
