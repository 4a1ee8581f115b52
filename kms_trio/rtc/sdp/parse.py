"""Reading a session description (RFC 8866 section 5), tolerant where Kurento is.

Lines may end in CRLF, LF or CR; `o=`, `s=` and `t=` may be missing; a value of an `a=` line that makes no sense leaves
that line unknown. What stands in the frame of the description (`v=`, `m=`, `c=`, `b=`, `o=`) must be right.
"""

from __future__ import annotations

import re

import attrs

from kms_trio.rtc.sdp.attributes import parse_unsigned
from kms_trio.rtc.sdp.errors import SdpError
from kms_trio.rtc.sdp.model import (
    Attribute,
    Bandwidth,
    Connection,
    MediaDescription,
    Origin,
    SessionDescription,
)

MAX_CHARACTERS = 1 << 20
MAX_MEDIAS = 256
MAX_LINES = 10_000
"""Each costs some 10 us to judge, while media waits; a browser writes some 60 a media."""
# Control characters have no place in SDP, and a lone surrogate (JSON can carry one) could never be sent on.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def parse(text: str) -> SessionDescription:
    """The description that `text` is.

    Raises SdpError when it is none, or is longer than a megabyte, 10,000 lines or 256 medias.
    """
    if len(text) > MAX_CHARACTERS:
        raise SdpError(f"Expected at most {MAX_CHARACTERS} characters, got {len(text)}")
    if (ends := max(text.count("\n"), text.count("\r"))) > MAX_LINES:
        raise SdpError(f"Expected at most {MAX_LINES} lines, got {ends}")
    if forbidden := _FORBIDDEN.search(text):
        raise SdpError(f"Unexpected character {forbidden.group()!r} at {forbidden.start()}")
    session = _Section()
    sections: list[_Section] = []
    current = session
    origin: Origin | None = None
    name = "-"
    times: list[str] = []
    version_seen = False
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = line.rstrip(" \t")
        if not line:
            continue
        kind, value = line[0], line[2:]
        if line[1:2] != "=" or not ("a" <= kind <= "z"):
            raise SdpError(f"Line {number}: expected <letter>=<value>, got {line[:16]!r}")
        if not version_seen:
            if kind != "v" or value.strip() != "0":
                raise SdpError(f"Line {number}: expected v=0, got {line[:16]!r}")
            version_seen = True
        elif kind == "a":
            current.attributes.append(_parse_attribute(value, number))
        elif kind == "m":
            current = _Section(media=_parse_media(value, number))
            sections.append(current)
            if len(sections) > MAX_MEDIAS:
                raise SdpError(f"Line {number}: expected at most {MAX_MEDIAS} medias")
        elif kind == "c" and current.connection is None:
            current.connection = _parse_connection(value, number)
        elif kind == "b":
            current.bandwidths.append(_parse_bandwidth(value, number))
        elif kind == "o" and current is session:
            origin = _parse_origin(value, number)
        elif kind == "s" and current is session:
            name = value
        elif kind == "t" and current is session:
            times.append(value)
        else:
            current.other_lines.append(line)
    if not version_seen:
        raise SdpError("Expected v=0, got nothing")
    return SessionDescription(
        origin=origin,
        name=name,
        connection=session.connection,
        bandwidths=tuple(session.bandwidths),
        times=tuple(times),
        medias=tuple(section.finish() for section in sections),
        attributes=tuple(session.attributes),
        other_lines=tuple(session.other_lines),
    )


@attrs.define
class _Section:
    """What is collected line by line, for the session or one media."""

    media: MediaDescription | None = None
    connection: Connection | None = None
    bandwidths: list[Bandwidth] = attrs.field(factory=list)
    attributes: list[Attribute] = attrs.field(factory=list)
    other_lines: list[str] = attrs.field(factory=list)

    def finish(self) -> MediaDescription:
        assert self.media is not None
        return attrs.evolve(
            self.media,
            connection=self.connection,
            bandwidths=tuple(self.bandwidths),
            attributes=tuple(self.attributes),
            other_lines=tuple(self.other_lines),
        )


def _parse_attribute(value: str, number: int) -> Attribute:
    name, colon, rest = value.partition(":")
    if not name:
        raise SdpError(f"Line {number}: expected a=<name>[:<value>]")
    return Attribute(name, rest if colon else None)


def _parse_media(value: str, number: int) -> MediaDescription:
    fields = value.split()
    if len(fields) < 3:  # No format at all is wrong, but it is how Kurento itself rejects a media.
        raise SdpError(f"Line {number}: expected m=<media> <port> <protocol> <formats>, got {value[:40]!r}")
    port_text, slash, count_text = fields[1].partition("/")
    port = parse_unsigned(port_text, 65535)
    port_count = parse_unsigned(count_text, 65535) if slash else 1
    if port is None or not port_count:
        raise SdpError(f"Line {number}: expected a port from 0 to 65535, got {fields[1][:16]!r}")
    return MediaDescription(
        kind=fields[0], port=port, protocol=fields[2], formats=tuple(fields[3:]), port_count=port_count
    )


def _parse_connection(value: str, number: int) -> Connection:
    fields = value.split()
    if len(fields) != 3 or fields[0] != "IN" or fields[1] not in ("IP4", "IP6"):
        raise SdpError(f"Line {number}: expected c=IN IP4|IP6 <address>, got {value[:40]!r}")
    return Connection(fields[1], fields[2])


def _parse_bandwidth(value: str, number: int) -> Bandwidth:
    kind, _, amount = value.partition(":")
    bandwidth = parse_unsigned(amount.strip().removeprefix("-"), (1 << 63) - 1)
    if not kind or bandwidth is None:
        raise SdpError(f"Line {number}: expected b=<type>:<number>, got {value[:40]!r}")
    return Bandwidth(kind, -bandwidth if "-" in amount else bandwidth)


def _parse_origin(value: str, number: int) -> Origin:
    fields = value.split()
    if len(fields) != 6 or fields[3] != "IN":
        raise SdpError(
            f"Line {number}: expected o=<user> <session> <version> IN <address type> <address>, got {value[:60]!r}"
        )
    username, session_id, session_version, _, address_type, address = fields
    return Origin(session_id, session_version, address_type, address, username)
