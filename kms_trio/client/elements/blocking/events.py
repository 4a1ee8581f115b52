"""Events of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.client.core.blocking import events as core_events, types as core_types
from kms_trio.client.elements.blocking import types


@attrs.frozen(kw_only=True)
class EndOfStream(core_events.Media):
    """The media have come to their end; nothing more follows."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "EndOfStream"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class Paused(core_events.Media):
    """The recording was suspended."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Paused"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class Recording(core_events.Media):
    """Media are being written."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Recording"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class Stopped(core_events.Media):
    """The recording has ended, and the file is complete."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Stopped"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class OnKeySoftLimit(core_events.Media):
    """A key of SRTP was used for so many packets that it should be replaced soon."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "OnKeySoftLimit"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "media_type": "mediaType",
        },
    )

    media_type: core_types.MediaType
    """The media that it encrypts."""


@attrs.frozen(kw_only=True)
class DataChannelClosed(core_events.Media):
    """A data channel was closed, by either side."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "DataChannelClosed"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "channel_id": "channelId",
        },
    )

    channel_id: int
    """Id of the channel."""


@attrs.frozen(kw_only=True)
class DataChannelOpened(core_events.Media):
    """A data channel is open, whichever side asked for it."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "DataChannelOpened"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "channel_id": "channelId",
        },
    )

    channel_id: int
    """Id of the channel."""


@attrs.frozen(kw_only=True)
class DtlsConnectionStateChange(core_events.Media):
    """The state of a DTLS connection changed."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "DtlsConnectionStateChange"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "stream_id": "streamId",
            "component_id": "componentId",
            "connection_id": "connectionId",
            "state": "state",
        },
    )

    stream_id: str
    """Number of the ICE stream, as text."""

    component_id: str
    """Component of the stream, as text."""

    connection_id: str
    """Name of the connection."""

    state: types.DtlsConnectionState
    """State now."""


@attrs.frozen(kw_only=True)
class IceCandidateFound(core_events.Media):
    """A local candidate was found, to be sent to the peer."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceCandidateFound"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "candidate": "candidate",
        },
    )

    candidate: types.IceCandidate
    """The candidate."""


@attrs.frozen(kw_only=True)
class IceComponentStateChanged(core_events.Media):
    """The state of ICE changed for a component."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceComponentStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "stream_id": "streamId",
            "component_id": "componentId",
            "state": "state",
        },
    )

    stream_id: int
    """Number of the ICE stream; here it is a number."""

    component_id: int
    """Component of the stream: 1 for RTP, 2 for RTCP on its own."""

    state: types.IceComponentState
    """State now."""


@attrs.frozen(kw_only=True)
class IceGatheringDone(core_events.Media):
    """All local candidates have been found."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceGatheringDone"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class NewCandidatePairSelected(core_events.Media):
    """ICE chose a candidate pair, the first or a better one."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "NewCandidatePairSelected"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "candidate_pair": "candidatePair",
        },
    )

    candidate_pair: types.IceCandidatePair
    """The pair."""
