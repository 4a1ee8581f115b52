"""Dispatch table of the module `pointerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_pointerdetector.generated import events, interfaces, types
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module

_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_POINTER_DETECTOR_WINDOW_MEDIA_PARAM = TypeRef(
    "PointerDetectorWindowMediaParam",
    "",
    "register",
    types.PointerDetectorWindowMediaParam,
)
_POINTER_DETECTOR_WINDOW_MEDIA_PARAM_LIST = TypeRef(
    "PointerDetectorWindowMediaParam",
    "[]",
    "register",
    types.PointerDetectorWindowMediaParam,
)
_STRING = TypeRef("String", "", "primitive", str)
_WINDOW_PARAM = TypeRef("WindowParam", "", "register", types.WindowParam)

_POINTER_DETECTOR_FILTER_CLASS = RemoteClass.declare(
    "PointerDetectorFilter",
    "pointerdetector",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("calibrationRegion", "calibration_region", _WINDOW_PARAM),
        Parameter(
            "windows",
            "windows",
            _POINTER_DETECTOR_WINDOW_MEDIA_PARAM_LIST,
            optional=True,
            has_default=True,
            default=[],
        ),
    ),
    operations=(
        Operation(
            "addWindow",
            OperationKind.METHOD,
            "add_window",
            (Parameter("window", "window", _POINTER_DETECTOR_WINDOW_MEDIA_PARAM),),
        ),
        Operation("clearWindows", OperationKind.METHOD, "clear_windows"),
        Operation("trackColorFromCalibrationRegion", OperationKind.METHOD, "track_color_from_calibration_region"),
        Operation(
            "removeWindow",
            OperationKind.METHOD,
            "remove_window",
            (Parameter("windowId", "window_id", _STRING),),
        ),
    ),
    events=("WindowIn", "WindowOut"),
    doc=interfaces.PointerDetectorFilterInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="pointerdetector",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_pointerdetector.generated",
    classes=MappingProxyType({"PointerDetectorFilter": _POINTER_DETECTOR_FILTER_CLASS}),
    registers=MappingProxyType(
        {"PointerDetectorWindowMediaParam": types.PointerDetectorWindowMediaParam, "WindowParam": types.WindowParam},
    ),
    enums=MappingProxyType({}),
    events=MappingProxyType({"WindowIn": events.WindowIn, "WindowOut": events.WindowOut}),
    factories=MappingProxyType(
        {"PointerDetectorFilter": "kms_pointerdetector.pointer_detector_filter:PointerDetectorFilter"},
    ),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
