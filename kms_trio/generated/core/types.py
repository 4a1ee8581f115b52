"""Enumerations and registers of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import interfaces


class MediaState(enum.StrEnum):
    """Whether media are exchanged with the peer, as seen from its RTCP: CONNECTED while reports come in, DISCONNECTED
    at first, after a BYE, and when they stay away.
    """

    DISCONNECTED = "DISCONNECTED"
    CONNECTED = "CONNECTED"


class ConnectionState(enum.StrEnum):
    """Whether all transports of an endpoint are connected to the peer."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTED = "CONNECTED"


class FilterType(enum.StrEnum):
    """What a filter works upon. AUTODETECT finds out from the filter itself."""

    AUDIO = "AUDIO"
    AUTODETECT = "AUTODETECT"
    VIDEO = "VIDEO"


class GstreamerDotDetails(enum.StrEnum):
    """How much a drawn graph shows. SHOW_MEDIA_TYPE: the media types on the connections; SHOW_CAPS_DETAILS: the formats
    negotiated; SHOW_NON_DEFAULT_PARAMS: settings that differ from their defaults; SHOW_STATES: states of the
    elements; SHOW_FULL_PARAMS: all settings; SHOW_ALL: the first four together; SHOW_VERBOSE: everything.
    """

    SHOW_MEDIA_TYPE = "SHOW_MEDIA_TYPE"
    SHOW_CAPS_DETAILS = "SHOW_CAPS_DETAILS"
    SHOW_NON_DEFAULT_PARAMS = "SHOW_NON_DEFAULT_PARAMS"
    SHOW_STATES = "SHOW_STATES"
    SHOW_FULL_PARAMS = "SHOW_FULL_PARAMS"
    SHOW_ALL = "SHOW_ALL"
    SHOW_VERBOSE = "SHOW_VERBOSE"


class MediaFlowState(enum.StrEnum):
    """Whether media pass a place: FLOWING from the first packet on, NOT_FLOWING after 2 to 4 seconds without any."""

    FLOWING = "FLOWING"
    NOT_FLOWING = "NOT_FLOWING"


class MediaTranscodingState(enum.StrEnum):
    """Whether media are decoded and encoded anew on their way (TRANSCODING) or passed on as they came
    (NOT_TRANSCODING).
    """

    TRANSCODING = "TRANSCODING"
    NOT_TRANSCODING = "NOT_TRANSCODING"


class MediaType(enum.StrEnum):
    """Kind of media: AUDIO, VIDEO, or DATA for messages of data channels."""

    AUDIO = "AUDIO"
    DATA = "DATA"
    VIDEO = "VIDEO"


class VideoCodec(enum.StrEnum):
    """A video codec; RAW stands for uncompressed frames."""

    H265 = "H265"
    AV1 = "AV1"
    VP9 = "VP9"
    VP8 = "VP8"
    H264 = "H264"
    RAW = "RAW"


class AudioCodec(enum.StrEnum):
    """An audio codec; RAW stands for uncompressed samples."""

    OPUS = "OPUS"
    PCMU = "PCMU"
    PCMA = "PCMA"
    RAW = "RAW"


class ServerType(enum.StrEnum):
    """Kind of server: KMS a media server, KCS a server that stands in front of several."""

    KMS = "KMS"
    KCS = "KCS"


class StatsType(enum.StrEnum):
    """Which kind of statistics an entry is, and with it which register: `inboundrtp` and `outboundrtp` one RTP stream,
    `session` a whole connection, `datachannel` a data channel, `element` and `endpoint` latencies. The others are
    kept for clients that know them.
    """

    INBOUNDRTP = "inboundrtp"
    OUTBOUNDRTP = "outboundrtp"
    SESSION = "session"
    DATACHANNEL = "datachannel"
    TRACK = "track"
    TRANSPORT = "transport"
    CANDIDATEPAIR = "candidatepair"
    LOCALCANDIDATE = "localcandidate"
    REMOTECANDIDATE = "remotecandidate"
    ELEMENT = "element"
    ENDPOINT = "endpoint"


