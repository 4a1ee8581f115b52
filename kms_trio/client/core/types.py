"""Enumerations and registers of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.client.core import classes
from kms_trio.generated.core.types import (
    AudioCaps as AudioCaps,
    AudioCodec as AudioCodec,
    CodecConfiguration as CodecConfiguration,
    ConnectionState as ConnectionState,
    ElementStats as ElementStats,
    EndpointStats as EndpointStats,
    FilterType as FilterType,
    Fraction as Fraction,
    GstreamerDotDetails as GstreamerDotDetails,
    MediaFlowState as MediaFlowState,
    MediaLatencyStat as MediaLatencyStat,
    MediaState as MediaState,
    MediaTranscodingState as MediaTranscodingState,
    MediaType as MediaType,
    ModuleInfo as ModuleInfo,
    OfferOptions as OfferOptions,
    RTCCertificateStats as RTCCertificateStats,
    RTCCodec as RTCCodec,
    RTCDataChannelState as RTCDataChannelState,
    RTCDataChannelStats as RTCDataChannelStats,
    RTCIceCandidateAttributes as RTCIceCandidateAttributes,
    RTCIceCandidatePairStats as RTCIceCandidatePairStats,
    RTCInboundRTPStreamStats as RTCInboundRTPStreamStats,
    RTCMediaStreamStats as RTCMediaStreamStats,
    RTCMediaStreamTrackStats as RTCMediaStreamTrackStats,
    RTCOutboundRTPStreamStats as RTCOutboundRTPStreamStats,
    RTCPeerConnectionStats as RTCPeerConnectionStats,
    RTCRTPStreamStats as RTCRTPStreamStats,
    RTCStats as RTCStats,
    RTCStatsIceCandidatePairState as RTCStatsIceCandidatePairState,
    RTCStatsIceCandidateType as RTCStatsIceCandidateType,
    RTCTransportStats as RTCTransportStats,
    RembParams as RembParams,
    ServerInfo as ServerInfo,
    ServerType as ServerType,
    Stats as Stats,
    StatsType as StatsType,
    Tag as Tag,
    UriEndpointState as UriEndpointState,
    VideoCaps as VideoCaps,
    VideoCodec as VideoCodec,
)


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

    source: classes.MediaElement
    """The element that feeds."""

    sink: classes.MediaElement
    """The element that is fed."""

    type: MediaType
    """The media that the connection carries."""

    source_description: str
    """Which of the source's outputs; usually `default`."""

    sink_description: str
    """Which of the sink's inputs; usually `default`."""
