"""Dispatch table of the module `platedetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_platedetector.generated import events, interfaces
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module

_FLOAT = TypeRef("float", "", "primitive", float)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)

_PLATE_DETECTOR_FILTER_CLASS = RemoteClass.declare(
    "PlateDetectorFilter",
    "platedetector",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation(
            "setPlateWidthPercentage",
            OperationKind.METHOD,
            "set_plate_width_percentage",
            (Parameter("plateWidthPercentage", "plate_width_percentage", _FLOAT),),
        ),
    ),
    events=("PlateDetected",),
    doc=interfaces.PlateDetectorFilterInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="platedetector",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_platedetector.generated",
    classes=MappingProxyType({"PlateDetectorFilter": _PLATE_DETECTOR_FILTER_CLASS}),
    registers=MappingProxyType({}),
    enums=MappingProxyType({}),
    events=MappingProxyType({"PlateDetected": events.PlateDetected}),
    factories=MappingProxyType({"PlateDetectorFilter": "kms_platedetector.plate_detector_filter:PlateDetectorFilter"}),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