class RTCDataChannelState(enum.StrEnum):
    """State of a data channel, in the order of its life."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class RTCStatsIceCandidateType(enum.StrEnum):
    """How an ICE candidate was learnt (RFC 8445): an own address, one seen by a STUN server, one seen by the peer, one
    lent by a TURN server.
    """

    HOST = "host"
    SERVERREFLEXIVE = "serverreflexive"
    PEERREFLEXIVE = "peerreflexive"
    RELAYED = "relayed"


class RTCStatsIceCandidatePairState(enum.StrEnum):
    """How far the check of a candidate pair is (RFC 8445, section 6.1.2.6)."""

    FROZEN = "frozen"
    WAITING = "waiting"
    INPROGRESS = "inprogress"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class UriEndpointState(enum.StrEnum):
    """What an endpoint with a URI is doing: STOP at rest, START running, PAUSE suspended with its place kept."""

    STOP = "STOP"
    START = "START"
    PAUSE = "PAUSE"


@attrs.frozen(kw_only=True)
class CodecConfiguration:
    """A codec with settings for its encoder."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "CodecConfiguration"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"name": "name", "properties": "properties"})

    name: str | None = None
    """Name of the encoding, as in an SDP `rtpmap`."""

    properties: Mapping[str, str] | None = None
    """Settings of the encoder by name."""


@attrs.frozen(kw_only=True)
class RembParams:
    """Parameters of the estimation of what the peer may send, which REMB messages tell it. The estimate rises
    exponentially while it is far below what was once possible, by steps when near, and falls when packets are lost.
    """

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RembParams"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "packets_recv_interval_top": "packetsRecvIntervalTop",
            "exponential_factor": "exponentialFactor",
            "lineal_factor_min": "linealFactorMin",
            "lineal_factor_grade": "linealFactorGrade",
            "decrement_factor": "decrementFactor",
            "threshold_factor": "thresholdFactor",
            "up_losses": "upLosses",
            "remb_on_connect": "rembOnConnect",
        },
    )

    packets_recv_interval_top: int = 100
    """How many packets to average the received bitrate over, at most. Values below 1 count as 1."""

    exponential_factor: float = 0.04
    """Growth of the estimate for each report without loss while below the threshold, as a share: 0.04 is 4 percent."""

    lineal_factor_min: int | None = None
    """Least step of linear growth, in bps; 50 when left out."""

    lineal_factor_grade: float = 30.0
    """How many seconds linear growth should take to reach the threshold again."""

    decrement_factor: float = 0.5
    """What the estimate is multiplied with when more packets are lost than `upLosses` allows."""

    threshold_factor: float = 0.8
    """Where the linear growth begins, as a share of the bitrate at which packets were last lost."""

    up_losses: int = 12
    """Loss that is borne without a decrease, in parts of 256: 12 is about 5 percent."""

    remb_on_connect: int = 300000
    """First bandwidth asked for when a source begins to send, in bps."""


@attrs.frozen(kw_only=True)
class Fraction:
    """A fraction of two whole numbers."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Fraction"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"numerator": "numerator", "denominator": "denominator"})

    numerator: int
    """The upper number."""

    denominator: int
    """The lower number; not 0."""


@attrs.frozen(kw_only=True)
class AudioCaps:
    """A format of audio."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "AudioCaps"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"codec": "codec", "bitrate": "bitrate"})

    codec: AudioCodec
    """The codec."""

    bitrate: int
    """Bitrate in bps."""


@attrs.frozen(kw_only=True)
class VideoCaps:
    """A format of video."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "VideoCaps"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"codec": "codec", "framerate": "framerate"})

    codec: VideoCodec
    """The codec."""

    framerate: Fraction
    """Frames per second."""


@attrs.frozen(kw_only=True)
class ElementConnectionData:
    """A connection of one media type between two elements."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ElementConnectionData"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "sink": "sink",
            "type": "type",
            "source_description": "sourceDescription",
            "sink_description": "sinkDescription",
        },
    )

    source: interfaces.MediaElementInterface
    """The element that feeds."""

    sink: interfaces.MediaElementInterface
    """The element that is fed."""

    type: MediaType
    """The media that the connection carries."""

    source_description: str
    """Which of the source's outputs; usually `default`."""

    sink_description: str
    """Which of the sink's inputs; usually `default`."""


