"""Events of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_elements.generated import types
from kms_trio.generated.core import events as core_events, types as core_types


@attrs.frozen(kw_only=True)
class EndOfStream(core_events.Media):
    """event EndOfStream."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "EndOfStream"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class Paused(core_events.Media):
    """event Paused."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Paused"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class Recording(core_events.Media):
    """event Recording."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Recording"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class Stopped(core_events.Media):
    """event Stopped."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Stopped"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class OnKeySoftLimit(core_events.Media):
    """event OnKeySoftLimit."""

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
    """event OnKeySoftLimit.mediaType."""


@attrs.frozen(kw_only=True)
class DataChannelClosed(core_events.Media):
    """event DataChannelClosed."""

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
    """event DataChannelClosed.channelId."""


@attrs.frozen(kw_only=True)
class DataChannelOpened(core_events.Media):
    """event DataChannelOpened."""

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
    """event DataChannelOpened.channelId."""


@attrs.frozen(kw_only=True)
class DtlsConnectionStateChange(core_events.Media):
    """event DtlsConnectionStateChange."""

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
    """event DtlsConnectionStateChange.streamId."""

    component_id: str
    """event DtlsConnectionStateChange.componentId."""

    connection_id: str
    """event DtlsConnectionStateChange.connectionId."""

    state: types.DtlsConnectionState
    """event DtlsConnectionStateChange.state."""


@attrs.frozen(kw_only=True)
class IceCandidateFound(core_events.Media):
    """event IceCandidateFound."""

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
    """event IceCandidateFound.candidate."""


@attrs.frozen(kw_only=True)
class IceComponentStateChanged(core_events.Media):
    """event IceComponentStateChanged."""

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
    """event IceComponentStateChanged.streamId."""

    component_id: int
    """event IceComponentStateChanged.componentId."""

    state: types.IceComponentState
    """event IceComponentStateChanged.state."""


@attrs.frozen(kw_only=True)
class IceGatheringDone(core_events.Media):
    """event IceGatheringDone."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "IceGatheringDone"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class NewCandidatePairSelected(core_events.Media):
    """event NewCandidatePairSelected."""

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
    """event NewCandidatePairSelected.candidatePair."""
