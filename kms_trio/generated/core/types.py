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
    """type MediaState."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTED = "CONNECTED"


class ConnectionState(enum.StrEnum):
    """type ConnectionState."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTED = "CONNECTED"


class FilterType(enum.StrEnum):
    """type FilterType."""

    AUDIO = "AUDIO"
    AUTODETECT = "AUTODETECT"
    VIDEO = "VIDEO"


class GstreamerDotDetails(enum.StrEnum):
    """type GstreamerDotDetails."""

    SHOW_MEDIA_TYPE = "SHOW_MEDIA_TYPE"
    SHOW_CAPS_DETAILS = "SHOW_CAPS_DETAILS"
    SHOW_NON_DEFAULT_PARAMS = "SHOW_NON_DEFAULT_PARAMS"
    SHOW_STATES = "SHOW_STATES"
    SHOW_FULL_PARAMS = "SHOW_FULL_PARAMS"
    SHOW_ALL = "SHOW_ALL"
    SHOW_VERBOSE = "SHOW_VERBOSE"


class MediaFlowState(enum.StrEnum):
    """type MediaFlowState."""

    FLOWING = "FLOWING"
    NOT_FLOWING = "NOT_FLOWING"


class MediaTranscodingState(enum.StrEnum):
    """type MediaTranscodingState."""

    TRANSCODING = "TRANSCODING"
    NOT_TRANSCODING = "NOT_TRANSCODING"


class MediaType(enum.StrEnum):
    """type MediaType."""

    AUDIO = "AUDIO"
    DATA = "DATA"
    VIDEO = "VIDEO"


class VideoCodec(enum.StrEnum):
    """type VideoCodec."""

    H265 = "H265"
    AV1 = "AV1"
    VP9 = "VP9"
    VP8 = "VP8"
    H264 = "H264"
    RAW = "RAW"


class AudioCodec(enum.StrEnum):
    """type AudioCodec."""

    OPUS = "OPUS"
    PCMU = "PCMU"
    PCMA = "PCMA"
    RAW = "RAW"


class ServerType(enum.StrEnum):
    """type ServerType."""

    KMS = "KMS"
    KCS = "KCS"


class StatsType(enum.StrEnum):
    """type StatsType."""

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
    """type RTCDataChannelState."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class RTCStatsIceCandidateType(enum.StrEnum):
    """type RTCStatsIceCandidateType."""

    HOST = "host"
    SERVERREFLEXIVE = "serverreflexive"
    PEERREFLEXIVE = "peerreflexive"
    RELAYED = "relayed"


class RTCStatsIceCandidatePairState(enum.StrEnum):
    """type RTCStatsIceCandidatePairState."""

    FROZEN = "frozen"
    WAITING = "waiting"
    INPROGRESS = "inprogress"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class UriEndpointState(enum.StrEnum):
    """type UriEndpointState."""

    STOP = "STOP"
    START = "START"
    PAUSE = "PAUSE"


@attrs.frozen(kw_only=True)
class CodecConfiguration:
    """type CodecConfiguration."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "CodecConfiguration"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"name": "name", "properties": "properties"})

    name: str | None = None
    """CodecConfiguration.name."""

    properties: Mapping[str, str] | None = None
    """CodecConfiguration.properties."""


@attrs.frozen(kw_only=True)
class RembParams:
    """type RembParams."""

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
    """RembParams.packetsRecvIntervalTop."""

    exponential_factor: float = 0.04
    """RembParams.exponentialFactor."""

    lineal_factor_min: int | None = None
    """RembParams.linealFactorMin."""

    lineal_factor_grade: float = 30.0
    """RembParams.linealFactorGrade."""

    decrement_factor: float = 0.5
    """RembParams.decrementFactor."""

    threshold_factor: float = 0.8
    """RembParams.thresholdFactor."""

    up_losses: int = 12
    """RembParams.upLosses."""

    remb_on_connect: int = 300000
    """RembParams.rembOnConnect."""


