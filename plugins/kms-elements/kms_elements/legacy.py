"""The elements module's names in Kurento 6.x."""

from __future__ import annotations

from typing import Final

from kms_trio.dispatch import LegacyNames, Operation, OperationKind, Parameter, TypeRef

_STRING: Final = TypeRef("String", "", "primitive", str)

NAMES: Final = LegacyNames(
    operations={
        # One address of either family, where there are two properties today.
        "WebRtcEndpoint": [
            Operation("getExternalAddress", OperationKind.GETTER, "external_address", returns=_STRING),
            Operation(
                "setExternalAddress",
                OperationKind.SETTER,
                "external_address",
                (Parameter("externalAddress", "external_address", _STRING),),
            ),
        ],
    },
    events={
        "OnIceCandidate": "IceCandidateFound",
        "OnIceGatheringDone": "IceGatheringDone",
        "OnIceComponentStateChanged": "IceComponentStateChanged",
        "IceComponentStateChange": "IceComponentStateChanged",
        "OnDataChannelOpened": "DataChannelOpened",
        "DataChannelOpen": "DataChannelOpened",
        "OnDataChannelClosed": "DataChannelClosed",
        "DataChannelClose": "DataChannelClosed",
    },
    fields={
        "IceCandidatePair": {
            "streamID": lambda pair: pair["streamId"],
            "componentID": lambda pair: pair["componentId"],
        },
    },
)
