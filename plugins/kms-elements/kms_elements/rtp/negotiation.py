"""From settings to what an RtpEndpoint offers and accepts, and from the peer's hosts to addresses to send to."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterable, Mapping

import trio

from kms_elements.rtp_common.negotiation import supported_codecs
from kms_trio.api import NetworkService, Settings
from kms_trio.rtc.sdp import ABS_SEND_TIME, EndpointCapabilities, Security, SessionDescription, default_extensions

__all__ = ["announced_host", "capabilities_of", "resolve_hosts"]

logger = logging.getLogger("rtpendpoint")

RESOLVE_DEADLINE_S = 5.0
WILDCARDS = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}
LOOPBACKS = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def capabilities_of(
    settings: Settings,
    *,
    encrypted: bool,
    rtcp_mux: bool,
    max_audio_recv_bandwidth_kbps: int,
    max_video_recv_bandwidth_kbps: int,
) -> EndpointCapabilities:
    """What an RtpEndpoint can do.  `rtcp_mux` is accepted when asked for, and never offered, as in Kurento."""
    sdp = settings.sdp_endpoint
    return EndpointCapabilities(
        audio_codecs=supported_codecs(sdp.audio_codecs),
        video_codecs=supported_codecs(sdp.video_codecs),
        audio_extensions=tuple(each for each in default_extensions("audio") if each.uri == ABS_SEND_TIME),
        video_extensions=tuple(each for each in default_extensions("video") if each.uri == ABS_SEND_TIME),
        security=Security.SDES if encrypted else Security.NONE,
        bundle=False,
        rtcp_mux=rtcp_mux,
        num_audio_medias=min(1, sdp.num_audio_medias),
        num_video_medias=min(1, sdp.num_video_medias),
        max_audio_recv_bandwidth_kbps=max_audio_recv_bandwidth_kbps,
        max_video_recv_bandwidth_kbps=max_video_recv_bandwidth_kbps,
    )


def announced_host(network: NetworkService, family: socket.AddressFamily) -> str:
    """The address of this machine that stands in descriptions: the first that other hosts can be told."""
    return next((sock.local.host for sock in network.sockets if sock.local.family is family), LOOPBACKS[family])


async def resolve_hosts(description: SessionDescription, family: socket.AddressFamily) -> Mapping[str, str]:
    """For each host of the peer's `c=` lines an address that a socket of `family` can send to.

    Hosts that have none, unspecified ones (0.0.0.0 means: do not send) and names that cannot be resolved are missing.
    """
    connections = (description.connection, *(media.connection for media in description.medias))
    hosts = {each.address.partition("/")[0] for each in connections if each is not None}
    addresses = {}
    for host in hosts:
        address = _literal(host)
        candidates = await _look_up(host, family) if address is None else (address,)
        usable = next((each for each in candidates if _usable(each, family)), None)
        if usable is None:
            logger.warning("nothing can be sent to %.100r by %s", host, family.name)
        else:
            addresses[host] = str(usable)
    return addresses


IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _usable(address: IpAddress, family: socket.AddressFamily) -> bool:
    version = 4 if family is socket.AF_INET else 6
    scoped = isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None
    return address.version == version and not address.is_unspecified and not scoped


async def _look_up(host: str, family: socket.AddressFamily) -> Iterable[IpAddress]:
    found: list[IpAddress] = []
    with trio.move_on_after(RESOLVE_DEADLINE_S):
        try:
            entries = await trio.socket.getaddrinfo(host, None, family, trio.socket.SOCK_DGRAM)
        except (OSError, UnicodeError, ValueError) as problem:
            logger.debug("%.100r: %s", host, problem)
        else:
            found = [address for entry in entries if (address := _literal(str(entry[4][0]))) is not None]
    return found
