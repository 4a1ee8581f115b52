"""Dispatch table of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_elements.generated import events, interfaces, types
from kms_trio.generated.core import interfaces as core_interfaces, module as core_module, types as core_types

_BOOLEAN = TypeRef("boolean", "", "primitive", bool)
_CERTIFICATE_KEY_TYPE = TypeRef("CertificateKeyType", "", "enum", types.CertificateKeyType)
_DSCP_VALUE = TypeRef("DSCPValue", "", "enum", types.DSCPValue)
_DTLS_CONNECTION_LIST = TypeRef("DtlsConnection", "[]", "register", types.DtlsConnection)
_FLOAT = TypeRef("float", "", "primitive", float)
_HUB_PORT = TypeRef("HubPort", "", "remote", core_interfaces.HubPortInterface)
_ICE_CANDIDATE = TypeRef("IceCandidate", "", "register", types.IceCandidate)
_ICE_CANDIDATE_PAIR_LIST = TypeRef("IceCandidatePair", "[]", "register", types.IceCandidatePair)
_ICE_CONNECTION_LIST = TypeRef("IceConnection", "[]", "register", types.IceConnection)
_INT = TypeRef("int", "", "primitive", int)
_INT64 = TypeRef("int64", "", "primitive", int)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", core_interfaces.MediaPipelineInterface)
_MEDIA_PROFILE_SPEC_TYPE = TypeRef("MediaProfileSpecType", "", "enum", types.MediaProfileSpecType)
_MEDIA_TYPE = TypeRef("MediaType", "", "enum", core_types.MediaType)
_SDES = TypeRef("SDES", "", "register", types.SDES)
_STRING = TypeRef("String", "", "primitive", str)
_VIDEO_INFO = TypeRef("VideoInfo", "", "register", types.VideoInfo)

_ALPHA_BLENDING_CLASS = RemoteClass.declare(
    "AlphaBlending",
    "elements",
    extends=core_module.MODULE.classes["Hub"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation(
            "setMaster",
            OperationKind.METHOD,
            "set_master",
            (Parameter("source", "source", _HUB_PORT), Parameter("zOrder", "z_order", _INT)),
        ),
        Operation(
            "setPortProperties",
            OperationKind.METHOD,
            "set_port_properties",
            (
                Parameter("relativeX", "relative_x", _FLOAT),
                Parameter("relativeY", "relative_y", _FLOAT),
                Parameter("zOrder", "z_order", _INT),
                Parameter("relativeWidth", "relative_width", _FLOAT),
                Parameter("relativeHeight", "relative_height", _FLOAT),
                Parameter("port", "port", _HUB_PORT),
            ),
        ),
    ),
    doc=interfaces.AlphaBlendingInterface.__doc__ or "",
)

_COMPOSITE_CLASS = RemoteClass.declare(
    "Composite",
    "elements",
    extends=core_module.MODULE.classes["Hub"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("width", "width", _INT, optional=True, has_default=True, default=800),
        Parameter("height", "height", _INT, optional=True, has_default=True, default=600),
        Parameter("framerate", "framerate", _INT, optional=True, has_default=True, default=15),
    ),
    doc=interfaces.CompositeInterface.__doc__ or "",
)

_DISPATCHER_CLASS = RemoteClass.declare(
    "Dispatcher",
    "elements",
    extends=core_module.MODULE.classes["Hub"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation(
            "connect",
            OperationKind.METHOD,
            "connect",
            (Parameter("source", "source", _HUB_PORT), Parameter("sink", "sink", _HUB_PORT)),
        ),
    ),
    doc=interfaces.DispatcherInterface.__doc__ or "",
)

_DISPATCHER_ONE_TO_MANY_CLASS = RemoteClass.declare(
    "DispatcherOneToMany",
    "elements",
    extends=core_module.MODULE.classes["Hub"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation("setSource", OperationKind.METHOD, "set_source", (Parameter("source", "source", _HUB_PORT),)),
        Operation("removeSource", OperationKind.METHOD, "remove_source"),
    ),
    doc=interfaces.DispatcherOneToManyInterface.__doc__ or "",
)

_HTTP_ENDPOINT_CLASS = RemoteClass.declare(
    "HttpEndpoint",
    "elements",
    extends=core_module.MODULE.classes["SessionEndpoint"],
    abstract=True,
    operations=(Operation("getUrl", OperationKind.METHOD, "get_url", returns=_STRING),),
    doc=interfaces.HttpEndpointInterface.__doc__ or "",
)

_HTTP_POST_ENDPOINT_CLASS = RemoteClass.declare(
    "HttpPostEndpoint",
    "elements",
    extends=_HTTP_ENDPOINT_CLASS,
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("disconnectionTimeout", "disconnection_timeout", _INT, optional=True, has_default=True, default=2),
        Parameter("useEncodedMedia", "use_encoded_media", _BOOLEAN, optional=True, has_default=True, default=False),
    ),
    events=("EndOfStream",),
    doc=interfaces.HttpPostEndpointInterface.__doc__ or "",
)

_MIXER_CLASS = RemoteClass.declare(
    "Mixer",
    "elements",
    extends=core_module.MODULE.classes["Hub"],
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    operations=(
        Operation(
            "connect",
            OperationKind.METHOD,
            "connect",
            (
                Parameter("media", "media", _MEDIA_TYPE),
                Parameter("source", "source", _HUB_PORT),
                Parameter("sink", "sink", _HUB_PORT),
            ),
        ),
        Operation(
            "disconnect",
            OperationKind.METHOD,
            "disconnect",
            (
                Parameter("media", "media", _MEDIA_TYPE),
                Parameter("source", "source", _HUB_PORT),
                Parameter("sink", "sink", _HUB_PORT),
            ),
        ),
    ),
    doc=interfaces.MixerInterface.__doc__ or "",
)

_PLAYER_ENDPOINT_CLASS = RemoteClass.declare(
    "PlayerEndpoint",
    "elements",
    extends=core_module.MODULE.classes["UriEndpoint"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("uri", "uri", _STRING),
        Parameter("useEncodedMedia", "use_encoded_media", _BOOLEAN, optional=True, has_default=True, default=False),
        Parameter("networkCache", "network_cache", _INT, optional=True, has_default=True, default=2000),
    ),
    operations=(
        Operation("getVideoInfo", OperationKind.GETTER, "video_info", returns=_VIDEO_INFO),
        Operation("getElementGstreamerDot", OperationKind.GETTER, "element_gstreamer_dot", returns=_STRING),
        Operation("getPosition", OperationKind.GETTER, "position", returns=_INT64),
        Operation("setPosition", OperationKind.SETTER, "position", (Parameter("position", "position", _INT64),)),
        Operation("play", OperationKind.METHOD, "play"),
    ),
    events=("EndOfStream",),
    doc=interfaces.PlayerEndpointInterface.__doc__ or "",
)

_RECORDER_ENDPOINT_CLASS = RemoteClass.declare(
    "RecorderEndpoint",
    "elements",
    extends=core_module.MODULE.classes["UriEndpoint"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("uri", "uri", _STRING),
        Parameter(
            "mediaProfile",
            "media_profile",
            _MEDIA_PROFILE_SPEC_TYPE,
            optional=True,
            has_default=True,
            default="WEBM",
        ),
        Parameter(
            "stopOnEndOfStream",
            "stop_on_end_of_stream",
            _BOOLEAN,
            optional=True,
            has_default=True,
            default=False,
        ),
    ),
    operations=(
        Operation("record", OperationKind.METHOD, "record"),
        Operation("stopAndWait", OperationKind.METHOD, "stop_and_wait"),
    ),
    events=("Recording", "Paused", "Stopped"),
    doc=interfaces.RecorderEndpointInterface.__doc__ or "",
)

_RTP_ENDPOINT_CLASS = RemoteClass.declare(
    "RtpEndpoint",
    "elements",
    extends=core_module.MODULE.classes["BaseRtpEndpoint"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("crypto", "crypto", _SDES, optional=True, has_default=True, default={}),
        Parameter("useIpv6", "use_ipv6", _BOOLEAN, optional=True, has_default=True, default=False),
    ),
    events=("OnKeySoftLimit",),
    doc=interfaces.RtpEndpointInterface.__doc__ or "",
)

_WEB_RTC_ENDPOINT_CLASS = RemoteClass.declare(
    "WebRtcEndpoint",
    "elements",
    extends=core_module.MODULE.classes["BaseRtpEndpoint"],
    constructor=(
        Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),
        Parameter("recvonly", "recvonly", _BOOLEAN, optional=True, has_default=True, default=False),
        Parameter("sendonly", "sendonly", _BOOLEAN, optional=True, has_default=True, default=False),
        Parameter("useDataChannels", "use_data_channels", _BOOLEAN, optional=True, has_default=True, default=False),
        Parameter(
            "certificateKeyType",
            "certificate_key_type",
            _CERTIFICATE_KEY_TYPE,
            optional=True,
            has_default=True,
            default="RSA",
        ),
        Parameter("qosDscp", "qos_dscp", _DSCP_VALUE, optional=True, has_default=True, default="NO_VALUE"),
    ),
    operations=(
        Operation("getNetworkInterfaces", OperationKind.GETTER, "network_interfaces", returns=_STRING),
        Operation(
            "setNetworkInterfaces",
            OperationKind.SETTER,
            "network_interfaces",
            (Parameter("networkInterfaces", "network_interfaces", _STRING),),
        ),
        Operation("getIceTcp", OperationKind.GETTER, "ice_tcp", returns=_BOOLEAN),
        Operation("setIceTcp", OperationKind.SETTER, "ice_tcp", (Parameter("iceTcp", "ice_tcp", _BOOLEAN),)),
        Operation("getStunServerAddress", OperationKind.GETTER, "stun_server_address", returns=_STRING),
        Operation(
            "setStunServerAddress",
            OperationKind.SETTER,
            "stun_server_address",
            (Parameter("stunServerAddress", "stun_server_address", _STRING),),
        ),
        Operation("getStunServerPort", OperationKind.GETTER, "stun_server_port", returns=_INT),
        Operation(
            "setStunServerPort",
            OperationKind.SETTER,
            "stun_server_port",
            (Parameter("stunServerPort", "stun_server_port", _INT),),
        ),
        Operation("getTurnUrl", OperationKind.GETTER, "turn_url", returns=_STRING),
        Operation("setTurnUrl", OperationKind.SETTER, "turn_url", (Parameter("turnUrl", "turn_url", _STRING),)),
        Operation("getExternalIPv4", OperationKind.GETTER, "external_ipv4", returns=_STRING),
        Operation(
            "setExternalIPv4",
            OperationKind.SETTER,
            "external_ipv4",
            (Parameter("externalIPv4", "external_ipv4", _STRING),),
        ),
        Operation("getExternalIPv6", OperationKind.GETTER, "external_ipv6", returns=_STRING),
        Operation(
            "setExternalIPv6",
            OperationKind.SETTER,
            "external_ipv6",
            (Parameter("externalIPv6", "external_ipv6", _STRING),),
        ),
        Operation(
            "getICECandidatePairs",
            OperationKind.GETTER,
            "ice_candidate_pairs",
            returns=_ICE_CANDIDATE_PAIR_LIST,
        ),
        Operation("getIceConnectionState", OperationKind.GETTER, "ice_connection_state", returns=_ICE_CONNECTION_LIST),
        Operation(
            "getDtlsConnectionState",
            OperationKind.GETTER,
            "dtls_connection_state",
            returns=_DTLS_CONNECTION_LIST,
        ),
        Operation("gatherCandidates", OperationKind.METHOD, "gather_candidates"),
        Operation(
            "addIceCandidate",
            OperationKind.METHOD,
            "add_ice_candidate",
            (Parameter("candidate", "candidate", _ICE_CANDIDATE),),
        ),
        Operation(
            "createDataChannel",
            OperationKind.METHOD,
            "create_data_channel",
            (
                Parameter("label", "label", _STRING, optional=True, has_default=True, default=""),
                Parameter("ordered", "ordered", _BOOLEAN, optional=True, has_default=True, default=True),
                Parameter(
                    "maxPacketLifeTime",
                    "max_packet_life_time",
                    _INT,
                    optional=True,
                    has_default=True,
                    default=-1,
                ),
                Parameter("maxRetransmits", "max_retransmits", _INT, optional=True, has_default=True, default=-1),
                Parameter("protocol", "protocol", _STRING, optional=True, has_default=True, default=""),
            ),
        ),
        Operation(
            "closeDataChannel",
            OperationKind.METHOD,
            "close_data_channel",
            (Parameter("channelId", "channel_id", _INT),),
        ),
    ),
    events=(
        "IceCandidateFound",
        "IceGatheringDone",
        "IceComponentStateChanged",
        "DtlsConnectionStateChange",
        "DataChannelOpened",
        "DataChannelClosed",
        "NewCandidatePairSelected",
    ),
    doc=interfaces.WebRtcEndpointInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="elements",
    version="7.3.0",
    generation_time="Nov 22 2026 06:31:19",
    package="kms_elements.generated",
    classes=MappingProxyType(
        {
            "AlphaBlending": _ALPHA_BLENDING_CLASS,
            "Composite": _COMPOSITE_CLASS,
            "Dispatcher": _DISPATCHER_CLASS,
            "DispatcherOneToMany": _DISPATCHER_ONE_TO_MANY_CLASS,
            "HttpEndpoint": _HTTP_ENDPOINT_CLASS,
            "HttpPostEndpoint": _HTTP_POST_ENDPOINT_CLASS,
            "Mixer": _MIXER_CLASS,
            "PlayerEndpoint": _PLAYER_ENDPOINT_CLASS,
            "RecorderEndpoint": _RECORDER_ENDPOINT_CLASS,
            "RtpEndpoint": _RTP_ENDPOINT_CLASS,
            "WebRtcEndpoint": _WEB_RTC_ENDPOINT_CLASS,
        },
    ),
    registers=MappingProxyType(
        {
            "VideoInfo": types.VideoInfo,
            "SDES": types.SDES,
            "DtlsConnection": types.DtlsConnection,
            "IceCandidate": types.IceCandidate,
            "IceCandidatePair": types.IceCandidatePair,
            "IceConnection": types.IceConnection,
        },
    ),
    enums=MappingProxyType(
        {
            "GapsFixMethod": types.GapsFixMethod,
            "MediaProfileSpecType": types.MediaProfileSpecType,
            "CryptoSuite": types.CryptoSuite,
            "CertificateKeyType": types.CertificateKeyType,
            "DSCPValue": types.DSCPValue,
            "DtlsConnectionState": types.DtlsConnectionState,
            "IceComponentState": types.IceComponentState,
        },
    ),
    events=MappingProxyType(
        {
            "EndOfStream": events.EndOfStream,
            "Paused": events.Paused,
            "Recording": events.Recording,
            "Stopped": events.Stopped,
            "OnKeySoftLimit": events.OnKeySoftLimit,
            "DataChannelClosed": events.DataChannelClosed,
            "DataChannelOpened": events.DataChannelOpened,
            "DtlsConnectionStateChange": events.DtlsConnectionStateChange,
            "IceCandidateFound": events.IceCandidateFound,
            "IceComponentStateChanged": events.IceComponentStateChanged,
            "IceGatheringDone": events.IceGatheringDone,
            "NewCandidatePairSelected": events.NewCandidatePairSelected,
        },
    ),
    factories=MappingProxyType(
        {
            "WebRtcEndpoint": "kms_elements.webrtc:WebRtcEndpoint",
            "PlayerEndpoint": "kms_elements.player:PlayerEndpoint",
            "RecorderEndpoint": "kms_elements.recorder:RecorderEndpoint",
            "RtpEndpoint": "kms_elements.rtp:RtpEndpoint",
            "HttpPostEndpoint": "kms_elements.http_post:HttpPostEndpoint",
            "Composite": "kms_elements.hubs:Composite",
            "Mixer": "kms_elements.hubs:Mixer",
            "Dispatcher": "kms_elements.hubs:Dispatcher",
            "DispatcherOneToMany": "kms_elements.hubs:DispatcherOneToMany",
            "AlphaBlending": "kms_elements.hubs:AlphaBlending",
        },
    ),
    legacy="kms_elements.legacy:NAMES",
    requires=MappingProxyType({"core": "^7.1.0"}),
)
