"""Dispatch table of the module `opencvexample`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_filters.generated import module as filters_module
from kms_opencvexample.generated import interfaces
from kms_trio.generated.core import interfaces as core_interfaces

_INT = TypeRef("int", "", "primitive", int)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)

_OPEN_CV_EXAMPLE_CLASS = RemoteClass.declare(
    "OpenCVExample",
    "opencvexample",
    extends=filters_module.MODULE.classes["OpenCVFilter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation(
            "setFilterType",
            OperationKind.METHOD,
            "set_filter_type",
            (Parameter("filterType", "filter_type", _INT),),
        ),
        Operation(
            "setEdgeThreshold",
            OperationKind.METHOD,
            "set_edge_threshold",
            (Parameter("edgeValue", "edge_value", _INT),),
        ),
    ),
    doc=interfaces.OpenCVExampleInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="opencvexample",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_opencvexample.generated",
    classes=MappingProxyType({"OpenCVExample": _OPEN_CV_EXAMPLE_CLASS}),
    registers=MappingProxyType({}),
    enums=MappingProxyType({}),
    events=MappingProxyType({}),
    factories=MappingProxyType({"OpenCVExample": "kms_opencvexample.opencv_example:OpenCVExample"}),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