@attrs.frozen(kw_only=True)
class Tag:
    """A pair of key and value that an application attached to an object."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Tag"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"key": "key", "value": "value"})

    key: str
    """Name of the tag."""

    value: str
    """Its value."""


@attrs.frozen(kw_only=True)
class OfferOptions:
    """Which media an offer asks for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "OfferOptions"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"offer_to_receive_audio": "offerToReceiveAudio", "offer_to_receive_video": "offerToReceiveVideo"},
    )

    offer_to_receive_audio: bool = True
    """Whether the offer has a section for audio."""

    offer_to_receive_video: bool = True
    """Whether the offer has a section for video."""


@attrs.frozen(kw_only=True)
class ServerInfo:
    """What a server says about itself."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ServerInfo"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"version": "version", "modules": "modules", "type": "type", "capabilities": "capabilities"},
    )

    version: str
    """Version of the server."""

    modules: Sequence[ModuleInfo]
    """The modules that are loaded."""

    type: ServerType
    """KMS for a media server."""

    capabilities: Sequence[str]
    """Optional features of the protocol that the server has; `transactions` is one."""


@attrs.frozen(kw_only=True)
class ModuleInfo:
    """A module that the server has loaded."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ModuleInfo"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"version": "version", "name": "name", "generation_time": "generationTime", "factories": "factories"},
    )

    version: str
    """Version of the module."""

    name: str
    """Name of the module."""

    generation_time: str
    """When its code was generated, like `Nov 21 2026 19:25:00`."""

    factories: Sequence[str]
    """The classes of the module that can be created, without the module's prefix."""


@attrs.frozen(kw_only=True)
class MediaLatencyStat:
    """How long one kind of media took to reach a place."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaLatencyStat"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"name": "name", "type": "type", "avg": "avg"})

    name: str
    """The place that was measured, by the name of the pad."""

    type: MediaType
    """The media type."""

    avg: float
    """Average time, in nanoseconds."""


@attrs.frozen(kw_only=True)
class Stats:
    """What all statistics have."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Stats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"id": "id", "type": "type", "timestamp_millis": "timestampMillis"},
    )

    id: str
    """Identifies the entry; the same in later calls for the same thing."""

    type: StatsType
    """The kind of entry."""

    timestamp_millis: int
    """When the values were taken, in milliseconds since 1970-01-01 UTC."""


@attrs.frozen(kw_only=True)
class ElementStats(Stats):
    """Latencies of an element. There only while `latencyStats` of the pipeline is on."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ElementStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"id": "id", "type": "type", "timestamp_millis": "timestampMillis", "input_latency": "inputLatency"},
    )

    input_latency: Sequence[MediaLatencyStat]
    """Time from a buffer's entry into the pipeline to this element, for each input."""


@attrs.frozen(kw_only=True)
class EndpointStats(ElementStats):
    """Latencies of an endpoint."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "EndpointStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "input_latency": "inputLatency",
            "e2e_latency": "E2ELatency",
        },
    )

    e2e_latency: Sequence[MediaLatencyStat]
    """Time from a buffer's entry into the pipeline to its leaving through this endpoint, for each kind of media."""


