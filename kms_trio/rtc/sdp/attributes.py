"""Typed values of `a=` lines: RFC 8866 section 6 and the WebRTC attributes around it.

Each class reads the text after the colon with `parse`, which gives None for a value it cannot make sense of (the line
then counts as unknown: it is kept, and ignored), and is written back with `str()`.
"""

from __future__ import annotations

import base64
import binascii
import enum
import re
from typing import Self

import attrs

_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*")


def parse_unsigned(text: str, maximum: int) -> int | None:
    """A decimal number from 0 to `maximum`, else None. Takes hostile text: no sign, no other script's digits."""
    if len(text) > 20 or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= maximum else None


class Direction(enum.StrEnum):
    """`a=sendrecv` and its kin (RFC 8866 section 6.7), seen from whoever wrote the description."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @classmethod
    def parse(cls, value: str) -> Direction | None:
        """The direction of that name, None when there is none."""
        return next((direction for direction in cls if direction.value == value), None)

    @classmethod
    def of(cls, send: bool, receive: bool) -> Direction:
        """The direction of somebody who sends, receives, both or nothing."""
        if send:
            return cls.SENDRECV if receive else cls.SENDONLY
        return cls.RECVONLY if receive else cls.INACTIVE

    @property
    def sends(self) -> bool:
        """Whether the writer means to send."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether the writer means to receive."""
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    def reversed(self) -> Direction:
        """The same direction seen from the other side."""
        return Direction.of(send=self.receives, receive=self.sends)


class Setup(enum.StrEnum):
    """`a=setup` (RFC 4145 section 4, RFC 8842): who sends the DTLS ClientHello. Active does."""

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    HOLDCONN = "holdconn"

    @classmethod
    def parse(cls, value: str) -> Setup | None:
        """The role of that name, None when there is none."""
        return next((setup for setup in cls if setup.value == value), None)


@attrs.frozen
class RtpMap:
    """`a=rtpmap:<payload type> <encoding name>/<clock rate>[/<channels>]` (RFC 8866 section 6.6)."""

    payload_type: int
    encoding_name: str
    clock_rate_hz: int
    channels: int = 0  # 0: not written

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        number, _, encoding = value.partition(" ")
        payload_type = parse_unsigned(number, 127)
        name, _, rest = encoding.strip().partition("/")
        rate, _, channels_text = rest.partition("/")
        clock_rate_hz = parse_unsigned(rate, 0xFFFFFFFF)
        channels = parse_unsigned(channels_text, 255) if channels_text else 0
        if payload_type is None or not name or not clock_rate_hz or channels is None:
            return None
        return cls(payload_type, name, clock_rate_hz, channels)

    def __str__(self) -> str:
        channels = f"/{self.channels}" if self.channels else ""
        return f"{self.payload_type} {self.encoding_name}/{self.clock_rate_hz}{channels}"


@attrs.frozen
class RtcpFeedback:
    """`a=rtcp-fb:<payload type or *> <type> [<parameter>]` (RFC 4585 section 4.2); `feedback` like `nack pli`."""

    payload_type: int | None  # None: for all
    feedback: str

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        number, _, rest = value.partition(" ")
        feedback = " ".join(rest.split())
        payload_type = None if number == "*" else parse_unsigned(number, 127)
        if not feedback or (payload_type is None and number != "*"):
            return None
        return cls(payload_type, feedback)

    def __str__(self) -> str:
        return f"{'*' if self.payload_type is None else self.payload_type} {self.feedback}"


@attrs.frozen
class ExtensionMap:
    """`a=extmap:<id>[/<direction>] <uri> [<attributes>]` (RFC 8285 section 5)."""

    extension_id: int
    uri: str
    direction: Direction | None = None

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        fields = value.split()
        if len(fields) < 2:
            return None
        number, slash, direction_text = fields[0].partition("/")
        extension_id = parse_unsigned(number, 4351)
        direction = Direction.parse(direction_text)
        if not extension_id or (slash and direction is None):
            return None
        return cls(extension_id, fields[1], direction)

    def __str__(self) -> str:
        direction = f"/{self.direction}" if self.direction is not None else ""
        return f"{self.extension_id}{direction} {self.uri}"


