"""What bundles may import is a promise: a change here is a change for every module author."""

from __future__ import annotations

from kms_trio import api

PROMISED = """
AudioFilter BaseRtpEndpoint Clock ConnectionState Conversion DSCP_CODE_POINTS DataFilter DtlsIdentity Endpoint ErrorCode
Event Filter FilterType HttpListenError Hub HubPort IceServers IceTransport KurentoError LegRoute MediaBinding
MediaElement MediaObject MediaPipeline MediaState MediaType NetworkService ObjectContext OfferOptions OnFailure Overflow
Picture PictureFormat PictureHub PlainTransport RTCCertificateStats RTCCodec RTCDataChannelState RTCDataChannelStats
RTCIceCandidateAttributes RTCIceCandidatePairStats RTCInboundRTPStreamStats RTCMediaStreamTrackStats
RTCOutboundRTPStreamStats RTCPeerConnectionStats RTCStatsIceCandidatePairState RTCStatsIceCandidateType
RTCTransportStats RembParams RembSettings RemoteClass Resampler RtpReceiver RtpSender RtpSession SampleFormat Samples
SdpEndpoint SessionEndpoint SessionLimits Settings SinkEndpoint SourceEndpoint Stats StatsType Tap TransportPlan
UdpSocket UriEndpoint UriEndpointState UriPolicy VideoFilter file_path listen_http load_image local_addresses
ntp_from_unix require select_addresses serve_asgi yuv_planes
"""


def test_promised_names() -> None:
    assert sorted(api.__all__) == sorted(PROMISED.split())


def test_every_name_is_there() -> None:
    assert all(hasattr(api, name) for name in api.__all__)
