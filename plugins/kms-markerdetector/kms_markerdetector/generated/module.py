"""Dispatch table of the module `markerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_filters.generated import module as filters_module
from kms_markerdetector.generated import events, interfaces
from kms_trio.generated.core import interfaces as core_interfaces

_FLOAT = TypeRef("float", "", "primitive", float)
_INT = TypeRef("int", "", "primitive", int)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_STRING = TypeRef("String", "", "primitive", str)

_AR_MARKERDETECTOR_CLASS = RemoteClass.declare(
    "ArMarkerdetector",
    "markerdetector",
    extends=filters_module.MODULE.classes["OpenCVFilter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation(
            "setShowDebugLevel",
            OperationKind.METHOD,
            "set_show_debug_level",
            (Parameter("showDebugLevel", "show_debug_level", _INT),),
        ),
        Operation("getShowDebugLevel", OperationKind.METHOD, "get_show_debug_level", returns=_INT),
        Operation(
            "setOverlayImage",
            OperationKind.METHOD,
            "set_overlay_image",
            (Parameter("overlayImage", "overlay_image", _STRING),),
        ),
        Operation("getOverlayImage", OperationKind.METHOD, "get_overlay_image", returns=_STRING),
        Operation(
            "setOverlayText",
            OperationKind.METHOD,
            "set_overlay_text",
            (Parameter("overlayText", "overlay_text", _STRING),),
        ),
        Operation("getOverlayText", OperationKind.METHOD, "get_overlay_text", returns=_STRING),
        Operation(
            "setOverlayScale",
            OperationKind.METHOD,
            "set_overlay_scale",
            (Parameter("overlayScale", "overlay_scale", _FLOAT),),
        ),
        Operation("getOverlayScale", OperationKind.METHOD, "get_overlay_scale", returns=_FLOAT),
    ),
    events=("MarkerCount",),
    doc=interfaces.ArMarkerdetectorInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="markerdetector",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_markerdetector.generated",
    classes=MappingProxyType({"ArMarkerdetector": _AR_MARKERDETECTOR_CLASS}),
    registers=MappingProxyType({}),
    enums=MappingProxyType({}),
    events=MappingProxyType({"MarkerCount": events.MarkerCount}),
    factories=MappingProxyType({"ArMarkerdetector": "kms_markerdetector.ar_markerdetector:ArMarkerdetector"}),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
