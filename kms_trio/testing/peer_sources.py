"""What a scripted peer sends: frames as RTP, packets kept for those that get lost, what its reports tell of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import attrs

from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtp.header import write_header
from kms_trio.rtc.sdp import NegotiatedCodec

__all__ = ["PeerSources", "SentKind"]

PAYLOAD_BYTES = 1100


@attrs.define
class SentKind:
    """What was sent of one kind, as a sender report counts it (RFC 3550 section 6.4.1)."""

    ssrc: int
    sequence_number: int
    packets: int = 0
    payload_bytes: int = 0
    last_timestamp: int = 0
    """Of the last frame."""
    last_at_s: float = 0.0
    """When that was sent."""


class PeerSources:
    """An audio and a video source.  With `rtx` video that was lost goes out again on a stream of its own (RFC 4588)."""

    def __init__(self, *, rtx: bool) -> None:
        self.kinds = {
            "audio": SentKind(secrets.randbelow(1 << 31) + 1, 1000),
            "video": SentKind(secrets.randbelow(1 << 31) + 1, 2000),
        }
        self.rtx_ssrc = secrets.randbelow(1 << 31) + 1 if rtx else 0
        self.sent: dict[tuple[int, int], bytes] = {}
        """By SSRC and sequence number, what goes out when such a packet is asked for again."""
        self._rtx_number = 0

    def packetize(
        self,
        kind: str,
        codec: NegotiatedCodec,
        frame: bytes,
        timestamp: int,
        protect: Callable[[bytes], bytes],
        now: float,
    ) -> Iterator[tuple[int, bytes]]:
        """The packets of one encoded frame, each with its sequence number, protected by `protect`."""
        source = self.kinds[kind]
        payloads = payload_format(codec.encoding_name).packetizer(PAYLOAD_BYTES).packetize(frame)
        for i, payload in enumerate(payloads):
            last = kind == "video" and i == len(payloads) - 1
            source.sequence_number = number = source.sequence_number + 1
            header = write_header(last, codec.payload_type, number, timestamp, source.ssrc)
            packet = again = protect(header + payload)
            if kind == "video" and codec.rtx_payload_type is not None:
                self._rtx_number += 1
                header = write_header(last, codec.rtx_payload_type, self._rtx_number, timestamp, self.rtx_ssrc)
                again = protect(header + (number & 0xFFFF).to_bytes(2) + payload)
            self.sent[source.ssrc, number & 0xFFFF] = again
            source.packets += 1
            source.payload_bytes += len(payload)
            source.last_timestamp, source.last_at_s = timestamp, now
            yield number, packet