@attrs.frozen(kw_only=True)
class Fraction:
    """type Fraction."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Fraction"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"numerator": "numerator", "denominator": "denominator"})

    numerator: int
    """Fraction.numerator."""

    denominator: int
    """Fraction.denominator."""


@attrs.frozen(kw_only=True)
class AudioCaps:
    """type AudioCaps."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "AudioCaps"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"codec": "codec", "bitrate": "bitrate"})

    codec: AudioCodec
    """AudioCaps.codec."""

    bitrate: int
    """AudioCaps.bitrate."""


@attrs.frozen(kw_only=True)
class VideoCaps:
    """type VideoCaps."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "VideoCaps"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"codec": "codec", "framerate": "framerate"})

    codec: VideoCodec
    """VideoCaps.codec."""

    framerate: Fraction
    """VideoCaps.framerate."""


@attrs.frozen(kw_only=True)
class ElementConnectionData:
    """type ElementConnectionData."""

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
    """ElementConnectionData.source."""

    sink: interfaces.MediaElementInterface
    """ElementConnectionData.sink."""

    type: MediaType
    """ElementConnectionData.type."""

    source_description: str
    """ElementConnectionData.sourceDescription."""

    sink_description: str
    """ElementConnectionData.sinkDescription."""


@attrs.frozen(kw_only=True)
class Tag:
    """type Tag."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Tag"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"key": "key", "value": "value"})

    key: str
    """Tag.key."""

    value: str
    """Tag.value."""


@attrs.frozen(kw_only=True)
class OfferOptions:
    """type OfferOptions."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "OfferOptions"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"offer_to_receive_audio": "offerToReceiveAudio", "offer_to_receive_video": "offerToReceiveVideo"},
    )

    offer_to_receive_audio: bool = True
    """OfferOptions.offerToReceiveAudio."""

    offer_to_receive_video: bool = True
    """OfferOptions.offerToReceiveVideo."""


@attrs.frozen(kw_only=True)
class ServerInfo:
    """type ServerInfo."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ServerInfo"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"version": "version", "modules": "modules", "type": "type", "capabilities": "capabilities"},
    )

    version: str
    """ServerInfo.version."""

    modules: Sequence[ModuleInfo]
    """ServerInfo.modules."""

    type: ServerType
    """ServerInfo.type."""

    capabilities: Sequence[str]
    """ServerInfo.capabilities."""


@attrs.frozen(kw_only=True)
class ModuleInfo:
    """type ModuleInfo."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ModuleInfo"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"version": "version", "name": "name", "generation_time": "generationTime", "factories": "factories"},
    )

    version: str
    """ModuleInfo.version."""

    name: str
    """ModuleInfo.name."""

    generation_time: str
    """ModuleInfo.generationTime."""

    factories: Sequence[str]
    """ModuleInfo.factories."""


@attrs.frozen(kw_only=True)
class MediaLatencyStat:
    """type MediaLatencyStat."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaLatencyStat"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType({"name": "name", "type": "type", "avg": "avg"})

    name: str
    """MediaLatencyStat.name."""

    type: MediaType
    """MediaLatencyStat.type."""

    avg: float
    """MediaLatencyStat.avg."""


@attrs.frozen(kw_only=True)
class Stats:
    """type Stats."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Stats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"id": "id", "type": "type", "timestamp_millis": "timestampMillis"},
    )

    id: str
    """Stats.id."""

    type: StatsType
    """Stats.type."""

    timestamp_millis: int
    """Stats.timestampMillis."""


@attrs.frozen(kw_only=True)
class ElementStats(Stats):
    """type ElementStats."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ElementStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"id": "id", "type": "type", "timestamp_millis": "timestampMillis", "input_latency": "inputLatency"},
    )

    input_latency: Sequence[MediaLatencyStat]
    """ElementStats.inputLatency."""


@attrs.frozen(kw_only=True)
class EndpointStats(ElementStats):
    """type EndpointStats."""

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
    """EndpointStats.E2ELatency."""


