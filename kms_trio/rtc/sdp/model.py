"""A session description (RFC 8866) as data: exactly the lines that were read, with typed views of them.

The lines are the truth and everything else is derived, so that what we do not know survives a round trip and what
we know has one place that interprets it. Descriptions are immutable; change one with `attrs.evolve`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Protocol, Self, TypeVar

import attrs

from kms_trio.rtc.sdp.attributes import (
    Crypto,
    Direction,
    ExtensionMap,
    Fingerprint,
    RestrictionId,
    RtcpAddress,
    RtcpFeedback,
    RtpMap,
    Setup,
    SsrcAttribute,
    SsrcGroup,
    parse_unsigned,
)


class _Parsable(Protocol):
    @classmethod
    def parse(cls, value: str) -> Self | None: ...


_T = TypeVar("_T", bound=_Parsable)


_SECRET_ATTRIBUTES = frozenset({"ice-pwd", "crypto"})


@attrs.frozen(repr=False)
class Attribute:
    """One `a=` line: `a=name` when value is None, else `a=name:value`."""

    name: str
    value: str | None = None

    def __repr__(self) -> str:
        value = "..." if self.name in _SECRET_ATTRIBUTES else repr(self.value)
        return f"Attribute({self.name!r}, {value})"


@attrs.frozen
class Origin:
    """The `o=` line."""

    session_id: str
    session_version: str
    address_type: str = "IP4"
    address: str = "0.0.0.0"
    username: str = "-"


@attrs.frozen
class Connection:
    """A `c=` line; `address` may carry `/ttl`."""

    address_type: str
    address: str


@attrs.frozen
class Bandwidth:
    """A `b=` line: `AS` in kbps, `TIAS` in bps."""

    kind: str
    value: int


@attrs.frozen
class _Attributed:
    """What a session and a media have in common: attributes, of which several may stand at either level."""

    attributes: tuple[Attribute, ...] = attrs.field(default=(), kw_only=True)
    other_lines: tuple[str, ...] = attrs.field(default=(), kw_only=True)

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for attribute in self.attributes:
            values.setdefault(attribute.name, []).append(attribute.value or "")
        return values

    def values(self, name: str) -> list[str]:
        """The values of all `a=name` lines in order; an attribute without a value gives an empty string."""
        return self._values.get(name, [])

    def value(self, name: str) -> str | None:
        """The value of the first `a=name` line, None when there is none."""
        values = self._values.get(name)
        return values[0] if values else None

    def has(self, name: str) -> bool:
        """Whether there is an `a=name` line."""
        return name in self._values

    def _typed(self, kind: type[_T], name: str) -> list[_T]:
        return [parsed for value in self.values(name) if (parsed := kind.parse(value)) is not None]

    def _token(self, name: str) -> str:
        """A word of 1 to 256 ASCII characters (ICE credentials, mid), empty when missing or unusable."""
        value = (self.value(name) or "").strip()
        return value if len(value) <= 256 and value.isascii() and " " not in value else ""

    @property
    def direction(self) -> Direction | None:
        """Direction written at this level, None when there is none."""
        return next((direction for direction in Direction if direction.value in self._values), None)

    @property
    def ice_ufrag(self) -> str:
        """Empty when missing or unusable."""
        return self._token("ice-ufrag")

    @property
    def ice_pwd(self) -> str:
        """Empty when missing or unusable."""
        return self._token("ice-pwd")

    @property
    def ice_options(self) -> frozenset[str]:
        """Words of all `a=ice-options`."""
        return frozenset(option for value in self.values("ice-options") for option in value.split())

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """All that can be read."""
        return tuple(self._typed(Fingerprint, "fingerprint"))

    @property
    def setup(self) -> Setup | None:
        """DTLS setup written at this level."""
        return Setup.parse((self.value("setup") or "").strip().lower())


@attrs.frozen
class MediaDescription(_Attributed):
    """One `m=` section."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    port_count: int = 1
    connection: Connection | None = None
    bandwidths: tuple[Bandwidth, ...] = ()

    @property
    def mid(self) -> str:
        """Empty when missing, as old clients leave it."""
        return self._token("mid")

    @property
    def payload_types(self) -> list[int]:
        """RTP payload types in order of preference, each once; formats that are none are left out."""
        numbers = (parse_unsigned(text, 127) for text in self.formats)
        return list(dict.fromkeys(number for number in numbers if number is not None))

    @cached_property
    def rtp_maps(self) -> dict[int, RtpMap]:
        """By payload type; of two for the same payload type the first holds."""
        return {rtp_map.payload_type: rtp_map for rtp_map in reversed(self._typed(RtpMap, "rtpmap"))}

    @cached_property
    def format_parameters(self) -> dict[int, str]:
        """Text of `a=fmtp` by payload type; of two for the same payload type the first holds."""
        parameters: dict[int, str] = {}
        for value in self.values("fmtp"):
            number, _, text = value.partition(" ")
            payload_type = parse_unsigned(number, 127)
            if payload_type is not None and text.strip():
                parameters.setdefault(payload_type, text.strip())
        return parameters

    @property
    def rtcp_feedback(self) -> list[RtcpFeedback]:
        """All `a=rtcp-fb` lines."""
        return self._typed(RtcpFeedback, "rtcp-fb")

    @property
    def header_extensions(self) -> list[ExtensionMap]:
        """All `a=extmap` lines."""
        return self._typed(ExtensionMap, "extmap")

    @property
    def ssrc_attributes(self) -> list[SsrcAttribute]:
        """All `a=ssrc` lines."""
        return self._typed(SsrcAttribute, "ssrc")

    @property
    def ssrc_groups(self) -> list[SsrcGroup]:
        """All `a=ssrc-group` lines."""
        return self._typed(SsrcGroup, "ssrc-group")

    @property
    def rids(self) -> list[RestrictionId]:
        """Simulcast streams by name."""
        return self._typed(RestrictionId, "rid")

    @property
    def crypto(self) -> list[Crypto]:
        """SDES keys."""
        return self._typed(Crypto, "crypto")

    @property
    def candidates(self) -> tuple[str, ...]:
        """ICE candidates as applications pass them on: `candidate:1 1 UDP ...`."""
        return tuple(f"candidate:{value}" for value in self.values("candidate"))

    @property
    def rtcp(self) -> RtcpAddress | None:
        """Where RTCP goes when it is not the next port."""
        return next(iter(self._typed(RtcpAddress, "rtcp")), None)

    @property
    def sctp_port(self) -> int | None:
        """From `a=sctp-port`, or as old browsers wrote it, from the format of `m=application 9 DTLS/SCTP 5000`."""
        text = self.value("sctp-port")
        if text is None and self.protocol.upper() == "DTLS/SCTP" and self.formats:
            text = self.formats[0]
        return parse_unsigned(text.strip(), 65535) if text is not None else None

    @property
    def max_message_size(self) -> int | None:
        """Largest SCTP message that the writer takes, in bytes; 0 means any, None was not said (RFC 8841)."""
        return parse_unsigned((self.value("max-message-size") or "").strip(), (1 << 63) - 1)


@attrs.frozen
class SessionDescription(_Attributed):
    """A whole description. `times` are the values of the `t=` lines."""

    origin: Origin | None = None
    name: str = "-"
    connection: Connection | None = None
    bandwidths: tuple[Bandwidth, ...] = ()
    times: tuple[str, ...] = ("0 0",)
    medias: tuple[MediaDescription, ...] = ()

    @property
    def bundle_groups(self) -> list[tuple[str, ...]]:
        """The mids of each `a=group:BUNDLE` (RFC 9143) in order, each mid once."""
        groups = (value.split() for value in self.values("group"))
        return [tuple(dict.fromkeys(mids)) for semantics, *mids in filter(None, groups) if semantics == "BUNDLE"]

    @property
    def ice_lite(self) -> bool:
        """Whether the writer only answers connectivity checks."""
        return self.has("ice-lite")


def lines_of(name: str, values: Iterable[object]) -> list[Attribute]:
    """One attribute for each value, written by its `str()`."""
    return [Attribute(name, str(value)) for value in values]
