"""Asking one DNS server one question (RFC 1035), where the system's resolver would ask another server.

`myip.opendns.com` at OpenDNS's own servers has the asker's address for an answer, which is what the scripts of
Kurento's Docker image use as well.
"""

from __future__ import annotations

import ipaddress
import secrets
import struct
from typing import Final, Literal

from kms_trio.cli.probes.channel import open_channel
from kms_trio.cli.probes.errors import ProbeError

WHO_AM_I_NAME: Final = "myip.opendns.com"
#: By address, so that no resolver of ours stands between; `resolver1.opendns.com` is their name.
WHO_AM_I_SERVERS: Final = {4: "208.67.222.222", 6: "2620:119:35::35"}

_PORT: Final = 53
_HEAD: Final = struct.Struct("!6H")
_RECORD: Final = struct.Struct("!HHIH")
_TYPES: Final = {4: 1, 6: 28}
_INTERNET: Final = 1
_IS_RESPONSE: Final = 0x8000
_RECURSION_DESIRED: Final = 0x0100
_RESPONSE_CODE: Final = 0x000F
_MOST_RECORDS: Final = 64


class DnsError(Exception):
    """The datagram is no well-formed answer."""


async def own_address(version: Literal[4, 6], host: str | None = None, port: int = _PORT) -> str:
    """Our address as a DNS server sees it (by default one of OpenDNS). Raises ProbeError."""
    server = host or WHO_AM_I_SERVERS[version]
    number = secrets.randbits(16)

    def is_answer(data: bytes) -> bool:
        return len(data) >= _HEAD.size and data[:2] == number.to_bytes(2) and bool(data[2] & 0x80)

    async with open_channel(server, port) as channel:
        data = await channel.ask(build_query(number, WHO_AM_I_NAME, version), is_answer)
    try:
        addresses = parse_addresses(data, version)
    except DnsError as error:
        raise ProbeError(f"{server}: {error}") from error
    if not addresses:
        raise ProbeError(f"{server}: there is no address in the answer")
    return addresses[0]


def build_query(number: int, name: str, version: Literal[4, 6]) -> bytes:
    """A question for the A or AAAA records of `name`."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    head = _HEAD.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack("!HH", _TYPES[version], _INTERNET)


def parse_addresses(data: bytes, version: Literal[4, 6]) -> list[str]:
    """The addresses in the answers of a response. Raises DnsError."""
    if len(data) < _HEAD.size:
        raise DnsError(f"expected at least {_HEAD.size} bytes, got {len(data)}")
    _, flags, questions, answers, _, _ = _HEAD.unpack_from(data)
    if not flags & _IS_RESPONSE:
        raise DnsError("not a response")
    if flags & _RESPONSE_CODE:
        raise DnsError(f"the server answers with error {flags & _RESPONSE_CODE}")
    if questions + answers > _MOST_RECORDS:
        raise DnsError(f"{questions} questions and {answers} answers are more than anybody asked for")
    position = _HEAD.size
    for _ in range(questions):
        position = _after_name(data, position) + 4
    addresses = []
    for _ in range(answers):
        position = _after_name(data, position)
        if position + _RECORD.size > len(data):
            raise DnsError("the answer ends inside a record")
        kind, _, _, size = _RECORD.unpack_from(data, position)
        position += _RECORD.size
        value = data[position : position + size]
        position += size
        if kind == _TYPES[version]:
            if len(value) != (4 if version == 4 else 16):
                raise DnsError(f"an address of {len(value)} bytes")
            addresses.append(str(ipaddress.ip_address(value)))
    return addresses


def _after_name(data: bytes, position: int) -> int:
    """The position behind a name, which ends with an empty label or with a pointer (section 4.1.4)."""
    while position < len(data):
        size = data[position]
        if size & 0xC0 == 0xC0:
            return position + 2
        position += 1 + size
        if size == 0:
            return position
    raise DnsError("the answer ends inside a name")
