"""ICE candidates and their SDP text (RFC 8839 section 5.1, RFC 6544 section 4.5, RFC 8445 section 5.1)."""

from __future__ import annotations

import enum
import ipaddress
import re
import zlib
from typing import Final

import attrs

from kms_trio.rtc.stun import Address

_MAX_LINE: Final = 2048
_MAX_HOST: Final = 255
_MAX_U32: Final = 0xFFFFFFFF
_NUMBER: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_TOKEN: Final = re.compile(r"[!-~]+", re.ASCII)
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?", re.ASCII)


class CandidateError(Exception):
    """The text is no candidate; the message says which part is wrong."""


class CandidateType(enum.StrEnum):
    """How an address was obtained (RFC 8445 section 5.1.1)."""

    HOST = "host"
    SERVER_REFLEXIVE = "srflx"
    PEER_REFLEXIVE = "prflx"
    RELAYED = "relay"


TYPE_PREFERENCES: Final = {
    CandidateType.HOST: 126,
    CandidateType.PEER_REFLEXIVE: 110,
    CandidateType.SERVER_REFLEXIVE: 100,
    CandidateType.RELAYED: 0,
}
"""RFC 8445 section 5.1.2.2."""

TCP_TYPE_PREFERENCES: Final = {CandidateType.HOST: 90, CandidateType.PEER_REFLEXIVE: 80}
"""RFC 6544 section 4.2 leaves the values open: below everything direct over UDP, above relays."""

DISCARD_PORT: Final = 9
"""Stands for the port of an active candidate, which has none before it connects (RFC 6544 section 4.5)."""

_DIRECTION_PREFERENCES: Final = {"active": 6, "passive": 4}
"""Of host candidates: the upper 3 bits of their local preference (RFC 6544 section 4.2)."""


@attrs.frozen(kw_only=True)
class Candidate:
    """One candidate, ours or the peer's."""

    foundation: str
    """Equal for candidates of one type, base address, transport and server: 1 to 32 characters."""
    component: int = 1
    """1 to 256; with rtcp-mux only 1 is used."""
    transport: str = "udp"
    """Lower case; `udp` or `tcp`."""
    priority: int
    host: str
    """IP address in canonical text form, or a name (`….local`)."""
    port: int
    type: CandidateType
    related_address: str | None = None
    related_port: int | None = None
    tcp_type: str | None = None
    """`active`, `passive` or `so` (RFC 6544); None for UDP."""
    extensions: tuple[tuple[str, str], ...] = ()
    """Further attributes as they came: `generation`, `ufrag`, `network-cost` …"""

    @property
    def address(self) -> Address:
        """Host and port."""
        return self.host, self.port

    @property
    def is_name(self) -> bool:
        """Whether `host` is a name (mDNS) and not an IP address."""
        return ip_address(self.host) is None

    @property
    def local_preference(self) -> int:
        """The middle 16 bits of the priority (RFC 8445 section 5.1.2.1)."""
        return self.priority >> 8 & 0xFFFF


def ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parse an IPv4 or IPv6 literal (a zone is allowed); None if `text` is none."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def candidate_priority(
    candidate_type: CandidateType, *, local_preference: int = 0xFFFF, component: int = 1, type_preference: int = -1
) -> int:
    """RFC 8445 section 5.1.2.1: `2^24 * type + 2^8 * local + (256 - component)`.

    Args:
        candidate_type: gives the type preference unless `type_preference` overrides it.
        local_preference: 0 to 65535, larger is better; differs between the addresses of one host.
        component: 1 to 256.
        type_preference: 0 to 126.
    """
    preference = TYPE_PREFERENCES[candidate_type] if type_preference < 0 else type_preference
    return preference << 24 | local_preference << 8 | 256 - component


def candidate_foundation(
    candidate_type: CandidateType, base_host: str, *, transport: str = "udp", server: str = ""
) -> str:
    """RFC 8445 section 5.1.1.3: the same text for the same type, base address, transport and STUN or TURN server."""
    return str(zlib.crc32(f"{candidate_type}|{base_host}|{transport}|{server}".encode()))


def host_candidate(host: str, port: int, *, local_preference: int = 0xFFFF) -> Candidate:
    """Our own host candidate for a bound UDP socket.

    Args:
        host: IP address in canonical text form.
        port: UDP port.
        local_preference: 0 to 65535, larger is better.
    """
    return Candidate(
        foundation=candidate_foundation(CandidateType.HOST, host),
        priority=candidate_priority(CandidateType.HOST, local_preference=local_preference),
        host=host,
        port=port,
        type=CandidateType.HOST,
    )


