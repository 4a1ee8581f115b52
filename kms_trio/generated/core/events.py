"""Events of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import interfaces, types


@attrs.frozen(kw_only=True)
class RaiseBase:
    """event RaiseBase."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RaiseBase"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags"},
    )

    source: interfaces.MediaObjectInterface | None = None
    """event RaiseBase.source."""

    timestamp_millis: str = ""
    """event RaiseBase.timestampMillis."""

    tags: Sequence[types.Tag] = ()
    """event RaiseBase.tags."""


@attrs.frozen(kw_only=True)
class Media(RaiseBase):
    """event Media."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Media"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )

    type: str = attrs.field(default=attrs.Factory(lambda self: self.TYPE, takes_self=True))
    """event Media.type."""


@attrs.frozen(kw_only=True)
class MediaStateChanged(Media):
    """event MediaStateChanged."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "old_state": "oldState",
            "new_state": "newState",
        },
    )

    old_state: types.MediaState
    """event MediaStateChanged.oldState."""

    new_state: types.MediaState
    """event MediaStateChanged.newState."""


@attrs.frozen(kw_only=True)
class ConnectionStateChanged(Media):
    """event ConnectionStateChanged."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ConnectionStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "old_state": "oldState",
            "new_state": "newState",
        },
    )

    old_state: types.ConnectionState
    """event ConnectionStateChanged.oldState."""

    new_state: types.ConnectionState
    """event ConnectionStateChanged.newState."""


@attrs.frozen(kw_only=True)
class MediaFlowOutStateChanged(Media):
    """event MediaFlowOutStateChanged."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaFlowOutStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "state": "state",
            "pad_name": "padName",
            "media_type": "mediaType",
        },
    )

    state: types.MediaFlowState
    """event MediaFlowOutStateChanged.state."""

    pad_name: str
    """event MediaFlowOutStateChanged.padName."""

    media_type: types.MediaType
    """event MediaFlowOutStateChanged.mediaType."""


@attrs.frozen(kw_only=True)
class MediaFlowInStateChanged(Media):
    """event MediaFlowInStateChanged."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaFlowInStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "state": "state",
            "pad_name": "padName",
            "media_type": "mediaType",
        },
    )

    state: types.MediaFlowState
    """event MediaFlowInStateChanged.state."""

    pad_name: str
    """event MediaFlowInStateChanged.padName."""

    media_type: types.MediaType
    """event MediaFlowInStateChanged.mediaType."""


@attrs.frozen(kw_only=True)
class MediaTranscodingStateChanged(Media):
    """event MediaTranscodingStateChanged."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaTranscodingStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "state": "state",
            "bin_name": "binName",
            "media_type": "mediaType",
        },
    )

    state: types.MediaTranscodingState
    """event MediaTranscodingStateChanged.state."""

    bin_name: str
    """event MediaTranscodingStateChanged.binName."""

    media_type: types.MediaType
    """event MediaTranscodingStateChanged.mediaType."""


@attrs.frozen(kw_only=True)
class ElementConnected(Media):
    """event ElementConnected."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ElementConnected"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "sink": "sink",
            "media_type": "mediaType",
            "source_media_description": "sourceMediaDescription",
            "sink_media_description": "sinkMediaDescription",
        },
    )

    sink: interfaces.MediaElementInterface
    """event ElementConnected.sink."""

    media_type: types.MediaType
    """event ElementConnected.mediaType."""

    source_media_description: str
    """event ElementConnected.sourceMediaDescription."""

    sink_media_description: str
    """event ElementConnected.sinkMediaDescription."""


@attrs.frozen(kw_only=True)
class ElementDisconnected(Media):
    """event ElementDisconnected."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ElementDisconnected"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "sink": "sink",
            "media_type": "mediaType",
            "source_media_description": "sourceMediaDescription",
            "sink_media_description": "sinkMediaDescription",
        },
    )

    sink: interfaces.MediaElementInterface
    """event ElementDisconnected.sink."""

    media_type: types.MediaType
    """event ElementDisconnected.mediaType."""

    source_media_description: str
    """event ElementDisconnected.sourceMediaDescription."""

    sink_media_description: str
    """event ElementDisconnected.sinkMediaDescription."""


@attrs.frozen(kw_only=True)
class Error(RaiseBase):
    """event Error."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Error"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "description": "description",
            "error_code": "errorCode",
            "type": "type",
        },
    )

    description: str
    """event Error.description."""

    error_code: int
    """event Error.errorCode."""

    type: str
    """event Error.type."""


@attrs.frozen(kw_only=True)
class ObjectCreated(RaiseBase):
    """event ObjectCreated."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ObjectCreated"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "object": "object"},
    )

    object: interfaces.MediaObjectInterface
    """event ObjectCreated.object."""


@attrs.frozen(kw_only=True)
class ObjectDestroyed(RaiseBase):
    """event ObjectDestroyed."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ObjectDestroyed"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "object_id": "objectId"},
    )

    object_id: str
    """event ObjectDestroyed.objectId."""


@attrs.frozen(kw_only=True)
class MediaSessionTerminated(Media):
    """event MediaSessionTerminated."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaSessionTerminated"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class MediaSessionStarted(Media):
    """event MediaSessionStarted."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaSessionStarted"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class UriEndpointStateChanged(Media):
    """event UriEndpointStateChanged."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "UriEndpointStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type", "state": "state"},
    )

    state: types.UriEndpointState
    """event UriEndpointStateChanged.state."""