@attrs.frozen
class SsrcAttribute:
    """`a=ssrc:<ssrc> <name>[:<value>]` (RFC 5576 section 4.1)."""

    ssrc: int
    name: str
    value: str

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        number, _, rest = value.partition(" ")
        ssrc = parse_unsigned(number, 0xFFFFFFFF)
        name, _, text = rest.partition(":")
        return None if ssrc is None else cls(ssrc, name, text)

    def __str__(self) -> str:
        return f"{self.ssrc} {self.name}:{self.value}" if self.value else f"{self.ssrc} {self.name}"


@attrs.frozen
class SsrcGroup:
    """`a=ssrc-group:<semantics> <ssrc> ...` (RFC 5576 section 4.2): FID media + repair, SIM simulcast layers."""

    semantics: str
    ssrcs: tuple[int, ...]

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        semantics, *numbers = value.split() or [""]
        ssrcs = [parse_unsigned(number, 0xFFFFFFFF) for number in numbers]
        known = tuple(ssrc for ssrc in ssrcs if ssrc is not None)
        return cls(semantics, known) if known and len(known) == len(ssrcs) else None

    def __str__(self) -> str:
        return " ".join([self.semantics, *map(str, self.ssrcs)])


@attrs.frozen
class Fingerprint:
    """`a=fingerprint:<hash> <hex pairs>` (RFC 8122 section 5); algorithm in lower, value in upper case."""

    algorithm: str
    value: str

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        algorithm, _, digest = value.strip().partition(" ")
        return cls(algorithm.lower(), digest.upper()) if algorithm and _FINGERPRINT.fullmatch(digest) else None

    def __str__(self) -> str:
        return f"{self.algorithm} {self.value}"


@attrs.frozen
class RtcpAddress:
    """`a=rtcp:<port> [IN IP4|IP6 <address>]` (RFC 3605); address empty when not written."""

    port: int
    address: str = ""

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        fields = value.split()
        port = parse_unsigned(fields[0], 65535) if fields else None
        if port is None or len(fields) not in (1, 4):
            return None
        return cls(port, fields[3] if len(fields) == 4 else "")


@attrs.frozen
class RestrictionId:
    """`a=rid:<id> send|recv [<restrictions>]` (RFC 8851)."""

    rid: str
    direction: str
    restrictions: str = ""

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        fields = value.split(" ", 2)
        if len(fields) < 2 or not fields[0] or fields[1] not in ("send", "recv"):
            return None
        return cls(*fields)


@attrs.frozen
class Crypto:
    """`a=crypto:<tag> <suite> inline:<base64 of key and salt>[|lifetime|mki]` (RFC 4568); never log it."""

    tag: int
    suite: str
    key_parameters: str = attrs.field(repr=False)
    session_parameters: str = ""

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read the text after the colon."""
        fields = value.split(None, 3)
        tag = parse_unsigned(fields[0], 999_999_999) if len(fields) >= 3 else None
        if tag is None or not fields[2].startswith("inline:"):
            return None
        return cls(tag, fields[1], fields[2], fields[3] if len(fields) == 4 else "")

    @property
    def master(self) -> bytes | None:
        """Master key and salt, for SRTP with this one key and without extras.

        None for what cannot be served: several keys, a key that is not valid Base64, a master key identifier (it would
        stand in each packet), and session parameters that switch protection off or that we do not know, unless marked
        as optional (RFC 4568 section 6.3).
        """
        method, _, text = self.key_parameters.partition(":")
        key, *options = text.split("|")
        identified = any(":" in option for option in options)
        if method != "inline" or ";" in text or identified or not all(map(_harmless, self.session_parameters.split())):
            return None
        try:
            return base64.b64decode(key, validate=True)
        except binascii.Error:
            return None

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.tag), self.suite, self.key_parameters, self.session_parameters]))


def _harmless(session_parameter: str) -> bool:
    """Whether a session parameter of `a=crypto` changes nothing about the packets (RFC 4568 section 6.3)."""
    return session_parameter.startswith(("-", "WSH=", "FEC_ORDER="))
