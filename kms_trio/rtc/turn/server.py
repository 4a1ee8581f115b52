"""Which TURN server, with which credentials: Kurento's `user:password@address:port[?transport=udp|tcp|tls]`."""

from __future__ import annotations

import enum
import re
from typing import Final

import attrs

from kms_trio.rtc.turn.errors import TurnError

# The user name is greedy: time-limited ones (`1700000000:alice`) have a colon, their passwords (base64) have none.
_URL: Final = re.compile(
    r"(?P<username>\S+):(?P<password>\S+)"
    r"@(?P<host>\[[0-9A-Fa-f:.]+\]|[^:@?\[\]\s]+):(?P<port>[0-9]{1,5})(\?transport=(?P<transport>udp|tcp|tls))?"
)


class TurnTransport(enum.StrEnum):
    """How we talk to the server; how it talks to peers is always UDP."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"

    @property
    def is_stream(self) -> bool:
        """Whether messages have to be cut out of a stream."""
        return self is not TurnTransport.UDP


@attrs.frozen
class TurnServer:
    """One server and what it asks for.  Its text has a placeholder for the credentials."""

    username: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)
    host: str
    """IP address or name."""
    port: int
    transport: TurnTransport = TurnTransport.UDP

    def __str__(self) -> str:
        return f"<user:password>@{self.address}"

    @property
    def address(self) -> str:
        """Host and port as text."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_turn_url(text: str) -> TurnServer:
    """Read a URL in Kurento's form.

    Raises:
        TurnError: it is none; the text does not repeat it.
    """
    match = _URL.fullmatch(text.strip())
    if match is None or not 0 < int(match["port"]) <= 0xFFFF:
        raise TurnError("a TURN server is written as user:password@address:port[?transport=udp|tcp|tls]")
    return TurnServer(
        username=match["username"],
        password=match["password"],
        host=match["host"].strip("[]"),
        port=int(match["port"]),
        transport=TurnTransport(match["transport"] or "udp"),
    )
