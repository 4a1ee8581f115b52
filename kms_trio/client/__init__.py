"""A Python client for media servers that speak the Kurento protocol: typed, on Trio.

    async with connect("ws://localhost:8888/kurento") as kurento:
        pipeline = await kurento.create(MediaPipeline)
        endpoint = await WebRtcEndpoint.create(pipeline)

The classes are in `kms_trio.client.core`, `.elements` and `.filters`; those of other modules are made from their specs
with `kms-module-creator -it python-client`. `kms_trio.client.blocking` has the same without Trio.
"""

from __future__ import annotations

from kms_trio.client.errors import (
    ClientError,
    ConnectError,
    ConnectionLostError,
    EventsLostError,
    ProtocolError,
    SessionLostError,
    TransactionError,
)
from kms_trio.client.events import Overflow
from kms_trio.client.kurento import DEFAULT_URL, EventStream, Kurento, connect
from kms_trio.client.reconnection import Reconnection
from kms_trio.client.recorder import Result
from kms_trio.client.remote import RemoteObject
from kms_trio.client.transaction import Transaction
from kms_trio.errors import ErrorCode, KurentoError

__all__ = [
    "DEFAULT_URL",
    "ClientError",
    "ConnectError",
    "ConnectionLostError",
    "ErrorCode",
    "EventStream",
    "EventsLostError",
    "Kurento",
    "KurentoError",
    "Overflow",
    "ProtocolError",
    "Reconnection",
    "RemoteObject",
    "Result",
    "SessionLostError",
    "Transaction",
    "TransactionError",
    "connect",
]
