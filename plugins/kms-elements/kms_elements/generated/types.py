"""Enumerations and registers of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs


class GapsFixMethod(enum.StrEnum):
    """type GapsFixMethod."""

    NONE = "NONE"
    GENPTS = "GENPTS"
    FILL_IF_TRANSCODING = "FILL_IF_TRANSCODING"


class MediaProfileSpecType(enum.StrEnum):
    """type MediaProfileSpecType."""

    WEBM = "WEBM"
    MKV = "MKV"
    MP4 = "MP4"
    WEBM_VIDEO_ONLY = "WEBM_VIDEO_ONLY"
    WEBM_AUDIO_ONLY = "WEBM_AUDIO_ONLY"
    MKV_VIDEO_ONLY = "MKV_VIDEO_ONLY"
    MKV_AUDIO_ONLY = "MKV_AUDIO_ONLY"
    MP4_VIDEO_ONLY = "MP4_VIDEO_ONLY"
    MP4_AUDIO_ONLY = "MP4_AUDIO_ONLY"
    JPEG_VIDEO_ONLY = "JPEG_VIDEO_ONLY"
    KURENTO_SPLIT_RECORDER = "KURENTO_SPLIT_RECORDER"
    FLV = "FLV"


class CryptoSuite(enum.StrEnum):
    """type CryptoSuite."""

    AES_128_CM_HMAC_SHA1_32 = "AES_128_CM_HMAC_SHA1_32"
    AES_128_CM_HMAC_SHA1_80 = "AES_128_CM_HMAC_SHA1_80"
    AES_256_CM_HMAC_SHA1_32 = "AES_256_CM_HMAC_SHA1_32"
    AES_256_CM_HMAC_SHA1_80 = "AES_256_CM_HMAC_SHA1_80"


class CertificateKeyType(enum.StrEnum):
    """type CertificateKeyType."""

    RSA = "RSA"
    ECDSA = "ECDSA"


class DSCPValue(enum.StrEnum):
    """type DSCPValue."""

    NO_DSCP = "NO_DSCP"
    NO_VALUE = "NO_VALUE"
    AUDIO_VERYLOW = "AUDIO_VERYLOW"
    AUDIO_LOW = "AUDIO_LOW"
    AUDIO_MEDIUM = "AUDIO_MEDIUM"
    AUDIO_HIGH = "AUDIO_HIGH"
    VIDEO_VERYLOW = "VIDEO_VERYLOW"
    VIDEO_LOW = "VIDEO_LOW"
    VIDEO_MEDIUM = "VIDEO_MEDIUM"
    VIDEO_MEDIUM_THROUGHPUT = "VIDEO_MEDIUM_THROUGHPUT"
    VIDEO_HIGH = "VIDEO_HIGH"
    VIDEO_HIGH_THROUGHPUT = "VIDEO_HIGH_THROUGHPUT"
    DATA_VERYLOW = "DATA_VERYLOW"
    DATA_LOW = "DATA_LOW"
    DATA_MEDIUM = "DATA_MEDIUM"
    DATA_HIGH = "DATA_HIGH"
    CHROME_HIGH = "CHROME_HIGH"
    CHROME_MEDIUM = "CHROME_MEDIUM"
    CHROME_LOW = "CHROME_LOW"
    CHROME_VERYLOW = "CHROME_VERYLOW"
    CS0 = "CS0"
    CS1 = "CS1"
    CS2 = "CS2"
    CS3 = "CS3"
    CS4 = "CS4"
    CS5 = "CS5"
    CS6 = "CS6"
    CS7 = "CS7"
    AF11 = "AF11"
    AF12 = "AF12"
    AF13 = "AF13"
    AF21 = "AF21"
    AF22 = "AF22"
    AF23 = "AF23"
    AF31 = "AF31"
    AF32 = "AF32"
    AF33 = "AF33"
    AF41 = "AF41"
    AF42 = "AF42"
    AF43 = "AF43"
    EF = "EF"
    VOICEADMIT = "VOICEADMIT"
    LE = "LE"


class DtlsConnectionState(enum.StrEnum):
    """type DtlsConnectionState."""

    NEW = "NEW"
    CLOSED = "CLOSED"
    FAILED = "FAILED"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"


class IceComponentState(enum.StrEnum):
    """type IceComponentState."""

    DISCONNECTED = "DISCONNECTED"
    GATHERING = "GATHERING"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    READY = "READY"
    FAILED = "FAILED"


@attrs.frozen(kw_only=True)
class VideoInfo:
    """type VideoInfo."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "VideoInfo"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "is_seekable": "isSeekable",
            "seekable_init": "seekableInit",
            "seekable_end": "seekableEnd",
            "duration": "duration",
        },
    )

    is_seekable: bool
    """VideoInfo.isSeekable."""

    seekable_init: int
    """VideoInfo.seekableInit."""

    seekable_end: int
    """VideoInfo.seekableEnd."""

    duration: int
    """VideoInfo.duration."""


@attrs.frozen(kw_only=True)
class SDES:
    """type SDES."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "SDES"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"key": "key", "key_base64": "keyBase64", "crypto": "crypto"},
    )

    key: str | None = None
    """SDES.key."""

    key_base64: str | None = None
    """SDES.keyBase64."""

    crypto: CryptoSuite | None = None
    """SDES.crypto."""


@attrs.frozen(kw_only=True)
class DtlsConnection:
    """type DtlsConnection."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "DtlsConnection"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"stream_id": "streamId", "component_id": "componentId", "connection_id": "connectionId", "state": "state"},
    )

    stream_id: str
    """DtlsConnection.streamId."""

    component_id: str
    """DtlsConnection.componentId."""

    connection_id: str
    """DtlsConnection.connectionId."""

    state: DtlsConnectionState
    """DtlsConnection.state."""


@attrs.frozen(kw_only=True)
class IceCandidate:
    """type IceCandidate."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceCandidate"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"candidate": "candidate", "sdp_mid": "sdpMid", "sdp_mline_index": "sdpMLineIndex"},
    )

    candidate: str
    """IceCandidate.candidate."""

    sdp_mid: str
    """IceCandidate.sdpMid."""

    sdp_mline_index: int
    """IceCandidate.sdpMLineIndex."""


@attrs.frozen(kw_only=True)
class IceCandidatePair:
    """type IceCandidatePair."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceCandidatePair"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "stream_id": "streamId",
            "component_id": "componentId",
            "local_candidate": "localCandidate",
            "remote_candidate": "remoteCandidate",
        },
    )

    stream_id: str
    """IceCandidatePair.streamId."""

    component_id: int
    """IceCandidatePair.componentId."""

    local_candidate: str
    """IceCandidatePair.localCandidate."""

    remote_candidate: str
    """IceCandidatePair.remoteCandidate."""


@attrs.frozen(kw_only=True)
class IceConnection:
    """type IceConnection."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceConnection"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"stream_id": "streamId", "component_id": "componentId", "state": "state"},
    )

    stream_id: str
    """IceConnection.streamId."""

    component_id: int
    """IceConnection.componentId."""

    state: IceComponentState
    """IceConnection.state."""
