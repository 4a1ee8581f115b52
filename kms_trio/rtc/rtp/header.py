"""The RTP header: RFC 3550 section 5.1 and header extensions of RFC 8285.

::

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    |                           timestamp                           |
    |                             SSRC                              |
    |                        CSRC (CC times)                        |
    |        defined by profile     |  extension length (words)     |  if X
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

There is no packet object here: on the packet path a header is a tuple of numbers, read from memory which is reused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

FIXED_HEADER_BYTES = 12

_ONE_BYTE_PROFILE = 0xBEDE
_TWO_BYTE_PROFILE = 0x1000  # the low four bits are "appbits"

_read_fixed = struct.Struct("!BBHII").unpack_from
_read_pair = struct.Struct("!HH").unpack_from
_write_fixed = struct.Struct("!BBHII").pack

Header = tuple[bool, int, int, int, int, int, int]


class RtpError(Exception):
    """These bytes are not an RTP packet."""


def parse_header(view: bytes | bytearray | memoryview, length: int) -> Header:
    """Read the header of the packet in the first `length` bytes of `view`.

    Returns `(marker, payload_type, sequence_number, timestamp, ssrc, payload_offset, payload_end)`; the payload is
    `view[payload_offset:payload_end]`, padding excluded, and may be empty. Raises RtpError.
    """
    if length < FIXED_HEADER_BYTES or length > len(view):
        raise RtpError(f"{length} bytes are no RTP packet")
    flags, marker_and_type, sequence_number, timestamp, ssrc = _read_fixed(view)
    offset = FIXED_HEADER_BYTES
    end = length
    if flags != 0x80:  # anything beyond a plain version 2 header
        if flags >> 6 != 2:
            raise RtpError(f"RTP version is {flags >> 6}, not 2")
        offset += (flags & 0x0F) << 2
        if flags & 0x10:
            if offset + 4 > length:
                raise RtpError("RTP header extension is cut off")
            offset += 4 + (_read_pair(view, offset)[1] << 2)
        if flags & 0x20:
            padding = view[length - 1]
            end -= padding
            if not padding:
                raise RtpError("RTP padding of 0 bytes")
        if offset > end:
            raise RtpError(f"RTP header of {offset} bytes and padding do not fit into {length} bytes")
    return marker_and_type > 127, marker_and_type & 0x7F, sequence_number, timestamp, ssrc, offset, end


def read_extension(view: bytes | bytearray | memoryview, identifier: int) -> bytes | None:
    """The value of header extension element `identifier` (1-255), or None if the packet has none.

    Only for a packet which `parse_header` has accepted; elements that overrun the extension raise RtpError.
    """
    if not view[0] & 0x10:
        return None
    for found, start, size in _elements(view):
        if found == identifier:
            return bytes(view[start : start + size])
    return None


def read_extensions(view: bytes | bytearray | memoryview) -> dict[int, bytes]:
    """All header extension elements by identifier; conditions as for `read_extension`."""
    if not view[0] & 0x10:
        return {}
    return {identifier: bytes(view[start : start + size]) for identifier, start, size in _elements(view)}


def _elements(view: bytes | bytearray | memoryview) -> Iterator[tuple[int, int, int]]:
    """Yield `(identifier, offset, size)` of each element, RFC 8285 sections 4.2 and 4.3; other profiles have none."""
    at = FIXED_HEADER_BYTES + ((view[0] & 0x0F) << 2)
    if at + 4 > len(view):
        raise RtpError("RTP header extension is cut off")
    profile, words = _read_pair(view, at)
    at += 4
    end = at + (words << 2)
    if end > len(view):
        raise RtpError("RTP header extension is cut off")
    one_byte = profile == _ONE_BYTE_PROFILE
    if not one_byte and profile & 0xFFF0 != _TWO_BYTE_PROFILE:
        return
    while at < end:
        identifier = view[at]
        if not identifier:  # padding between elements
            at += 1
            continue
        if one_byte:
            size = (identifier & 0x0F) + 1
            identifier >>= 4
            if identifier == 15:  # reserved: stop, and ignore the rest
                return
            at += 1
        else:
            if at + 2 > end:
                raise RtpError("RTP header extension element is cut off")
            size = view[at + 1]
            at += 2
        if at + size > end:
            raise RtpError("RTP header extension element overruns the extension")
        if identifier:  # one-byte form: an identifier of 0 with a length is padding too
            yield identifier, at, size
        at += size


def write_header(
    marker: bool,
    payload_type: int,
    sequence_number: int,
    timestamp: int,
    ssrc: int,
    extensions: Mapping[int, bytes] | None = None,
    contributing_sources: Sequence[int] = (),
) -> bytes:
    """Build a header, to be followed by the payload.

    Sequence number and timestamp may be unwrapped and are cut to 16 and 32 bits. The one-byte form of extensions is
    taken where it can express them. Raises ValueError for what no header can carry (a mistake of the caller).
    """
    flags = 0x80 | len(contributing_sources)
    if len(contributing_sources) > 15 or payload_type & ~0x7F:
        raise ValueError("more than 15 contributing sources, or payload type above 127")
    tail = struct.pack(f"!{len(contributing_sources)}I", *contributing_sources)
    if extensions:
        flags |= 0x10
        tail += _write_extensions(extensions)
    second = payload_type | 0x80 if marker else payload_type
    return _write_fixed(flags, second, sequence_number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + tail


def _write_extensions(extensions: Mapping[int, bytes]) -> bytes:
    if any(not 1 <= identifier <= 255 or len(value) > 255 for identifier, value in extensions.items()):
        raise ValueError("extension identifiers are 1-255, values at most 255 bytes")
    body = bytearray()
    if all(identifier <= 14 and 1 <= len(value) <= 16 for identifier, value in extensions.items()):
        profile = _ONE_BYTE_PROFILE
        for identifier, value in extensions.items():
            body.append(identifier << 4 | len(value) - 1)
            body += value
    else:
        profile = _TWO_BYTE_PROFILE
        for identifier, value in extensions.items():
            body += bytes((identifier, len(value)))
            body += value
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", profile, len(body) >> 2) + body
