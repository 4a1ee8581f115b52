"""Descriptions of sessions for programs that send and receive RTP on this machine, and ports for them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Final

from kms_trio.rtc.sdp import MediaDescription, SessionDescription

__all__ = ["PAYLOAD_TYPES", "describe", "free_ports", "key_of", "media_of", "section"]

RTPMAPS: Final = {"VP8": "VP8/90000", "H264": "H264/90000"}
PAYLOAD_TYPES: Final = {"video": 97, "audio": 98}


@contextlib.contextmanager
def free_ports(count: int) -> Iterator[list[int]]:
    """Even ports that, with the odd ones next to them, are free until the block is left."""
    with contextlib.ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < count:
            rtp, rtcp = (stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
            rtp.bind(("127.0.0.1", 0))
            port = rtp.getsockname()[1]
            with contextlib.suppress(OSError):
                rtcp.bind(("127.0.0.1", port + 1))
                if port % 2 == 0:
                    ports.append(port)
        yield ports


def describe(sections: list[str]) -> str:
    """A session on 127.0.0.1."""
    return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + "".join(sections)


def section(kind: str, port: int, codec: str, protocol: str, direction: str, *, suite: str = "", key: str = "") -> str:
    """One media; `codec` is that of video, audio is Opus. `key` is in base64, with the suite's name in SDP."""
    number = PAYLOAD_TYPES[kind]
    rtpmap = RTPMAPS[codec] if kind == "video" else "opus/48000/2"
    lines = [f"m={kind} {port} {protocol} {number}", f"a=rtpmap:{number} {rtpmap}", f"a={direction}"]
    if codec == "H264" and kind == "video":
        lines.append(f"a=fmtp:{number} packetization-mode=1")
    if key:
        lines.append(f"a=crypto:1 {suite} inline:{key}")
    return "".join(f"{line}\r\n" for line in lines)


def media_of(description: SessionDescription, kind: str) -> MediaDescription:
    """The first media of a kind."""
    return next(each for each in description.medias if each.kind == kind)


def key_of(description: SessionDescription, kind: str) -> str:
    """The key that a description gives for a media, in base64."""
    return media_of(description, kind).crypto[0].key_parameters.removeprefix("inline:")