@attrs.frozen(kw_only=True)
class RTCStats(Stats):
    """Base of the statistics of connections, after the names of W3C's WebRTC statistics."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"id": "id", "type": "type", "timestamp_millis": "timestampMillis"},
    )


@attrs.frozen(kw_only=True)
class RTCRTPStreamStats(RTCStats):
    """What the statistics of one RTP stream, identified by its SSRC, have in both directions."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCRTPStreamStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "ssrc": "ssrc",
            "associate_stats_id": "associateStatsId",
            "is_remote": "isRemote",
            "media_track_id": "mediaTrackId",
            "transport_id": "transportId",
            "codec_id": "codecId",
            "fir_count": "firCount",
            "pli_count": "pliCount",
            "nack_count": "nackCount",
            "sli_count": "sliCount",
            "remb": "remb",
            "packets_lost": "packetsLost",
            "fraction_lost": "fractionLost",
        },
    )

    ssrc: str
    """Synchronisation source (RFC 3550), as decimal text."""

    associate_stats_id: str
    """Id of the statistics of the same stream at the other end; empty when unknown."""

    is_remote: bool
    """Whether the figures were measured by the peer; false."""

    media_track_id: str
    """Id of the statistics of the track; empty when unknown."""

    transport_id: str
    """Id of the statistics of the transport; empty when unknown."""

    codec_id: str
    """Id of the statistics of the codec; empty when unknown."""

    fir_count: int
    """Full intra requests (RFC 5104): sent by the receiver of the stream to have a key frame."""

    pli_count: int
    """Picture loss indications (RFC 4585) sent by the receiver."""

    nack_count: int
    """Negative acknowledgements (RFC 4585) sent by the receiver."""

    sli_count: int
    """Slice loss indications (RFC 4585) sent by the receiver; 0, as nobody sends them any more."""

    remb: int
    """Latest bandwidth estimated by the receiver, in bps."""

    packets_lost: int
    """Packets lost since the start, by RFC 3550."""

    fraction_lost: float
    """Share of packets lost since the previous report, as in RTCP: 0 to 255, where 256 would be all."""


@attrs.frozen(kw_only=True)
class RTCCodec(RTCStats):
    """A codec in use. Filled in when all media types are asked for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCCodec"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "payload_type": "payloadType",
            "codec": "codec",
            "clock_rate": "clockRate",
            "channels": "channels",
            "parameters": "parameters",
        },
    )

    payload_type: int
    """RTP payload type."""

    codec: str
    """Name of the encoding, such as `video/VP8`."""

    clock_rate: int
    """Clock rate of the timestamps, in Hz."""

    channels: int
    """Number of audio channels."""

    parameters: str
    """Parameters of the format as in the SDP (`fmtp`)."""


@attrs.frozen(kw_only=True)
class RTCInboundRTPStreamStats(RTCRTPStreamStats):
    """An RTP stream received from the peer."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCInboundRTPStreamStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "ssrc": "ssrc",
            "associate_stats_id": "associateStatsId",
            "is_remote": "isRemote",
            "media_track_id": "mediaTrackId",
            "transport_id": "transportId",
            "codec_id": "codecId",
            "fir_count": "firCount",
            "pli_count": "pliCount",
            "nack_count": "nackCount",
            "sli_count": "sliCount",
            "remb": "remb",
            "packets_lost": "packetsLost",
            "fraction_lost": "fractionLost",
            "packets_received": "packetsReceived",
            "bytes_received": "bytesReceived",
            "jitter": "jitter",
        },
    )

    packets_received: int
    """Packets received."""

    bytes_received: int
    """Bytes of payload received."""

    jitter: float
    """Variation of the arrival times (RFC 3550), in seconds."""


@attrs.frozen(kw_only=True)
class RTCOutboundRTPStreamStats(RTCRTPStreamStats):
    """An RTP stream sent to the peer."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCOutboundRTPStreamStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "ssrc": "ssrc",
            "associate_stats_id": "associateStatsId",
            "is_remote": "isRemote",
            "media_track_id": "mediaTrackId",
            "transport_id": "transportId",
            "codec_id": "codecId",
            "fir_count": "firCount",
            "pli_count": "pliCount",
            "nack_count": "nackCount",
            "sli_count": "sliCount",
            "remb": "remb",
            "packets_lost": "packetsLost",
            "fraction_lost": "fractionLost",
            "packets_sent": "packetsSent",
            "bytes_sent": "bytesSent",
            "target_bitrate": "targetBitrate",
            "round_trip_time": "roundTripTime",
        },
    )

    packets_sent: int
    """Packets sent."""

    bytes_sent: int
    """Bytes of payload sent."""

    target_bitrate: float
    """Bitrate that the encoder aims at, in bps."""

    round_trip_time: float
    """Time to the peer and back, in seconds, from RTCP."""


@attrs.frozen(kw_only=True)
class RTCPeerConnectionStats(RTCStats):
    """A connection as a whole."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCPeerConnectionStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "data_channels_opened": "dataChannelsOpened",
            "data_channels_closed": "dataChannelsClosed",
        },
    )

    data_channels_opened: int
    """Data channels opened since the start."""

    data_channels_closed: int
    """Data channels closed since the start."""


