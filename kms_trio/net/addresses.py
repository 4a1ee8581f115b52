"""Local addresses and socket addresses as the kernel writes them (ip(7), ipv6(7))."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Collection, Iterable

import attrs
import ifaddr

__all__ = ["LocalAddress", "local_addresses", "pack_sockaddr", "select", "unpack_sockaddr"]


@attrs.frozen
class LocalAddress:
    """An address of this machine and the interface that it belongs to."""

    host: str
    interface: str

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4 or IPv6."""
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "::1" or self.host.startswith("127.")  # in canonical form there are no others


def local_addresses() -> list[LocalAddress]:
    """All addresses that other hosts can be told: IPv4 and IPv6, link-local ones left out (they need a zone)."""
    found = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            host = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            address = ipaddress.ip_address(host)
            if not address.is_link_local and not address.is_unspecified and not address.is_multicast:
                found.append(LocalAddress(str(address), adapter.name))
    return sorted(found, key=_preference)


def _preference(address: LocalAddress) -> tuple[bool, bool]:
    """Loopback last; IPv4 before IPv6 within a kind, as Kurento lists them."""
    return address.is_loopback, address.family is socket.AF_INET6


def select(addresses: Iterable[LocalAddress], interfaces: Collection[str], include_loopback: str) -> list[LocalAddress]:
    """Which addresses an endpoint announces.

    `interfaces` are names of network interfaces (none: all).  `include_loopback` is "always", "never", or "auto": only
    when nothing else is left.
    """
    chosen = [address for address in addresses if not interfaces or address.interface in interfaces]
    others = [address for address in chosen if not address.is_loopback]
    if include_loopback == "always" or (include_loopback == "auto" and not others):
        return chosen
    return others


def pack_sockaddr(host: str, port: int) -> bytes:
    """`sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes)."""
    if ":" in host:
        return struct.pack("=H", socket.AF_INET6) + struct.pack(
            "!HI16sI", port, 0, socket.inet_pton(socket.AF_INET6, host), 0
        )
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(host))


def unpack_sockaddr(name: bytes) -> tuple[str, int]:
    """Host and port of a socket address that the kernel gave."""
    port = int.from_bytes(name[2:4], "big")
    if len(name) >= 28:
        return socket.inet_ntop(socket.AF_INET6, name[8:24]), port
    return socket.inet_ntoa(name[4:8]), port
