"""Will peers elsewhere find a way in: external addresses, STUN, TURN."""

from __future__ import annotations

import ipaddress
from typing import Final, Literal

from kms_trio.cli.doctor.findings import Finding, broken, note, ok, warning
from kms_trio.cli.external_address import discover, outgoing_address
from kms_trio.cli.probes import ProbeError
from kms_trio.cli.probes.stun import public_address
from kms_trio.cli.probes.turn import allocate
from kms_trio.rtc.turn import parse_turn_url
from kms_trio.settings import Settings
from kms_trio.settings.kinds import AUTO

_AREA: Final = "STUN and TURN"
_STUN_CURE: Final = (
    "Check stunServerAddress and stunServerPort of WebRtcEndpoint, that the STUN server runs, and that UDP "
    "from here to it is open."
)
_TURN_CURE: Final = (
    "Check turnURL of WebRtcEndpoint (user:password@address:port), the account at the TURN server (for coturn: "
    "lt-cred-mech, user=, realm=), and that its port is open from here."
)
_NAT_CURE: Final = (
    "Set externalIPv4 (an address, or auto) if the UDP ports are forwarded to this machine, or else a STUN server or a "
    "TURN server, in modules/kurento/WebRtcEndpoint.conf.ini."
)


async def check_nat(settings: Settings) -> list[Finding]:
    """Ask the servers that are configured; without any, look whether one is needed."""
    web_rtc = settings.web_rtc_endpoint
    findings = [
        *await _check_external(4, web_rtc.external_ipv4, settings),
        *await _check_external(6, web_rtc.external_ipv6, settings),
    ]
    if web_rtc.stun_server_address:
        findings += await _check_stun(web_rtc.stun_server_address, web_rtc.stun_server_port, web_rtc.external_ipv4)
    if web_rtc.turn_url:
        findings.append(await _check_turn(web_rtc.turn_url, verify_tls=web_rtc.turn_tls_verify))
    if not findings:
        own = await outgoing_address(4)
        if own is None:
            findings.append(note(_AREA, "Nothing configured, and this machine has no route to the internet."))
        elif ipaddress.ip_address(own).is_global:
            findings.append(ok(_AREA, f"Nothing configured; none needed, as this machine's address {own} is public."))
        else:
            text = f"Nothing configured, and this machine's address {own} is private: peers elsewhere cannot reach it."
            findings.append(warning(_AREA, text, _NAT_CURE))
    return findings


async def _check_external(version: Literal[4, 6], address: str | None, settings: Settings) -> list[Finding]:
    key = f"externalIPv{version}"
    if address is None:
        return []
    if address == AUTO:
        own = await outgoing_address(version)
        if own is not None and ipaddress.ip_address(own).is_global:
            return [ok(_AREA, f"{key}=auto: this machine's own address {own} is public.")]
        try:
            found, source = await discover(version, settings)
        except ProbeError as error:
            text = f"{key}=auto: nobody tells the address: {error}."
            return [broken(_AREA, text, f"Give the address in {key}, or a STUN server that can be asked.")]
        return [ok(_AREA, f"{key}=auto: {found}, from {source}.")]
    if not ipaddress.ip_address(address).is_global:
        text = f"{key}: {address} is a private address, which peers elsewhere cannot reach."
        return [warning(_AREA, text, f"Put the public address there, or take {key} out.")]
    return [ok(_AREA, f"{key}: peers are told {address} in place of this machine's own addresses.")]


async def _check_stun(host: str, port: int, external: str | None) -> list[Finding]:
    try:
        seen, _ = await public_address(host, port)
    except ProbeError as error:
        return [broken(_AREA, f"STUN server {error}.", _STUN_CURE)]
    findings = [ok(_AREA, f"STUN server {host}:{port} answers: this machine is {seen} to the world.")]
    if external not in (None, AUTO, seen) and ":" not in seen:
        text = f"externalIPv4 is {external}, but the STUN server sees {seen}."
        findings.append(warning(_AREA, text, "Correct externalIPv4, or take it out and rely on the STUN server."))
    return findings


async def _check_turn(url: str, *, verify_tls: bool) -> Finding:
    server = parse_turn_url(url)
    try:
        relayed, _ = await allocate(server, verify_tls=verify_tls)
    except ProbeError as error:
        return broken(_AREA, f"TURN server {error}.", _TURN_CURE)
    if not ipaddress.ip_address(relayed).is_global:
        text = f"TURN server {server.address} works, but relays at {relayed}, a private address."
        return warning(_AREA, text, "If the TURN server is behind a NAT, set its external-ip (coturn).")
    return ok(_AREA, f"TURN server {server.address} takes the credentials and relays at {relayed}.")
