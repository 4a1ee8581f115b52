"""Dispatch table of the module `chroma`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_chroma.generated import interfaces, types
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module

_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_STRING = TypeRef("String", "", "primitive", str)
_WINDOW_PARAM = TypeRef("WindowParam", "", "register", types.WindowParam)

_CHROMA_FILTER_CLASS = RemoteClass.declare(
    "ChromaFilter",
    "chroma",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("window", "window", _WINDOW_PARAM),
        Parameter("backgroundImage", "background_image", _STRING, optional=True, has_default=True, default=""),
    ),
    operations=(
        Operation("setBackground", OperationKind.METHOD, "set_background", (Parameter("uri", "uri", _STRING),)),
        Operation("unsetBackground", OperationKind.METHOD, "unset_background"),
    ),
    doc=interfaces.ChromaFilterInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="chroma",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_chroma.generated",
    classes=MappingProxyType({"ChromaFilter": _CHROMA_FILTER_CLASS}),
    registers=MappingProxyType({"WindowParam": types.WindowParam}),
    enums=MappingProxyType({}),
    events=MappingProxyType({}),
    factories=MappingProxyType({"ChromaFilter": "kms_chroma.chroma_filter:ChromaFilter"}),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
