"""Events of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.client.core.blocking import classes, types


@attrs.frozen(kw_only=True)
class RaiseBase:
    """What all events carry."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "RaiseBase"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags"},
    )

    source: classes.MediaObject | None = None
    """The object that raised the event."""

    timestamp_millis: str = ""
    """When it was raised, in milliseconds since 1970-01-01 UTC, as text."""

    tags: Sequence[types.Tag] = ()
    """Tags of the object, when its `sendTagsInEvents` is on; empty otherwise."""


@attrs.frozen(kw_only=True)
class Media(RaiseBase):
    """Base of the events about media."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "Media"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )

    type: str = attrs.field(default=attrs.Factory(lambda self: self.TYPE, takes_self=True))
    """Name of the event, again."""


@attrs.frozen(kw_only=True)
class MediaStateChanged(Media):
    """Media began or ceased to be exchanged with the peer, as its RTCP tells. Raised only when the state changes."""

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
    """State before."""

    new_state: types.MediaState
    """State now."""


@attrs.frozen(kw_only=True)
class ConnectionStateChanged(Media):
    """The transports to the peer became connected or disconnected. Raised only when the state changes."""

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
    """State before."""

    new_state: types.ConnectionState
    """State now."""


@attrs.frozen(kw_only=True)
class MediaFlowOutStateChanged(Media):
    """Media began to leave the element, or have not done so for 2 to 4 seconds. For AUDIO and VIDEO only."""

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
    """Whether media flow now."""

    pad_name: str
    """Which source of the element; usually `default`."""

    media_type: types.MediaType
    """AUDIO or VIDEO."""


@attrs.frozen(kw_only=True)
class MediaFlowInStateChanged(Media):
    """Media began to enter the element, or have not done so for 2 to 4 seconds. For AUDIO and VIDEO only."""

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
    """Whether media flow now."""

    pad_name: str
    """Which sink of the element; usually `default`."""

    media_type: types.MediaType
    """AUDIO or VIDEO."""


@attrs.frozen(kw_only=True)
class MediaTranscodingStateChanged(Media):
    """It was decided whether the element's output is transcoded for a sink. Raised when a sink first takes the media,
    and again when transcoding sets in later; it is not taken back.
    """

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
    """Whether media are transcoded now."""

    bin_name: str
    """Name of the converter, for `isMediaTranscoding`."""

    media_type: types.MediaType
    """AUDIO or VIDEO."""


@attrs.frozen(kw_only=True)
class ElementConnected(Media):
    """The element feeds another one now. Raised by the source, once for each media type."""

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

    sink: classes.MediaElement
    """The element that is fed."""

    media_type: types.MediaType
    """The media of the connection."""

    source_media_description: str
    """Which source of this element; usually `default`."""

    sink_media_description: str
    """Which sink of the other element; usually `default`."""


@attrs.frozen(kw_only=True)
class ElementDisconnected(Media):
    """The element does not feed another one any more. Raised by the source, once for each media type."""

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

    sink: classes.MediaElement
    """The element that was fed."""

    media_type: types.MediaType
    """The media of the connection."""

    source_media_description: str
    """Which source of this element; usually `default`."""

    sink_media_description: str
    """Which sink of the other element; usually `default`."""


@attrs.frozen(kw_only=True)
class Error(RaiseBase):
    """Something failed that no request is waiting for: a source that cannot be opened, a disk that is full. The object
    stays, and may be used again where that makes sense.
    """

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
    """What happened, for people."""

    error_code: int
    """A number for the failure; 0 where there is none."""

    type: str
    """The kind of failure, such as `INVALID_URI`, `INVALID_MEDIA`, `RESOURCE_ERROR_OPEN`, `RESOURCE_ERROR_WRITE`,
    `RESOURCE_ERROR_NO_SPACE_LEFT`, `STREAM_ERROR_FAILED`, `STREAM_ERROR_DECODE` or `UNEXPECTED_ELEMENT_ERROR`.
    """


@attrs.frozen(kw_only=True)
class ObjectCreated(RaiseBase):
    """An object was created on the server, by whatever session. Raised by the ServerManager."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ObjectCreated"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "object": "object"},
    )

    object: classes.MediaObject
    """The new object."""


@attrs.frozen(kw_only=True)
class ObjectDestroyed(RaiseBase):
    """An object is gone from the server. Raised by the ServerManager, for children before their parent."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "ObjectDestroyed"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "object_id": "objectId"},
    )

    object_id: str
    """Id that the object had."""


@attrs.frozen(kw_only=True)
class MediaSessionTerminated(Media):
    """The session with the peer is over; no more media will come."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaSessionTerminated"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class MediaSessionStarted(Media):
    """The session with the peer has begun. For endpoints with SDP that is when the negotiation is complete; media may
    still be on their way.
    """

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "MediaSessionStarted"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type"},
    )


@attrs.frozen(kw_only=True)
class UriEndpointStateChanged(Media):
    """The endpoint was started, paused or stopped, or its media ended."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "UriEndpointStateChanged"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type", "state": "state"},
    )

    state: types.UriEndpointState
    """State now."""
