"""A TURN client (RFC 8656) without I/O: relayed addresses over UDP, TCP or TLS.

`Allocation` is the engine: one relayed address on one server.  `parse_turn_url` reads what operators write,
`StreamReader` cuts the bytes of a TCP or TLS connection into what the engine takes.
"""

from __future__ import annotations

from kms_trio.rtc.turn.allocation import Allocation, AllocationState
from kms_trio.rtc.turn.errors import TurnError
from kms_trio.rtc.turn.framing import StreamReader
from kms_trio.rtc.turn.server import TurnServer, TurnTransport, parse_turn_url

__all__ = [
    "Allocation",
    "AllocationState",
    "StreamReader",
    "TurnError",
    "TurnServer",
    "TurnTransport",
    "parse_turn_url",
]
