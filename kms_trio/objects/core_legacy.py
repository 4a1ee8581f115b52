"""The core module's names in Kurento 6.x."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kms_trio.dispatch import LegacyNames, Operation, OperationKind, Parameter, TypeRef


def _mean_latency(latencies: str, media_type: str, wire: Mapping[str, Any]) -> float:
    """The latency of a media type in ns, of the first pad that has one; 0 when none has."""
    return next((each["avg"] for each in wire.get(latencies, ()) if each["type"] == media_type), 0.0)


NAMES: Final = LegacyNames(
    properties={
        "MediaObject": {"childs": "children"},
        "MediaElement": {
            "minOutputBitrate": "minEncoderBitrate",
            "maxOutputBitrate": "maxEncoderBitrate",
            # Misspelt for years, and so in use.
            "minOuputBitrate": "minEncoderBitrate",
            "maxOuputBitrate": "maxEncoderBitrate",
        },
    },
    operations={
        "MediaElement": [
            Operation(
                "setOutputBitrate",
                OperationKind.SETTER,
                "encoder_bitrate",
                (Parameter("bitrate", "encoder_bitrate", TypeRef("int", "", "primitive", int)),),
            ),
        ],
    },
    events={
        "MediaFlowInStateChange": "MediaFlowInStateChanged",
        "MediaFlowOutStateChange": "MediaFlowOutStateChanged",
        "MediaTranscodingStateChange": "MediaTranscodingStateChanged",
    },
    fields={
        # Seconds; a text in events, a number in statistics.
        "RaiseBase": {"timestamp": lambda event: str(int(event["timestampMillis"]) // 1000)},
        "Stats": {"timestamp": lambda stats: stats["timestampMillis"] / 1000},
        "ElementStats": {
            "inputAudioLatency": lambda stats: _mean_latency("inputLatency", "AUDIO", stats),
            "inputVideoLatency": lambda stats: _mean_latency("inputLatency", "VIDEO", stats),
        },
        "EndpointStats": {
            "audioE2ELatency": lambda stats: _mean_latency("E2ELatency", "AUDIO", stats),
            "videoE2ELatency": lambda stats: _mean_latency("E2ELatency", "VIDEO", stats),
        },
    },
)
