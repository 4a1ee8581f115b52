"""Dispatch table of the module `videosampler`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Parameter, RemoteClass, TypeRef
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module
from kms_videosampler.generated import events, interfaces, types

_IMAGE_DELIVERY = TypeRef("ImageDelivery", "", "enum", types.ImageDelivery)
_IMAGE_ENCODING = TypeRef("ImageEncoding", "", "enum", types.ImageEncoding)
_INT = TypeRef("int", "", "primitive", int)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_STRING = TypeRef("String", "", "primitive", str)

_VIDEO_SAMPLER_CLASS = RemoteClass.declare(
    "VideoSampler",
    "videosampler",
    extends=core_module.MODULE.classes["MediaElement"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("framePeriod", "frame_period", _INT),
        Parameter(
            "imageDeliveryMethod",
            "image_delivery_method",
            _IMAGE_DELIVERY,
            optional=True,
            has_default=True,
            default="NONE",
        ),
        Parameter("height", "height", _INT, optional=True, has_default=True, default=0),
        Parameter("width", "width", _INT, optional=True, has_default=True, default=0),
        Parameter("imageEncoding", "image_encoding", _IMAGE_ENCODING, optional=True, has_default=True, default="PNG"),
        Parameter("endpointUrl", "endpoint_url", _STRING, optional=True, has_default=True, default=""),
        Parameter("metadata", "metadata", _STRING, optional=True, has_default=True, default=""),
    ),
    events=("SampleImageDelivered",),
    doc=interfaces.VideoSamplerInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="videosampler",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_videosampler.generated",
    classes=MappingProxyType({"VideoSampler": _VIDEO_SAMPLER_CLASS}),
    registers=MappingProxyType({}),
    enums=MappingProxyType({"ImageDelivery": types.ImageDelivery, "ImageEncoding": types.ImageEncoding}),
    events=MappingProxyType({"SampleImageDelivered": events.SampleImageDelivered}),
    factories=MappingProxyType({"VideoSampler": "kms_videosampler.video_sampler:VideoSampler"}),
    requires=MappingProxyType({"core": "^7.1.0", "elements": "^7.1.0", "filters": "^7.1.0"}),
)
