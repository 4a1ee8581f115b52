"""What a player's URI means to FFmpeg: which demuxer and options, and the player's own words in the fragment.

The fragment of a URI (RFC 3986 section 3.5) never reaches a server, so `#loop`, `#loop=3` and `#duration=5` are free
for what Kurento has no property for.  A fragment of other words belongs to the name of a file, as before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import attrs

from kms_elements.player.failures import invalid_uri, scheme_of, unsupported_scheme
from kms_trio.api import KurentoError, UriPolicy, file_path

__all__ = ["FOR_EVER", "Location", "Network", "locate"]

FOR_EVER: Final = -1
SOCKET_TIMEOUT_S: Final = 5.0
"""For a camera that is silent; after it RTSP by UDP is tried again by TCP."""
MAX_DURATION_S: Final = 86_400.0
MAX_ROUNDS: Final = 1_000_000
MAX_REORDERING_S: Final = 1.0

_WORD: Final = re.compile(r"loop(?:=([0-9]{1,9}))?|duration=([0-9]{1,6}(?:\.[0-9]{1,3})?)")

#: Transports that GStreamer's rtspsrc takes from the scheme; without a letter all are tried, UDP first.
_RTSP_TRANSPORTS: Final[Mapping[str, str]] = MappingProxyType(
    {"rtsp": "", "rtspt": "tcp", "rtspu": "udp+udp_multicast", "rtsph": "http", "rtsps": ""}
)
_RTMP: Final = ("rtmp", "rtmps", "rtmpt", "rtmpts")


@attrs.frozen
class Network:
    """What constructor and configuration say about live sources."""

    cache_s: float = 2.0
    """`networkCache`: how late live media is played, so that what comes unevenly is shown evenly."""
    rtsp_ports: tuple[int, int] = (0, 0)
    """`rtspClientPortRange`; (0, 0): any."""


@attrs.frozen
class Location:
    """How to open a source.  `uri` is the client's, without the words in its fragment."""

    uri: str
    name: str
    options: Mapping[str, str]
    format: str | None = None
    live: bool = False
    """Whether it comes at its own pace, and is opened again when it breaks (unless its length is known)."""
    rounds: int = 1
    """How often to play it; `FOR_EVER`."""
    shown_s: float | None = None
    """How long to show a still picture; None: until somebody stops it."""


def locate(uri: str, policy: UriPolicy, network: Network) -> Location:
    """Where `uri` leads.  Raises SourceError for schemes that nobody knows and for what the policy forbids."""
    uri, rounds, shown_s = _split_fragment(uri)
    scheme = scheme_of(uri)
    try:
        policy.check_read(uri)
    except KurentoError as refusal:
        raise invalid_uri(refusal.message) from refusal
    path = file_path(uri)
    if path is not None:
        # The prefix keeps names such as "concat:a|b" from being anything but names; the whitelist keeps a playlist
        # from reaching hosts through files, and files through hosts.  A name with "%03d" is one name, not a sequence.
        options = {"protocol_whitelist": "file,crypto", "pattern_type": "none"}
        return Location(uri, f"file:{path}", options, rounds=rounds, shown_s=shown_s)
    if scheme in ("http", "https"):
        # Redirections and playlists lead to no scheme that a client may not name.
        web = [name for name in ("http", "https") if policy.allows_scheme(name)]
        options = {"protocol_whitelist": ",".join((*web, "tcp", "tls", "crypto"))}
        return Location(uri, uri, options, rounds=rounds, shown_s=shown_s)
    if scheme in _RTSP_TRANSPORTS:
        return _rtsp(uri, scheme, network)
    if scheme in _RTMP:
        options = {"protocol_whitelist": ",".join((*_RTMP, "ffrtmphttp", "http", "tcp", "tls"))}
        return Location(uri, uri, options, "flv", live=True)
    if scheme == "udp":
        return _udp(uri)
    if scheme == "srt":
        options = {"protocol_whitelist": "srt,udp"}
        return Location(uri, uri, options, live=True)
    raise unsupported_scheme(uri)


def _split_fragment(uri: str) -> tuple[str, int, float | None]:
    base, mark, fragment = uri.rpartition("#")
    words = [_WORD.fullmatch(word) for word in fragment.split("&")] if mark else []
    if not words or not all(words):
        return uri, 1, None
    rounds, shown_s = 1, None
    for word in filter(None, words):
        if word[0].startswith("loop"):
            rounds = FOR_EVER if word[1] is None else min(MAX_ROUNDS, max(1, int(word[1])))
        else:
            shown_s = min(MAX_DURATION_S, float(word[2]))
    return base, rounds, shown_s


def _rtsp(uri: str, scheme: str, network: Network) -> Location:
    # Waiting for a packet that overtook must not use up what the cache has in hand.
    reordering_s = min(MAX_REORDERING_S, network.cache_s / 2)
    options = {
        "protocol_whitelist": "rtsp,rtp,rtcp,udp,tcp,tls,http,https",
        "timeout": f"{SOCKET_TIMEOUT_S * 1e6:.0f}",
        "max_delay": f"{reordering_s * 1e6:.0f}",
    }
    if _RTSP_TRANSPORTS[scheme]:
        options["rtsp_transport"] = _RTSP_TRANSPORTS[scheme]
    least, most = network.rtsp_ports
    if most:
        options |= {"min_port": f"{least}", "max_port": f"{most}"}
    known = "rtsps" if scheme == "rtsps" else "rtsp"
    return Location(uri, known + uri[len(scheme) :], options, "rtsp", live=True)


def _udp(uri: str) -> Location:
    """MPEG-TS in datagrams.  Only host and port count: FFmpeg's own options stay ours."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise invalid_uri(str(error)) from error
    if not port:
        raise invalid_uri("udp:// needs an address and a port, such as udp://239.1.1.1:5000")
    address = f"[{host}]" if ":" in host else host
    options = {
        "protocol_whitelist": "udp",
        "timeout": f"{SOCKET_TIMEOUT_S * 1e6:.0f}",
        "overrun_nonfatal": "1",
        "reuse": "0",
    }
    return Location(uri, f"udp://{address}:{port}", options, "mpegts", live=True)
