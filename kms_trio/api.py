"""All that a bundle may import of the server, beside `kms_trio.media`, `kms_trio.rtc` and `kms_trio.testing`.

Whatever is here is kept stable within a major version; a test pins the list.
"""

from __future__ import annotations

from kms_trio.clock import Clock, ntp_from_unix
from kms_trio.codecs.conversion import Conversion, Overflow
from kms_trio.codecs.pictures import Picture, PictureFormat, yuv_planes
from kms_trio.codecs.resample import Resampler
from kms_trio.codecs.sample_filter import SampleFormat, Samples
from kms_trio.dispatch import RemoteClass
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import RaiseBase as Event
from kms_trio.generated.core.types import (
    ConnectionState,
    FilterType,
    MediaState,
    MediaType,
    OfferOptions,
    RembParams,
    RTCCertificateStats,
    RTCCodec,
    RTCDataChannelState,
    RTCDataChannelStats,
    RTCIceCandidateAttributes,
    RTCIceCandidatePairStats,
    RTCInboundRTPStreamStats,
    RTCMediaStreamTrackStats,
    RTCOutboundRTPStreamStats,
    RTCPeerConnectionStats,
    RTCStatsIceCandidatePairState,
    RTCStatsIceCandidateType,
    RTCTransportStats,
    Stats,
    StatsType,
    UriEndpointState,
)
from kms_trio.net.addresses import local_addresses
from kms_trio.net.addresses import select as select_addresses
from kms_trio.net.asgi import HttpListenError, listen_http, serve_asgi
from kms_trio.net.gathering import IceServers
from kms_trio.net.ice_transport import IceTransport
from kms_trio.net.leg import LegRoute
from kms_trio.net.plain_transport import PlainTransport, TransportPlan
from kms_trio.net.receiver import RtpReceiver
from kms_trio.net.remb import RembSettings
from kms_trio.net.rtp_session import MediaBinding, RtpSession, SessionLimits
from kms_trio.net.sender import RtpSender
from kms_trio.net.service import NetworkService
from kms_trio.net.udp_socket import UdpSocket
from kms_trio.objects.audio_filter import AudioFilter
from kms_trio.objects.author_endpoints import SinkEndpoint, SourceEndpoint
from kms_trio.objects.base_rtp_endpoint import BaseRtpEndpoint
from kms_trio.objects.context import ObjectContext
from kms_trio.objects.data_filter import DataFilter
from kms_trio.objects.endpoint import Endpoint, SessionEndpoint
from kms_trio.objects.filter import Filter
from kms_trio.objects.forwarding import Tap
from kms_trio.objects.hub import Hub
from kms_trio.objects.hub_port import HubPort
from kms_trio.objects.image_source import load_image
from kms_trio.objects.libraries import require
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.media_filter import OnFailure
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.media_pipeline import MediaPipeline
from kms_trio.objects.picture_hub import PictureHub
from kms_trio.objects.sdp_endpoint import SdpEndpoint
from kms_trio.objects.uri_endpoint import UriEndpoint
from kms_trio.objects.uri_policy import UriPolicy, file_path
from kms_trio.objects.video_filter import VideoFilter
from kms_trio.rtc.dtls import DtlsIdentity
from kms_trio.settings import Settings
from kms_trio.settings.dscp import DSCP_CODE_POINTS

__all__ = [
    "DSCP_CODE_POINTS",
    "AudioFilter",
    "BaseRtpEndpoint",
    "Clock",
    "ConnectionState",
    "Conversion",
    "DataFilter",
    "DtlsIdentity",
    "Endpoint",
    "ErrorCode",
    "Event",
    "Filter",
    "FilterType",
    "HttpListenError",
    "Hub",
    "HubPort",
    "IceServers",
    "IceTransport",
    "KurentoError",
    "LegRoute",
    "MediaBinding",
    "MediaElement",
    "MediaObject",
    "MediaPipeline",
    "MediaState",
    "MediaType",
    "NetworkService",
    "ObjectContext",
    "OfferOptions",
    "OnFailure",
    "Overflow",
    "Picture",
    "PictureFormat",
    "PictureHub",
    "PlainTransport",
    "RTCCertificateStats",
    "RTCCodec",
    "RTCDataChannelState",
    "RTCDataChannelStats",
    "RTCIceCandidateAttributes",
    "RTCIceCandidatePairStats",
    "RTCInboundRTPStreamStats",
    "RTCMediaStreamTrackStats",
    "RTCOutboundRTPStreamStats",
    "RTCPeerConnectionStats",
    "RTCStatsIceCandidatePairState",
    "RTCStatsIceCandidateType",
    "RTCTransportStats",
    "RembParams",
    "RembSettings",
    "RemoteClass",
    "Resampler",
    "RtpReceiver",
    "RtpSender",
    "RtpSession",
    "SampleFormat",
    "Samples",
    "SdpEndpoint",
    "SessionEndpoint",
    "SessionLimits",
    "Settings",
    "SinkEndpoint",
    "SourceEndpoint",
    "Stats",
    "StatsType",
    "Tap",
    "TransportPlan",
    "UdpSocket",
    "UriEndpoint",
    "UriEndpointState",
    "UriPolicy",
    "VideoFilter",
    "file_path",
    "listen_http",
    "load_image",
    "local_addresses",
    "ntp_from_unix",
    "require",
    "select_addresses",
    "serve_asgi",
    "yuv_planes",
]
