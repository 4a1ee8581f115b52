"""Dispatch table of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from types import MappingProxyType

from kms_trio.dispatch import ModuleDescriptor, Operation, OperationKind, Parameter, RemoteClass, TypeRef
from kms_trio.generated.core import events, interfaces, types

_AUDIO_CAPS = TypeRef("AudioCaps", "", "register", types.AudioCaps)
_BOOLEAN = TypeRef("boolean", "", "primitive", bool)
_CONNECTION_STATE = TypeRef("ConnectionState", "", "enum", types.ConnectionState)
_ELEMENT_CONNECTION_DATA_LIST = TypeRef("ElementConnectionData", "[]", "register", types.ElementConnectionData)
_FLOAT = TypeRef("float", "", "primitive", float)
_GSTREAMER_DOT_DETAILS = TypeRef("GstreamerDotDetails", "", "enum", types.GstreamerDotDetails)
_HUB = TypeRef("Hub", "", "remote", interfaces.HubInterface)
_INT = TypeRef("int", "", "primitive", int)
_INT64 = TypeRef("int64", "", "primitive", int)
_MEDIA_ELEMENT = TypeRef("MediaElement", "", "remote", interfaces.MediaElementInterface)
_MEDIA_OBJECT = TypeRef("MediaObject", "", "remote", interfaces.MediaObjectInterface)
_MEDIA_OBJECT_LIST = TypeRef("MediaObject", "[]", "remote", interfaces.MediaObjectInterface)
_MEDIA_PIPELINE = TypeRef("MediaPipeline", "", "remote", interfaces.MediaPipelineInterface)
_MEDIA_PIPELINE_LIST = TypeRef("MediaPipeline", "[]", "remote", interfaces.MediaPipelineInterface)
_MEDIA_STATE = TypeRef("MediaState", "", "enum", types.MediaState)
_MEDIA_TYPE = TypeRef("MediaType", "", "enum", types.MediaType)
_OFFER_OPTIONS = TypeRef("OfferOptions", "", "register", types.OfferOptions)
_REMB_PARAMS = TypeRef("RembParams", "", "register", types.RembParams)
_SERVER_INFO = TypeRef("ServerInfo", "", "register", types.ServerInfo)
_STATS_MAP = TypeRef("Stats", "<>", "register", types.Stats)
_STRING = TypeRef("String", "", "primitive", str)
_STRING_LIST = TypeRef("String", "[]", "primitive", str)
_TAG_LIST = TypeRef("Tag", "[]", "register", types.Tag)
_URI_ENDPOINT_STATE = TypeRef("UriEndpointState", "", "enum", types.UriEndpointState)
_VIDEO_CAPS = TypeRef("VideoCaps", "", "register", types.VideoCaps)

_MEDIA_OBJECT_CLASS = RemoteClass.declare(
    "MediaObject",
    "core",
    abstract=True,
    operations=(
        Operation("getMediaPipeline", OperationKind.GETTER, "media_pipeline", returns=_MEDIA_PIPELINE),
        Operation("getParent", OperationKind.GETTER, "parent", returns=_MEDIA_OBJECT),
        Operation("getId", OperationKind.GETTER, "id", returns=_STRING),
        Operation("getChildren", OperationKind.GETTER, "children", returns=_MEDIA_OBJECT_LIST),
        Operation("getName", OperationKind.GETTER, "name", returns=_STRING),
        Operation("setName", OperationKind.SETTER, "name", (Parameter("name", "name", _STRING),)),
        Operation("getSendTagsInEvents", OperationKind.GETTER, "send_tags_in_events", returns=_BOOLEAN),
        Operation(
            "setSendTagsInEvents",
            OperationKind.SETTER,
            "send_tags_in_events",
            (Parameter("sendTagsInEvents", "send_tags_in_events", _BOOLEAN),),
        ),
        Operation("getCreationTime", OperationKind.GETTER, "creation_time", returns=_INT),
        Operation(
            "addTag",
            OperationKind.METHOD,
            "add_tag",
            (Parameter("key", "key", _STRING), Parameter("value", "value", _STRING)),
        ),
        Operation("removeTag", OperationKind.METHOD, "remove_tag", (Parameter("key", "key", _STRING),)),
        Operation("getTag", OperationKind.METHOD, "get_tag", (Parameter("key", "key", _STRING),), returns=_STRING),
        Operation("getTags", OperationKind.METHOD, "get_tags", returns=_TAG_LIST),
    ),
    events=("Error",),
    doc=interfaces.MediaObjectInterface.__doc__ or "",
)

_MEDIA_ELEMENT_CLASS = RemoteClass.declare(
    "MediaElement",
    "core",
    extends=_MEDIA_OBJECT_CLASS,
    abstract=True,
    operations=(
        Operation("getEncoderBitrate", OperationKind.GETTER, "encoder_bitrate", returns=_INT),
        Operation(
            "setEncoderBitrate",
            OperationKind.SETTER,
            "encoder_bitrate",
            (Parameter("encoderBitrate", "encoder_bitrate", _INT),),
        ),
        Operation("getMinEncoderBitrate", OperationKind.GETTER, "min_encoder_bitrate", returns=_INT),
        Operation(
            "setMinEncoderBitrate",
            OperationKind.SETTER,
            "min_encoder_bitrate",
            (Parameter("minEncoderBitrate", "min_encoder_bitrate", _INT),),
        ),
        Operation("getMaxEncoderBitrate", OperationKind.GETTER, "max_encoder_bitrate", returns=_INT),
        Operation(
            "setMaxEncoderBitrate",
            OperationKind.SETTER,
            "max_encoder_bitrate",
            (Parameter("maxEncoderBitrate", "max_encoder_bitrate", _INT),),
        ),
        Operation(
            "getSourceConnections",
            OperationKind.METHOD,
            "get_source_connections",
            (
                Parameter("mediaType", "media_type", _MEDIA_TYPE, optional=True),
                Parameter("description", "description", _STRING, optional=True),
            ),
            returns=_ELEMENT_CONNECTION_DATA_LIST,
        ),
        Operation(
            "getSinkConnections",
            OperationKind.METHOD,
            "get_sink_connections",
            (
                Parameter("mediaType", "media_type", _MEDIA_TYPE, optional=True),
                Parameter("description", "description", _STRING, optional=True),
            ),
            returns=_ELEMENT_CONNECTION_DATA_LIST,
        ),
        Operation(
            "connect",
            OperationKind.METHOD,
            "connect",
            (
                Parameter("sink", "sink", _MEDIA_ELEMENT),
                Parameter("mediaType", "media_type", _MEDIA_TYPE, optional=True),
                Parameter("sourceMediaDescription", "source_media_description", _STRING, optional=True),
                Parameter("sinkMediaDescription", "sink_media_description", _STRING, optional=True),
            ),
        ),
        Operation(
            "disconnect",
            OperationKind.METHOD,
            "disconnect",
            (
                Parameter("sink", "sink", _MEDIA_ELEMENT),
                Parameter("mediaType", "media_type", _MEDIA_TYPE, optional=True),
                Parameter("sourceMediaDescription", "source_media_description", _STRING, optional=True),
                Parameter("sinkMediaDescription", "sink_media_description", _STRING, optional=True),
            ),
        ),
        Operation(
            "setAudioFormat",
            OperationKind.METHOD,
            "set_audio_format",
            (Parameter("caps", "caps", _AUDIO_CAPS),),
        ),
        Operation(
            "setVideoFormat",
            OperationKind.METHOD,
            "set_video_format",
            (Parameter("caps", "caps", _VIDEO_CAPS),),
        ),
        Operation(
            "dumpGstreamerDot",
            OperationKind.METHOD,
            "dump_gstreamer_dot",
            (Parameter("details", "details", _GSTREAMER_DOT_DETAILS, optional=True),),
        ),
        Operation(
            "getGstreamerDot",
            OperationKind.METHOD,
            "get_gstreamer_dot",
            (Parameter("details", "details", _GSTREAMER_DOT_DETAILS, optional=True),),
            returns=_STRING,
        ),
        Operation(
            "getStats",
            OperationKind.METHOD,
            "get_stats",
            (Parameter("mediaType", "media_type", _MEDIA_TYPE, optional=True),),
            returns=_STATS_MAP,
        ),
        Operation(
            "isMediaFlowingIn",
            OperationKind.METHOD,
            "is_media_flowing_in",
            (
                Parameter("mediaType", "media_type", _MEDIA_TYPE),
                Parameter(
                    "sinkMediaDescription",
                    "sink_media_description",
                    _STRING,
                    optional=True,
                    has_default=True,
                    default="default",
                ),
            ),
            returns=_BOOLEAN,
        ),
        Operation(
            "isMediaFlowingOut",
            OperationKind.METHOD,
            "is_media_flowing_out",
            (
                Parameter("mediaType", "media_type", _MEDIA_TYPE),
                Parameter(
                    "sourceMediaDescription",
                    "source_media_description",
                    _STRING,
                    optional=True,
                    has_default=True,
                    default="default",
                ),
            ),
            returns=_BOOLEAN,
        ),
        Operation(
            "isMediaTranscoding",
            OperationKind.METHOD,
            "is_media_transcoding",
            (
                Parameter("mediaType", "media_type", _MEDIA_TYPE),
                Parameter("binName", "bin_name", _STRING, optional=True, has_default=True, default="default"),
            ),
            returns=_BOOLEAN,
        ),
    ),
    events=(
        "ElementConnected",
        "ElementDisconnected",
        "MediaFlowOutStateChanged",
        "MediaFlowInStateChanged",
        "MediaTranscodingStateChanged",
    ),
    doc=interfaces.MediaElementInterface.__doc__ or "",
)

_ENDPOINT_CLASS = RemoteClass.declare(
    "Endpoint",
    "core",
    extends=_MEDIA_ELEMENT_CLASS,
    abstract=True,
    doc=interfaces.EndpointInterface.__doc__ or "",
)

_SESSION_ENDPOINT_CLASS = RemoteClass.declare(
    "SessionEndpoint",
    "core",
    extends=_ENDPOINT_CLASS,
    abstract=True,
    events=("MediaSessionTerminated", "MediaSessionStarted"),
    doc=interfaces.SessionEndpointInterface.__doc__ or "",
)

_SDP_ENDPOINT_CLASS = RemoteClass.declare(
    "SdpEndpoint",
    "core",
    extends=_SESSION_ENDPOINT_CLASS,
    abstract=True,
    operations=(
        Operation("getMaxAudioRecvBandwidth", OperationKind.GETTER, "max_audio_recv_bandwidth", returns=_INT),
        Operation(
            "setMaxAudioRecvBandwidth",
            OperationKind.SETTER,
            "max_audio_recv_bandwidth",
            (Parameter("maxAudioRecvBandwidth", "max_audio_recv_bandwidth", _INT),),
        ),
        Operation("getMaxVideoRecvBandwidth", OperationKind.GETTER, "max_video_recv_bandwidth", returns=_INT),
        Operation(
            "setMaxVideoRecvBandwidth",
            OperationKind.SETTER,
            "max_video_recv_bandwidth",
            (Parameter("maxVideoRecvBandwidth", "max_video_recv_bandwidth", _INT),),
        ),
        Operation(
            "generateOffer",
            OperationKind.METHOD,
            "generate_offer",
            (Parameter("options", "options", _OFFER_OPTIONS, optional=True),),
            returns=_STRING,
        ),
        Operation(
            "processOffer",
            OperationKind.METHOD,
            "process_offer",
            (Parameter("offer", "offer", _STRING),),
            returns=_STRING,
        ),
        Operation(
            "processAnswer",
            OperationKind.METHOD,
            "process_answer",
            (Parameter("answer", "answer", _STRING),),
            returns=_STRING,
        ),
        Operation("getLocalSessionDescriptor", OperationKind.METHOD, "get_local_session_descriptor", returns=_STRING),
        Operation("getRemoteSessionDescriptor", OperationKind.METHOD, "get_remote_session_descriptor", returns=_STRING),
    ),
    doc=interfaces.SdpEndpointInterface.__doc__ or "",
)

_BASE_RTP_ENDPOINT_CLASS = RemoteClass.declare(
    "BaseRtpEndpoint",
    "core",
    extends=_SDP_ENDPOINT_CLASS,
    abstract=True,
    operations=(
        Operation("getMinVideoRecvBandwidth", OperationKind.GETTER, "min_video_recv_bandwidth", returns=_INT),
        Operation(
            "setMinVideoRecvBandwidth",
            OperationKind.SETTER,
            "min_video_recv_bandwidth",
            (Parameter("minVideoRecvBandwidth", "min_video_recv_bandwidth", _INT),),
        ),
        Operation("getMinVideoSendBandwidth", OperationKind.GETTER, "min_video_send_bandwidth", returns=_INT),
        Operation(
            "setMinVideoSendBandwidth",
            OperationKind.SETTER,
            "min_video_send_bandwidth",
            (Parameter("minVideoSendBandwidth", "min_video_send_bandwidth", _INT),),
        ),
        Operation("getMaxVideoSendBandwidth", OperationKind.GETTER, "max_video_send_bandwidth", returns=_INT),
        Operation(
            "setMaxVideoSendBandwidth",
            OperationKind.SETTER,
            "max_video_send_bandwidth",
            (Parameter("maxVideoSendBandwidth", "max_video_send_bandwidth", _INT),),
        ),
        Operation("getMediaState", OperationKind.GETTER, "media_state", returns=_MEDIA_STATE),
        Operation("getConnectionState", OperationKind.GETTER, "connection_state", returns=_CONNECTION_STATE),
        Operation("getMtu", OperationKind.GETTER, "mtu", returns=_INT),
        Operation("setMtu", OperationKind.SETTER, "mtu", (Parameter("mtu", "mtu", _INT),)),
        Operation("getRembParams", OperationKind.GETTER, "remb_params", returns=_REMB_PARAMS),
        Operation(
            "setRembParams",
            OperationKind.SETTER,
            "remb_params",
            (Parameter("rembParams", "remb_params", _REMB_PARAMS),),
        ),
        Operation("requestKeyframe", OperationKind.METHOD, "request_keyframe"),
    ),
    events=("MediaStateChanged", "ConnectionStateChanged"),
    doc=interfaces.BaseRtpEndpointInterface.__doc__ or "",
)

_FILTER_CLASS = RemoteClass.declare(
    "Filter",
    "core",
    extends=_MEDIA_ELEMENT_CLASS,
    abstract=True,
    doc=interfaces.FilterInterface.__doc__ or "",
)

_HUB_CLASS = RemoteClass.declare(
    "Hub",
    "core",
    extends=_MEDIA_OBJECT_CLASS,
    abstract=True,
    operations=(
        Operation(
            "getGstreamerDot",
            OperationKind.METHOD,
            "get_gstreamer_dot",
            (Parameter("details", "details", _GSTREAMER_DOT_DETAILS, optional=True),),
            returns=_STRING,
        ),
        Operation(
            "dumpGstreamerDot",
            OperationKind.METHOD,
            "dump_gstreamer_dot",
            (Parameter("details", "details", _GSTREAMER_DOT_DETAILS, optional=True),),
        ),
    ),
    doc=interfaces.HubInterface.__doc__ or "",
)

_HUB_PORT_CLASS = RemoteClass.declare(
    "HubPort",
    "core",
    extends=_MEDIA_ELEMENT_CLASS,
    constructor=(Parameter("hub", "hub", _HUB),),
    doc=interfaces.HubPortInterface.__doc__ or "",
)

_MEDIA_PIPELINE_CLASS = RemoteClass.declare(
    "MediaPipeline",
    "core",
    extends=_MEDIA_OBJECT_CLASS,
    constructor=(),
    operations=(
        Operation("getLatencyStats", OperationKind.GETTER, "latency_stats", returns=_BOOLEAN),
        Operation(
            "setLatencyStats",
            OperationKind.SETTER,
            "latency_stats",
            (Parameter("latencyStats", "latency_stats", _BOOLEAN),),
        ),
        Operation(
            "getGstreamerDot",
            OperationKind.METHOD,
            "get_gstreamer_dot",
            (Parameter("details", "details", _GSTREAMER_DOT_DETAILS, optional=True),),
            returns=_STRING,
        ),
        Operation(
            "dumpGstreamerDot",
            OperationKind.METHOD,
            "dump_gstreamer_dot",
            (Parameter("details", "details", _GSTREAMER_DOT_DETAILS, optional=True),),
        ),
    ),
    doc=interfaces.MediaPipelineInterface.__doc__ or "",
)

_PASS_THROUGH_CLASS = RemoteClass.declare(
    "PassThrough",
    "core",
    extends=_MEDIA_ELEMENT_CLASS,
    constructor=(Parameter("mediaPipeline", "media_pipeline", _MEDIA_PIPELINE),),
    doc=interfaces.PassThroughInterface.__doc__ or "",
)

_SERVER_MANAGER_CLASS = RemoteClass.declare(
    "ServerManager",
    "core",
    extends=_MEDIA_OBJECT_CLASS,
    abstract=True,
    operations=(
        Operation("getInfo", OperationKind.GETTER, "info", returns=_SERVER_INFO),
        Operation("getPipelines", OperationKind.GETTER, "pipelines", returns=_MEDIA_PIPELINE_LIST),
        Operation("getSessions", OperationKind.GETTER, "sessions", returns=_STRING_LIST),
        Operation("getMetadata", OperationKind.GETTER, "metadata", returns=_STRING),
        Operation(
            "getKmd",
            OperationKind.METHOD,
            "get_kmd",
            (Parameter("moduleName", "module_name", _STRING),),
            returns=_STRING,
        ),
        Operation("getCpuCount", OperationKind.METHOD, "get_cpu_count", returns=_INT),
        Operation(
            "getUsedCpu",
            OperationKind.METHOD,
            "get_used_cpu",
            (Parameter("interval", "interval", _INT, has_default=True, default=1000),),
            returns=_FLOAT,
        ),
        Operation("getUsedMemory", OperationKind.METHOD, "get_used_memory", returns=_INT64),
    ),
    events=("ObjectCreated", "ObjectDestroyed"),
    doc=interfaces.ServerManagerInterface.__doc__ or "",
)

_URI_ENDPOINT_CLASS = RemoteClass.declare(
    "UriEndpoint",
    "core",
    extends=_ENDPOINT_CLASS,
    abstract=True,
    operations=(
        Operation("getUri", OperationKind.GETTER, "uri", returns=_STRING),
        Operation("getState", OperationKind.GETTER, "state", returns=_URI_ENDPOINT_STATE),
        Operation("pause", OperationKind.METHOD, "pause"),
        Operation("stop", OperationKind.METHOD, "stop"),
    ),
    events=("UriEndpointStateChanged",),
    doc=interfaces.UriEndpointInterface.__doc__ or "",
)

MODULE = ModuleDescriptor(
    name="core",
    version="7.3.0",
    generation_time="Nov 22 2026 02:55:21",
    package="kms_trio.generated.core",
    classes=MappingProxyType(
        {
            "BaseRtpEndpoint": _BASE_RTP_ENDPOINT_CLASS,
            "Endpoint": _ENDPOINT_CLASS,
            "Filter": _FILTER_CLASS,
            "Hub": _HUB_CLASS,
            "HubPort": _HUB_PORT_CLASS,
            "MediaElement": _MEDIA_ELEMENT_CLASS,
            "MediaObject": _MEDIA_OBJECT_CLASS,
            "MediaPipeline": _MEDIA_PIPELINE_CLASS,
            "PassThrough": _PASS_THROUGH_CLASS,
            "SdpEndpoint": _SDP_ENDPOINT_CLASS,
            "ServerManager": _SERVER_MANAGER_CLASS,
            "SessionEndpoint": _SESSION_ENDPOINT_CLASS,
            "UriEndpoint": _URI_ENDPOINT_CLASS,
        },
    ),
    registers=MappingProxyType(
        {
            "CodecConfiguration": types.CodecConfiguration,
            "RembParams": types.RembParams,
            "Fraction": types.Fraction,
            "AudioCaps": types.AudioCaps,
            "VideoCaps": types.VideoCaps,
            "ElementConnectionData": types.ElementConnectionData,
            "Tag": types.Tag,
            "OfferOptions": types.OfferOptions,
            "ServerInfo": types.ServerInfo,
            "ModuleInfo": types.ModuleInfo,
            "MediaLatencyStat": types.MediaLatencyStat,
            "Stats": types.Stats,
            "ElementStats": types.ElementStats,
            "EndpointStats": types.EndpointStats,
            "RTCStats": types.RTCStats,
            "RTCRTPStreamStats": types.RTCRTPStreamStats,
            "RTCCodec": types.RTCCodec,
            "RTCInboundRTPStreamStats": types.RTCInboundRTPStreamStats,
            "RTCOutboundRTPStreamStats": types.RTCOutboundRTPStreamStats,
            "RTCPeerConnectionStats": types.RTCPeerConnectionStats,
            "RTCMediaStreamStats": types.RTCMediaStreamStats,
            "RTCMediaStreamTrackStats": types.RTCMediaStreamTrackStats,
            "RTCDataChannelStats": types.RTCDataChannelStats,
            "RTCTransportStats": types.RTCTransportStats,
            "RTCIceCandidateAttributes": types.RTCIceCandidateAttributes,
            "RTCIceCandidatePairStats": types.RTCIceCandidatePairStats,
            "RTCCertificateStats": types.RTCCertificateStats,
        },
    ),
    enums=MappingProxyType(
        {
            "MediaState": types.MediaState,
            "ConnectionState": types.ConnectionState,
            "FilterType": types.FilterType,
            "GstreamerDotDetails": types.GstreamerDotDetails,
            "MediaFlowState": types.MediaFlowState,
            "MediaTranscodingState": types.MediaTranscodingState,
            "MediaType": types.MediaType,
            "VideoCodec": types.VideoCodec,
            "AudioCodec": types.AudioCodec,
            "ServerType": types.ServerType,
            "StatsType": types.StatsType,
            "RTCDataChannelState": types.RTCDataChannelState,
            "RTCStatsIceCandidateType": types.RTCStatsIceCandidateType,
            "RTCStatsIceCandidatePairState": types.RTCStatsIceCandidatePairState,
            "UriEndpointState": types.UriEndpointState,
        },
    ),
    events=MappingProxyType(
        {
            "MediaStateChanged": events.MediaStateChanged,
            "ConnectionStateChanged": events.ConnectionStateChanged,
            "MediaFlowOutStateChanged": events.MediaFlowOutStateChanged,
            "MediaFlowInStateChanged": events.MediaFlowInStateChanged,
            "MediaTranscodingStateChanged": events.MediaTranscodingStateChanged,
            "ElementConnected": events.ElementConnected,
            "ElementDisconnected": events.ElementDisconnected,
            "RaiseBase": events.RaiseBase,
            "Error": events.Error,
            "Media": events.Media,
            "ObjectCreated": events.ObjectCreated,
            "ObjectDestroyed": events.ObjectDestroyed,
            "MediaSessionTerminated": events.MediaSessionTerminated,
            "MediaSessionStarted": events.MediaSessionStarted,
            "UriEndpointStateChanged": events.UriEndpointStateChanged,
        },
    ),
    factories=MappingProxyType(
        {
            "MediaPipeline": "kms_trio.objects.media_pipeline:MediaPipeline",
            "HubPort": "kms_trio.objects.hub_port:HubPort",
            "PassThrough": "kms_trio.objects.pass_through:PassThrough",
        },
    ),
    legacy="kms_trio.objects.core_legacy:NAMES",
)
