"""STUN and TURN servers of an endpoint: from its properties to what gathering asks, in the log as operators know it.

The texts are those that Kurento's documentation tells people to search for; credentials never stand in them.
"""

from __future__ import annotations

import logging

from kms_trio.api import IceServers, Settings
from kms_trio.rtc.turn import TurnError, TurnServer, parse_turn_url

__all__ = ["ice_servers", "log_configuration"]

configuration = logging.getLogger("KurentoWebRtcEndpointImpl")
session = logging.getLogger("kmswebrtcsession")

DEFAULT_STUN_PORT = 3478


def log_configuration(settings: Settings) -> None:
    """Say at the creation of an endpoint what the conf files give it."""
    if not configuration.isEnabledFor(logging.INFO):
        return
    web_rtc = settings.web_rtc_endpoint
    if web_rtc.stun_server_address:
        if web_rtc.stun_server_port == DEFAULT_STUN_PORT:
            configuration.debug("STUN port not found in config; using default value: %d", DEFAULT_STUN_PORT)
        configuration.info("Predefined STUN server: %s:%d", web_rtc.stun_server_address, web_rtc.stun_server_port)
    else:
        configuration.debug("STUN server not found in config")
    turn = read_turn_url(web_rtc.turn_url or "")
    if turn is not None:
        configuration.info("Predefined TURN relay server: %s", turn)
    else:
        configuration.debug("TURN relay server not found in config")
    if web_rtc.external_ipv4:
        configuration.info("Predefined external IPv4 address: %s", web_rtc.external_ipv4)
    if web_rtc.external_ipv6:
        configuration.info("Predefined external IPv6 address: %s", web_rtc.external_ipv6)
    if web_rtc.network_interfaces:
        configuration.info("Predefined network interfaces: %s", ",".join(web_rtc.network_interfaces))
    configuration.info("ICE-TCP candidate gathering is %s", "ENABLED" if web_rtc.ice_tcp else "DISABLED")


def ice_servers(stun_address: str, stun_port: int, turn_url: str, *, verify_tls: bool) -> IceServers:
    """What an endpoint asks when it gathers, said in the log."""
    if stun_address:
        session.info("Using STUN server: %s:%d", stun_address, stun_port)
    else:
        session.warning("STUN server not configured! NAT traversal requires STUN or TURN")
    turn = read_turn_url(turn_url)
    if turn is not None:
        session.info("Using TURN relay server: %s", turn.address)
        session.info("TURN server info set: %s", turn)
    else:
        session.warning("TURN relay server not configured! NAT traversal requires STUN or TURN")
    return IceServers((stun_address, stun_port) if stun_address else None, turn, verify_tls)


def read_turn_url(turn_url: str) -> TurnServer | None:
    """The server, or None when there is none or the text is no URL, which is logged."""
    if not turn_url:
        return None
    try:
        return parse_turn_url(turn_url)
    except TurnError as problem:
        session.warning("the TURN URL cannot be used: %s", problem)
        return None
