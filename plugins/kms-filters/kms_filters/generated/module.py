"""Dispatch table of the module `filters`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_filters.generated import events, interfaces
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module, types as core_types

_BOOLEAN = TypeRef("boolean", "", "primitive", bool)
_FILTER_TYPE = TypeRef("FilterType", "", "enum", core_types.FilterType)
_FLOAT = TypeRef("float", "", "primitive", float)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_STRING = TypeRef("String", "", "primitive", str)

_FACE_OVERLAY_FILTER_CLASS = RemoteClass.declare(
    "FaceOverlayFilter",
    "filters",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation("unsetOverlayedImage", OperationKind.METHOD, "unset_overlayed_image"),
        Operation(
            "setOverlayedImage",
            OperationKind.METHOD,
            "set_overlayed_image",
            (
                Parameter("uri", "uri", _STRING),
                Parameter("offsetXPercent", "offset_x_percent", _FLOAT),
                Parameter("offsetYPercent", "offset_y_percent", _FLOAT),
                Parameter("widthPercent", "width_percent", _FLOAT),
                Parameter("heightPercent", "height_percent", _FLOAT),
            ),
        ),
    ),
    doc=interfaces.FaceOverlayFilterInterface.__doc__ or "",
)

_G_STREAMER_FILTER_CLASS = RemoteClass.declare(
    "GStreamerFilter",
    "filters",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("command", "command", _STRING),
        Parameter("filterType", "filter_type", _FILTER_TYPE, optional=True, has_default=True, default="AUTODETECT"),
    ),
    operations=(
        Operation("getCommand", OperationKind.GETTER, "command", returns=_STRING),
        Operation(
            "setElementProperty",
            OperationKind.METHOD,
            "set_element_property",
            (
                Parameter("propertyName", "property_name", _STRING),
                Parameter("propertyValue", "property_value", _STRING),
            ),
        ),
    ),
    doc=interfaces.GStreamerFilterInterface.__doc__ or "",
)

_IMAGE_OVERLAY_FILTER_CLASS = RemoteClass.declare(
    "ImageOverlayFilter",
    "filters",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation("removeImage", OperationKind.METHOD, "remove_image", (Parameter("id", "id", _STRING),)),
        Operation(
            "addImage",
            OperationKind.METHOD,
            "add_image",
            (
                Parameter("id", "id", _STRING),
                Parameter("uri", "uri", _STRING),
                Parameter("offsetXPercent", "offset_x_percent", _FLOAT),
                Parameter("offsetYPercent", "offset_y_percent", _FLOAT),
                Parameter("widthPercent", "width_percent", _FLOAT),
                Parameter("heightPercent", "height_percent", _FLOAT),
                Parameter("keepAspectRatio", "keep_aspect_ratio", _BOOLEAN),
                Parameter("center", "center", _BOOLEAN),
            ),
        ),
    ),
    doc=interfaces.ImageOverlayFilterInterface.__doc__ or "",
)

_OPEN_CV_FILTER_CLASS = RemoteClass.declare(
    "OpenCVFilter",
    "filters",
    extends=core_module.MODULE.classes["Filter"],
    abstract=True,
    doc=interfaces.OpenCVFilterInterface.__doc__ or "",
)

_Z_BAR_FILTER_CLASS = RemoteClass.declare(
    "ZBarFilter",
    "filters",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    events=("CodeFound",),
    doc=interfaces.ZBarFilterInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="filters",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_filters.generated",
    classes=MappingProxyType(
        {
            "FaceOverlayFilter": _FACE_OVERLAY_FILTER_CLASS,
            "GStreamerFilter": _G_STREAMER_FILTER_CLASS,
            "ImageOverlayFilter": _IMAGE_OVERLAY_FILTER_CLASS,
            "OpenCVFilter": _OPEN_CV_FILTER_CLASS,
            "ZBarFilter": _Z_BAR_FILTER_CLASS,
        },
    ),
    registers=MappingProxyType({}),
    enums=MappingProxyType({}),
    events=MappingProxyType({"CodeFound": events.CodeFound}),
    factories=MappingProxyType(
        {
            "FaceOverlayFilter": "kms_filters.face_overlay:FaceOverlayFilter",
            "GStreamerFilter": "kms_filters.gstreamer:GStreamerFilter",
            "ImageOverlayFilter": "kms_filters.image_overlay:ImageOverlayFilter",
            "ZBarFilter": "kms_filters.zbar:ZBarFilter",
        },
    ),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0"}),
)