@attrs.frozen(kw_only=True)
class RTCMediaStreamStats(RTCStats):
    """A media stream, the group of tracks that play together. Not filled in."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCMediaStreamStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "stream_identifier": "streamIdentifier",
            "track_ids": "trackIds",
        },
    )

    stream_identifier: str
    """Id of the stream as in the SDP."""

    track_ids: Sequence[str]
    """Ids of the statistics of its tracks."""


@attrs.frozen(kw_only=True)
class RTCMediaStreamTrackStats(RTCStats):
    """One track of audio or video. Filled in when all media types are asked for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCMediaStreamTrackStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "track_identifier": "trackIdentifier",
            "remote_source": "remoteSource",
            "ssrc_ids": "ssrcIds",
            "frame_width": "frameWidth",
            "frame_height": "frameHeight",
            "frames_per_second": "framesPerSecond",
            "frames_sent": "framesSent",
            "frames_received": "framesReceived",
            "frames_decoded": "framesDecoded",
            "frames_dropped": "framesDropped",
            "frames_corrupted": "framesCorrupted",
            "audio_level": "audioLevel",
            "echo_return_loss": "echoReturnLoss",
            "echo_return_loss_enhancement": "echoReturnLossEnhancement",
        },
    )

    track_identifier: str
    """Id of the track as in the SDP."""

    remote_source: bool
    """Whether the track comes from the peer."""

    ssrc_ids: Sequence[str]
    """SSRCs of the RTP streams that carry it."""

    frame_width: int
    """Width of the latest frame, in pixels."""

    frame_height: int
    """Height of the latest frame, in pixels."""

    frames_per_second: float
    """Frame rate of late."""

    frames_sent: int
    """Frames sent."""

    frames_received: int
    """Frames received complete."""

    frames_decoded: int
    """Frames decoded."""

    frames_dropped: int
    """Frames thrown away before decoding, or decoded too late to show."""

    frames_corrupted: int
    """Frames received with parts missing."""

    audio_level: float
    """Loudness from 0 (silence) to 1 (0 dBov)."""

    echo_return_loss: float
    """Echo return loss, in dB (ITU-T G.168)."""

    echo_return_loss_enhancement: float
    """Echo return loss enhancement, in dB (ITU-T G.168)."""


@attrs.frozen(kw_only=True)
class RTCDataChannelStats(RTCStats):
    """A data channel."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCDataChannelStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "label": "label",
            "protocol": "protocol",
            "datachannelid": "datachannelid",
            "state": "state",
            "messages_sent": "messagesSent",
            "bytes_sent": "bytesSent",
            "messages_received": "messagesReceived",
            "bytes_received": "bytesReceived",
        },
    )

    label: str
    """Label given when it was opened."""

    protocol: str
    """Sub-protocol given when it was opened; often empty."""

    datachannelid: int
    """Id of the channel, the number of its SCTP stream."""

    state: RTCDataChannelState
    """State of the channel."""

    messages_sent: int
    """Messages sent."""

    bytes_sent: int
    """Bytes of payload sent."""

    messages_received: int
    """Messages received."""

    bytes_received: int
    """Bytes of payload received."""


@attrs.frozen(kw_only=True)
class RTCTransportStats(RTCStats):
    """A transport, the ICE and DTLS connection below RTP. Filled in when all media types are asked for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCTransportStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "bytes_sent": "bytesSent",
            "bytes_received": "bytesReceived",
            "rtcp_transport_stats_id": "rtcpTransportStatsId",
            "active_connection": "activeConnection",
            "selected_candidate_pair_id": "selectedCandidatePairId",
            "local_certificate_id": "localCertificateId",
            "remote_certificate_id": "remoteCertificateId",
        },
    )

    bytes_sent: int
    """Bytes sent, headers not counted."""

    bytes_received: int
    """Bytes received, headers not counted."""

    rtcp_transport_stats_id: str
    """Id of the statistics of RTCP's own transport, when it has one."""

    active_connection: bool
    """Whether the transport carries media."""

    selected_candidate_pair_id: str
    """Id of the statistics of the candidate pair in use."""

    local_certificate_id: str
    """Id of the statistics of the local certificate."""

    remote_certificate_id: str
    """Id of the statistics of the peer's certificate."""


