"""Dispatch table of the module `datachannelexample`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Parameter, RemoteClass, TypeRef
from kms_datachannelexample.generated import interfaces
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module

_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)

_KMS_DETECT_FACES_CLASS = RemoteClass.declare(
    "KmsDetectFaces",
    "datachannelexample",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    doc=interfaces.KmsDetectFacesInterface.__doc__ or "",
)

_KMS_SEND_DATA_CLASS = RemoteClass.declare(
    "KmsSendData",
    "datachannelexample",
    extends=core_module.MODULE.classes["MediaElement"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    doc=interfaces.KmsSendDataInterface.__doc__ or "",
)

_KMS_SHOW_DATA_CLASS = RemoteClass.declare(
    "KmsShowData",
    "datachannelexample",
    extends=core_module.MODULE.classes["MediaElement"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    doc=interfaces.KmsShowDataInterface.__doc__ or "",
)

_KMS_SHOW_FACES_CLASS = RemoteClass.declare(
    "KmsShowFaces",
    "datachannelexample",
    extends=core_module.MODULE.classes["Filter"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    doc=interfaces.KmsShowFacesInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="datachannelexample",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_datachannelexample.generated",
    classes=MappingProxyType(
        {
            "KmsDetectFaces": _KMS_DETECT_FACES_CLASS,
            "KmsSendData": _KMS_SEND_DATA_CLASS,
            "KmsShowData": _KMS_SHOW_DATA_CLASS,
            "KmsShowFaces": _KMS_SHOW_FACES_CLASS,
        },
    ),
    registers=MappingProxyType({}),
    enums=MappingProxyType({}),
    events=MappingProxyType({}),
    factories=MappingProxyType(
        {
            "KmsDetectFaces": "kms_datachannelexample.faces:KmsDetectFaces",
            "KmsSendData": "kms_datachannelexample.send_data:KmsSendData",
            "KmsShowData": "kms_datachannelexample.show_data:KmsShowData",
            "KmsShowFaces": "kms_datachannelexample.faces:KmsShowFaces",
        },
    ),
    requires=MappingProxyType({"core": "^7.0.0", "elements": "^7.0.0", "filters": "^7.0.0"}),
)