@attrs.frozen(kw_only=True)
class RTCStats(Stats):
    """type RTCStats."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RTCStats"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"id": "id", "type": "type", "timestamp_millis": "timestampMillis"},
    )


@attrs.frozen(kw_only=True)
class RTCRTPStreamStats(RTCStats):
    """type RTCRTPStreamStats."""

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
    """RTCRTPStreamStats.ssrc."""

    associate_stats_id: str
    """RTCRTPStreamStats.associateStatsId."""

    is_remote: bool
    """RTCRTPStreamStats.isRemote."""

    media_track_id: str
    """RTCRTPStreamStats.mediaTrackId."""

    transport_id: str
    """RTCRTPStreamStats.transportId."""

    codec_id: str
    """RTCRTPStreamStats.codecId."""

    fir_count: int
    """RTCRTPStreamStats.firCount."""

    pli_count: int
    """RTCRTPStreamStats.pliCount."""

    nack_count: int
    """RTCRTPStreamStats.nackCount."""

    sli_count: int
    """RTCRTPStreamStats.sliCount."""

    remb: int
    """RTCRTPStreamStats.remb."""

    packets_lost: int
    """RTCRTPStreamStats.packetsLost."""

    fraction_lost: float
    """RTCRTPStreamStats.fractionLost."""


@attrs.frozen(kw_only=True)
class RTCCodec(RTCStats):
    """type RTCCodec."""

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
    """RTCCodec.payloadType."""

    codec: str
    """RTCCodec.codec."""

    clock_rate: int
    """RTCCodec.clockRate."""

    channels: int
    """RTCCodec.channels."""

    parameters: str
    """RTCCodec.parameters."""


@attrs.frozen(kw_only=True)
class RTCInboundRTPStreamStats(RTCRTPStreamStats):
    """type RTCInboundRTPStreamStats."""

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
    """RTCInboundRTPStreamStats.packetsReceived."""

    bytes_received: int
    """RTCInboundRTPStreamStats.bytesReceived."""

    jitter: float
    """RTCInboundRTPStreamStats.jitter."""


@attrs.frozen(kw_only=True)
class RTCOutboundRTPStreamStats(RTCRTPStreamStats):
    """type RTCOutboundRTPStreamStats."""

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
    """RTCOutboundRTPStreamStats.packetsSent."""

    bytes_sent: int
    """RTCOutboundRTPStreamStats.bytesSent."""

    target_bitrate: float
    """RTCOutboundRTPStreamStats.targetBitrate."""

    round_trip_time: float
    """RTCOutboundRTPStreamStats.roundTripTime."""


@attrs.frozen(kw_only=True)
class RTCPeerConnectionStats(RTCStats):
    """type RTCPeerConnectionStats."""

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
    """RTCPeerConnectionStats.dataChannelsOpened."""

    data_channels_closed: int
    """RTCPeerConnectionStats.dataChannelsClosed."""


@attrs.frozen(kw_only=True)
class RTCMediaStreamStats(RTCStats):
    """type RTCMediaStreamStats."""

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
    """RTCMediaStreamStats.streamIdentifier."""

    track_ids: Sequence[str]
    """RTCMediaStreamStats.trackIds."""


@attrs.frozen(kw_only=True)
class RTCMediaStreamTrackStats(RTCStats):
    """type RTCMediaStreamTrackStats."""

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
    """RTCMediaStreamTrackStats.trackIdentifier."""

    remote_source: bool
    """RTCMediaStreamTrackStats.remoteSource."""

    ssrc_ids: Sequence[str]
    """RTCMediaStreamTrackStats.ssrcIds."""

    frame_width: int
    """RTCMediaStreamTrackStats.frameWidth."""

    frame_height: int
    """RTCMediaStreamTrackStats.frameHeight."""

    frames_per_second: float
    """RTCMediaStreamTrackStats.framesPerSecond."""

    frames_sent: int
    """RTCMediaStreamTrackStats.framesSent."""

    frames_received: int
    """RTCMediaStreamTrackStats.framesReceived."""

    frames_decoded: int
    """RTCMediaStreamTrackStats.framesDecoded."""

    frames_dropped: int
    """RTCMediaStreamTrackStats.framesDropped."""

    frames_corrupted: int
    """RTCMediaStreamTrackStats.framesCorrupted."""

    audio_level: float
    """RTCMediaStreamTrackStats.audioLevel."""

    echo_return_loss: float
    """RTCMediaStreamTrackStats.echoReturnLoss."""

    echo_return_loss_enhancement: float
    """RTCMediaStreamTrackStats.echoReturnLossEnhancement."""


@attrs.frozen(kw_only=True)
class RTCDataChannelStats(RTCStats):
    """type RTCDataChannelStats."""

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
    """RTCDataChannelStats.label."""

    protocol: str
    """RTCDataChannelStats.protocol."""

    datachannelid: int
    """RTCDataChannelStats.datachannelid."""

    state: RTCDataChannelState
    """RTCDataChannelStats.state."""

    messages_sent: int
    """RTCDataChannelStats.messagesSent."""

    bytes_sent: int
    """RTCDataChannelStats.bytesSent."""

    messages_received: int
    """RTCDataChannelStats.messagesReceived."""

    bytes_received: int
    """RTCDataChannelStats.bytesReceived."""


@attrs.frozen(kw_only=True)
class RTCTransportStats(RTCStats):
    """type RTCTransportStats."""

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
    """RTCTransportStats.bytesSent."""

    bytes_received: int
    """RTCTransportStats.bytesReceived."""

    rtcp_transport_stats_id: str
    """RTCTransportStats.rtcpTransportStatsId."""

    active_connection: bool
    """RTCTransportStats.activeConnection."""

    selected_candidate_pair_id: str
    """RTCTransportStats.selectedCandidatePairId."""

    local_certificate_id: str
    """RTCTransportStats.localCertificateId."""

    remote_certificate_id: str
    """RTCTransportStats.remoteCertificateId."""


@attrs.frozen(kw_only=True)
class RTCIceCandidateAttributes(RTCStats):
    """type RTCIceCandidateAttributes."""

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
    """RTCIceCandidateAttributes.ipAddress."""

    port_number: int
    """RTCIceCandidateAttributes.portNumber."""

    transport: str
    """RTCIceCandidateAttributes.transport."""

    candidate_type: RTCStatsIceCandidateType
    """RTCIceCandidateAttributes.candidateType."""

    priority: int
    """RTCIceCandidateAttributes.priority."""

    address_source_url: str
    """RTCIceCandidateAttributes.addressSourceUrl."""


@attrs.frozen(kw_only=True)
class RTCIceCandidatePairStats(RTCStats):
    """type RTCIceCandidatePairStats."""

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
    """RTCIceCandidatePairStats.transportId."""

    local_candidate_id: str
    """RTCIceCandidatePairStats.localCandidateId."""

    remote_candidate_id: str
    """RTCIceCandidatePairStats.remoteCandidateId."""

    state: RTCStatsIceCandidatePairState
    """RTCIceCandidatePairStats.state."""

    priority: int
    """RTCIceCandidatePairStats.priority."""

    nominated: bool
    """RTCIceCandidatePairStats.nominated."""

    writable: bool
    """RTCIceCandidatePairStats.writable."""

    readable: bool
    """RTCIceCandidatePairStats.readable."""

    bytes_sent: int
    """RTCIceCandidatePairStats.bytesSent."""

    bytes_received: int
    """RTCIceCandidatePairStats.bytesReceived."""

    round_trip_time: float
    """RTCIceCandidatePairStats.roundTripTime."""

    available_outgoing_bitrate: float
    """RTCIceCandidatePairStats.availableOutgoingBitrate."""

    available_incoming_bitrate: float
    """RTCIceCandidatePairStats.availableIncomingBitrate."""


@attrs.frozen(kw_only=True)
class RTCCertificateStats(RTCStats):
    """type RTCCertificateStats."""

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
    """RTCCertificateStats.fingerprint."""

    fingerprint_algorithm: str
    """RTCCertificateStats.fingerprintAlgorithm."""

    base64_certificate: str
    """RTCCertificateStats.base64Certificate."""

    issuer_certificate_id: str
    """RTCCertificateStats.issuerCertificateId."""
