"""Dispatch table of the module `crowddetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_crowddetector.generated import events, interfaces, types
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module

_INT = TypeRef("int", "", "primitive", int)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_REGION_OF_INTEREST_LIST = TypeRef("RegionOfInterest", "[]", "register", types.RegionOfInterest)

_CROWD_DETECTOR_FILTER_CLASS = RemoteClass.declare(
    "CrowdDetectorFilter",
    "crowddetector",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("rois", "rois", _REGION_OF_INTEREST_LIST),
    ),
    operations=(
        Operation("getProcessingWidth", OperationKind.GETTER, "processing_width", returns=_INT),
        Operation(
            "setProcessingWidth",
            OperationKind.SETTER,
            "processing_width",
            (Parameter("processingWidth", "processing_width", _INT),),
        ),
    ),
    events=("CrowdDetectorFluidity", "CrowdDetectorOccupancy", "CrowdDetectorDirection"),
    doc=interfaces.CrowdDetectorFilterInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="crowddetector",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_crowddetector.generated",
    classes=MappingProxyType({"CrowdDetectorFilter": _CROWD_DETECTOR_FILTER_CLASS}),
    registers=MappingProxyType(
        {
            "RegionOfInterest": types.RegionOfInterest,
            "RegionOfInterestConfig": types.RegionOfInterestConfig,
            "RelativePoint": types.RelativePoint,
        },
    ),
    enums=MappingProxyType({}),
    events=MappingProxyType(
        {
            "CrowdDetectorDirection": events.CrowdDetectorDirection,
            "CrowdDetectorFluidity": events.CrowdDetectorFluidity,
            "CrowdDetectorOccupancy": events.CrowdDetectorOccupancy,
        },
    ),
    factories=MappingProxyType({"CrowdDetectorFilter": "kms_crowddetector.crowd_detector_filter:CrowdDetectorFilter"}),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
