"""STUN and TURN servers of an endpoint: from its properties to what gathering asks, in the log as operators know it.

The texts are those that Kurento's documentation tells people to search for; credentials never stand in them.  Endpoints
come by the hundred and mostly have the same servers, so a server says each thing once.
"""

from __future__ import annotations

import logging

from kms_trio.api import IceServers, ObjectContext
from kms_trio.rtc.turn import TurnError, TurnServer, parse_turn_url

__all__ = ["IceServerLog", "read_turn_url"]

configuration = logging.getLogger("KurentoWebRtcEndpointImpl")
session = logging.getLogger("kmswebrtcsession")

DEFAULT_STUN_PORT = 3478
MAX_REMEMBERED = 256
"""Servers that applications set may be any number; after so many different lines all are said anew."""


class IceServerLog:
    """One a server (`ObjectContext.shared`)."""

    def __init__(self, context: ObjectContext) -> None:
        self._settings = context.settings.web_rtc_endpoint
        self._said: set[str] = set()
        self._configuration_said = False

    def configuration(self) -> None:
        """Say at the creation of the first endpoint what the conf files give it."""
        if self._configuration_said:
            return
        self._configuration_said = True
        web_rtc = self._settings
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

    def servers(self, stun_address: str, stun_port: int, turn_url: str) -> IceServers:
        """What an endpoint asks when it gathers, from its properties."""
        if stun_address:
            self._say(logging.INFO, f"Using STUN server: {stun_address}:{stun_port}")
        else:
            self._say(logging.WARNING, "STUN server not configured! NAT traversal requires STUN or TURN")
        turn = read_turn_url(turn_url)
        if turn is not None:
            self._say(logging.INFO, f"Using TURN relay server: {turn.address}")
            self._say(logging.INFO, f"TURN server info set: {turn}")
        else:
            self._say(logging.WARNING, "TURN relay server not configured! NAT traversal requires STUN or TURN")
        stun = (stun_address, stun_port) if stun_address else None
        return IceServers(stun, turn, self._settings.turn_tls_verify)

    def _say(self, level: int, text: str) -> None:
        if text in self._said:
            return
        if len(self._said) >= MAX_REMEMBERED:
            self._said.clear()
        self._said.add(text)
        session.log(level, "%s", text)


def read_turn_url(turn_url: str) -> TurnServer | None:
    """The server, or None when there is none or the text is no URL, which is logged."""
    if not turn_url:
        return None
    try:
        return parse_turn_url(turn_url)
    except TurnError as problem:
        session.warning("the TURN URL cannot be used: %s", problem)
        return None
