"""Numbers of TURN (RFC 8656 sections 17 to 19)."""

from __future__ import annotations

from typing import Final

ALLOCATE: Final = 0x0003
REFRESH: Final = 0x0004
SEND: Final = 0x0006
DATA_INDICATION: Final = 0x0007
CREATE_PERMISSION: Final = 0x0008
CHANNEL_BIND: Final = 0x0009

CHANNEL_NUMBER: Final = 0x000C
LIFETIME: Final = 0x000D
XOR_PEER_ADDRESS: Final = 0x0012
DATA: Final = 0x0013
XOR_RELAYED_ADDRESS: Final = 0x0016
REQUESTED_ADDRESS_FAMILY: Final = 0x0017
EVEN_PORT: Final = 0x0018
REQUESTED_TRANSPORT: Final = 0x0019
DONT_FRAGMENT: Final = 0x001A
RESERVATION_TOKEN: Final = 0x0022

UNDERSTOOD: Final = frozenset(
    {CHANNEL_NUMBER, LIFETIME, XOR_PEER_ADDRESS, DATA, XOR_RELAYED_ADDRESS, REQUESTED_ADDRESS_FAMILY, RESERVATION_TOKEN}
)
"""Comprehension-required attributes that may come in what a server sends."""

UDP_PROTOCOL: Final = 17
"""The only protocol of REQUESTED-TRANSPORT: how the relay talks to peers, not how we talk to the relay."""

FIRST_CHANNEL: Final = 0x4000
LAST_CHANNEL: Final = 0x4FFF

FORBIDDEN: Final = 403
ALLOCATION_MISMATCH: Final = 437
STALE_NONCE: Final = 438