@attrs.frozen(kw_only=True)
class RTCIceCandidateAttributes(RTCStats):
    """An ICE candidate. Filled in when all media types are asked for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCIceCandidateAttributes"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "ip_address": "ipAddress",
            "port_number": "portNumber",
            "transport": "transport",
            "candidate_type": "candidateType",
            "priority": "priority",
            "address_source_url": "addressSourceUrl",
        },
    )

    ip_address: str
    """IP address, version 4 or 6."""

    port_number: int
    """Port."""

    transport: str
    """The transport protocol, `udp` or `tcp`."""

    candidate_type: RTCStatsIceCandidateType
    """How it was learnt."""

    priority: int
    """Priority by RFC 8445."""

    address_source_url: str
    """URL of the STUN or TURN server that it came from."""


@attrs.frozen(kw_only=True)
class RTCIceCandidatePairStats(RTCStats):
    """A pair of ICE candidates. Filled in when all media types are asked for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCIceCandidatePairStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "transport_id": "transportId",
            "local_candidate_id": "localCandidateId",
            "remote_candidate_id": "remoteCandidateId",
            "state": "state",
            "priority": "priority",
            "nominated": "nominated",
            "writable": "writable",
            "readable": "readable",
            "bytes_sent": "bytesSent",
            "bytes_received": "bytesReceived",
            "round_trip_time": "roundTripTime",
            "available_outgoing_bitrate": "availableOutgoingBitrate",
            "available_incoming_bitrate": "availableIncomingBitrate",
        },
    )

    transport_id: str
    """Id of the statistics of the transport."""

    local_candidate_id: str
    """Id of the statistics of the local candidate."""

    remote_candidate_id: str
    """Id of the statistics of the peer's candidate."""

    state: RTCStatsIceCandidatePairState
    """State of the check."""

    priority: int
    """Priority of the pair by RFC 8445."""

    nominated: bool
    """Whether the controlling side has nominated it."""

    writable: bool
    """Whether a check was answered, so that one may send."""

    readable: bool
    """Whether a check of the peer was received."""

    bytes_sent: int
    """Bytes sent over the pair, headers not counted."""

    bytes_received: int
    """Bytes received over the pair, headers not counted."""

    round_trip_time: float
    """Time of the latest check and its answer, in seconds."""

    available_outgoing_bitrate: float
    """Estimated capacity for sending, in bps."""

    available_incoming_bitrate: float
    """Estimated capacity for receiving, in bps."""


@attrs.frozen(kw_only=True)
class RTCCertificateStats(RTCStats):
    """A DTLS certificate. Filled in when all media types are asked for."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCCertificateStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "id": "id",
            "type": "type",
            "timestamp_millis": "timestampMillis",
            "fingerprint": "fingerprint",
            "fingerprint_algorithm": "fingerprintAlgorithm",
            "base64_certificate": "base64Certificate",
            "issuer_certificate_id": "issuerCertificateId",
        },
    )

    fingerprint: str
    """Fingerprint, as hexadecimal bytes with colons."""

    fingerprint_algorithm: str
    """Hash function of the fingerprint, such as `sha-256`."""

    base64_certificate: str
    """The certificate in DER, as Base64."""

    issuer_certificate_id: str
    """Id of the statistics of the certificate that signed this one; empty when it signed itself."""
