"""Parameters of chunks: type, length, value (RFC 9260 section 3.2.1), and what an INIT says with them."""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterable

import attrs

from kms_trio.rtc.sctp.errors import SctpError

_header = struct.Struct("!HH")


class ParameterType(enum.IntEnum):
    """Parameters in use here."""

    STATE_COOKIE = 7  #: RFC 9260 section 3.3.3.1
    OUTGOING_RESET_REQUEST = 13  #: RFC 6525 section 4.1
    INCOMING_RESET_REQUEST = 14  #: RFC 6525 section 4.2
    TSN_RESET_REQUEST = 15  #: RFC 6525 section 4.3
    RECONFIGURATION_RESPONSE = 16  #: RFC 6525 section 4.4
    ADD_OUTGOING_STREAMS = 17  #: RFC 6525 section 4.5
    ADD_INCOMING_STREAMS = 18  #: RFC 6525 section 4.6
    ZERO_CHECKSUM_ACCEPTABLE = 0x8001  #: RFC 9653 section 4
    SUPPORTED_EXTENSIONS = 0x8008  #: RFC 5061 section 4.2.7
    FORWARD_TSN_SUPPORTED = 0xC000  #: RFC 3758 section 3.1


#: RFC 9653 section 7.2: the error detection of DTLS stands in for the checksum.
CHECKED_BY_DTLS = (1).to_bytes(4, "big")

Parameter = tuple[int, bytes]


def write_parameters(parameters: Iterable[Parameter]) -> bytes:
    """All of them, each padded to whole words."""
    return b"".join(_header.pack(kind, 4 + len(value)) + value + bytes(-len(value) % 4) for kind, value in parameters)


def split_parameters(data: bytes) -> tuple[Parameter, ...]:
    """Read parameters to the end of `data`; the last may lack its padding. Raises SctpError."""
    parameters = []
    at, end = 0, len(data)
    while at < end:
        if end - at < 4:
            raise SctpError("SCTP parameter is cut off")
        kind, length = _header.unpack_from(data, at)
        if length < 4 or at + length > end:
            raise SctpError(f"SCTP parameter {kind} says that it has {length} bytes, {end - at} are there")
        parameters.append((kind, data[at + 4 : at + length]))
        at += length + (-length % 4)
    return tuple(parameters)


@attrs.frozen
class Features:
    """Extensions that a peer has said it knows."""

    partial_reliability: bool = False
    stream_reset: bool = False
    zero_checksum: bool = False

    @classmethod
    def read(cls, parameters: Iterable[Parameter]) -> Features:
        """From the parameters of INIT or INIT ACK."""
        known = dict(parameters)
        extensions = known.get(ParameterType.SUPPORTED_EXTENSIONS, b"")
        return cls(
            partial_reliability=ParameterType.FORWARD_TSN_SUPPORTED in known or _FORWARD_TSN in extensions,
            stream_reset=_RE_CONFIG in extensions,
            zero_checksum=known.get(ParameterType.ZERO_CHECKSUM_ACCEPTABLE) == CHECKED_BY_DTLS,
        )


_RE_CONFIG = 130
_FORWARD_TSN = 192

OWN_FEATURES: tuple[Parameter, ...] = (
    (ParameterType.FORWARD_TSN_SUPPORTED, b""),
    (ParameterType.SUPPORTED_EXTENSIONS, bytes((_RE_CONFIG, _FORWARD_TSN))),
    (ParameterType.ZERO_CHECKSUM_ACCEPTABLE, CHECKED_BY_DTLS),
)
"""What we say in INIT and INIT ACK."""
