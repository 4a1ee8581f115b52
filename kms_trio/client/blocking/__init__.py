"""The client for scripts and notebooks: the same classes and names as `kms_trio.client`, without `async`.

    with connect("ws://localhost:8888/kurento") as kurento:
        pipeline = MediaPipeline.create(kurento)
        endpoint = WebRtcEndpoint.create(pipeline)

Trio runs in a thread of its own; objects may be used from any thread. The classes are in
`kms_trio.client.core.blocking`, `.elements.blocking` and `.filters.blocking`.
"""

from __future__ import annotations

from kms_trio.client.blocking.kurento import EventStream, Kurento, connect
from kms_trio.client.blocking.remote import RemoteObject
from kms_trio.client.blocking.transaction import Transaction
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
from kms_trio.client.reconnection import Reconnection
from kms_trio.client.recorder import Result
from kms_trio.errors import ErrorCode, KurentoError

__all__ = [
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