def tcp_host_candidate(host: str, port: int, *, local_preference: int = 0x1FFF) -> Candidate:
    """Our own candidate for TCP (RFC 6544): passive for a socket that listens, active for `DISCARD_PORT`.

    Args:
        host: IP address in canonical text form.
        port: TCP port, or `DISCARD_PORT` for connections that we open.
        local_preference: 0 to 8191, larger is better.
    """
    tcp_type = "active" if port == DISCARD_PORT else "passive"
    return Candidate(
        foundation=candidate_foundation(CandidateType.HOST, host, transport="tcp"),
        transport="tcp",
        priority=candidate_priority(
            CandidateType.HOST,
            local_preference=_DIRECTION_PREFERENCES[tcp_type] << 13 | local_preference,
            type_preference=TCP_TYPE_PREFERENCES[CandidateType.HOST],
        ),
        host=host,
        port=port,
        type=CandidateType.HOST,
        tcp_type=tcp_type,
    )


def parse_candidate(text: str) -> Candidate:
    """Read a candidate as it stands in SDP or in a trickled `IceCandidate.candidate`.

    `a=` and `candidate:` in front may be missing; keywords, transport and type are read in any case; attributes that
    are not known are kept in `extensions`.

    Raises:
        CandidateError: the text is no candidate.
    """
    if len(text) > _MAX_LINE:
        raise CandidateError(f"expected at most {_MAX_LINE} characters, got {len(text)}")
    body = text.strip()
    for prefix in ("a=", "candidate:"):
        if body[: len(prefix)].lower() == prefix:
            body = body[len(prefix) :]
    words = body.split()
    if len(words) < 8:
        raise CandidateError(f"expected at least 8 fields, got {len(words)}")
    for word in words:
        if _TOKEN.fullmatch(word) is None:
            raise CandidateError("expected printable ASCII only")
    foundation, component, transport, priority, host, port, keyword, type_name = words[:8]
    if len(foundation) > 32:
        raise CandidateError("foundation: expected at most 32 characters")
    if keyword.lower() != "typ":
        raise CandidateError(f"expected 'typ' before the type, got {keyword[:32]!r}")
    extras = [(words[at], words[at + 1] if at + 1 < len(words) else "") for at in range(8, len(words), 2)]
    related_address: str | None = None
    related_port: int | None = None
    tcp_type: str | None = None
    extensions: list[tuple[str, str]] = []
    for name, value in extras:
        match name.lower():
            case "raddr":
                related_address = _host(value)
            case "rport":
                related_port = _number("rport", value, 0, 0xFFFF)
            case "tcptype":
                tcp_type = value.lower()
            case _:
                extensions.append((name, value))
    return Candidate(
        foundation=foundation,
        component=_number("component", component, 1, 256),
        transport=transport.lower(),
        priority=_number("priority", priority, 0, _MAX_U32),
        host=_host(host),
        port=_number("port", port, 0, 0xFFFF),
        type=_type(type_name),
        related_address=related_address,
        related_port=related_port,
        tcp_type=tcp_type,
        extensions=tuple(extensions),
    )


def format_candidate(candidate: Candidate) -> str:
    """`candidate:…` without `a=`, the transport in capitals as Kurento's clients know it."""
    words = [
        f"candidate:{candidate.foundation} {candidate.component} {candidate.transport.upper()} {candidate.priority}"
        f" {candidate.host} {candidate.port} typ {candidate.type}"
    ]
    if candidate.related_address is not None:
        words.append(f"raddr {candidate.related_address}")
    if candidate.related_port is not None:
        words.append(f"rport {candidate.related_port}")
    if candidate.tcp_type is not None:
        words.append(f"tcptype {candidate.tcp_type}")
    words += [f"{name} {value}".rstrip() for name, value in candidate.extensions]
    return " ".join(words)


def _number(name: str, text: str, low: int, high: int) -> int:
    """Decimal number within a range."""
    if _NUMBER.fullmatch(text) is None or not low <= int(text) <= high:
        raise CandidateError(f"{name}: expected a number from {low} to {high}, got {text[:32]!r}")
    return int(text)


def _type(text: str) -> CandidateType:
    try:
        return CandidateType(text.lower())
    except ValueError:
        raise CandidateError(f"type: expected host, srflx, prflx or relay, got {text[:32]!r}") from None


def _host(text: str) -> str:
    """IP address in canonical form, or a host name."""
    address = ip_address(text)
    if address is not None:
        return str(address)
    if len(text) > _MAX_HOST or _HOST_NAME.fullmatch(text) is None:
        raise CandidateError(f"address: expected an IP address or a host name, got {text[:64]!r}")
    return text
