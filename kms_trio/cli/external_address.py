"""`externalIPv4=auto` and `externalIPv6=auto`: finding out under which address the world sees this machine.

A machine whose packets to the internet leave from a public address needs nothing in place of it. Otherwise the
configured STUN server is asked, then a public DNS server. Without an answer the server runs with its own addresses.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import Final, Literal

import attrs
import trio

from kms_trio.cli.probes import ProbeError
from kms_trio.cli.probes.dns import own_address
from kms_trio.cli.probes.stun import public_address
from kms_trio.settings import Settings
from kms_trio.settings.kinds import AUTO

logger = logging.getLogger("KurentoWebRtcEndpointImpl")

Version = Literal[4, 6]

#: For documentation (RFC 5737, RFC 3849): nothing is sent there, the routing table is asked.
_ELSEWHERE: Final = {4: "198.51.100.1", 6: "2001:db8::1"}


async def with_external_addresses(settings: Settings) -> Settings:
    """The settings with addresses in place of `auto`; without one where none could be found, which is logged."""
    web_rtc = settings.web_rtc_endpoint
    if web_rtc.external_ipv4 == AUTO:
        web_rtc = attrs.evolve(web_rtc, external_ipv4=await _found(4, settings))
    if web_rtc.external_ipv6 == AUTO:
        web_rtc = attrs.evolve(web_rtc, external_ipv6=await _found(6, settings))
    return attrs.evolve(settings, web_rtc_endpoint=web_rtc)


async def _found(version: Version, settings: Settings) -> str | None:
    own = await outgoing_address(version)
    if own is not None and ipaddress.ip_address(own).is_global:
        logger.info("externalIPv%d=%s: this machine's own address %s is public", version, AUTO, own)
        return None
    try:
        if own is None:
            raise ProbeError(f"this machine has no route to the IPv{version} internet")
        address, source = await discover(version, settings)
    except ProbeError as error:
        logger.warning(
            "externalIPv%d=%s: the public address could not be found out (%s). The machine's own addresses are used; "
            "give the address, or a STUN server that tells it (stunServerAddress)",
            version,
            AUTO,
            error,
        )
        return None
    logger.info("externalIPv%d=%s: %s, from %s", version, AUTO, address, source)
    return address


async def discover(version: Version, settings: Settings) -> tuple[str, str]:
    """The public address of a machine behind a NAT, and who said so. Raises ProbeError when nobody knows."""
    failures = []
    web_rtc = settings.web_rtc_endpoint
    if web_rtc.stun_server_address:
        try:
            seen, _ = await public_address(web_rtc.stun_server_address, web_rtc.stun_server_port)
        except ProbeError as error:
            failures.append(str(error))
        else:
            if ipaddress.ip_address(seen).version == version:
                return seen, "the STUN server"
    try:
        return await own_address(version), "DNS"
    except ProbeError as error:
        raise ProbeError("; ".join([*failures, str(error)])) from error


async def outgoing_address(version: Version) -> str | None:
    """The address of the machine that packets to the internet leave from; None without a route."""
    family = trio.socket.AF_INET if version == 4 else trio.socket.AF_INET6
    with trio.socket.socket(family, trio.socket.SOCK_DGRAM) as probe:
        try:
            await probe.connect((_ELSEWHERE[version], 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address
