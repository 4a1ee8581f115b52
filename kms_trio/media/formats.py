"""What a stream carries and what a sink can take: formats, kinds of streams, and wants."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs

__all__ = [
    "ANY_FORMAT",
    "DATA",
    "RAW_AUDIO",
    "RAW_VIDEO",
    "Format",
    "StreamKind",
    "Want",
]


class StreamKind(enum.Enum):
    """In which shape media travels over a link."""

    RTP = "rtp"
    """RTP packets of one codec, see `kms_trio.media.frames.RtpPacket`."""
    ENCODED = "encoded"
    """Whole encoded frames, see `kms_trio.media.frames.EncodedFrame`."""
    RAW = "raw"
    """Decoded pictures or samples (PyAV frames)."""
    DATA = "data"
    """Messages of data channels, see `kms_trio.media.frames.DataMessage`; never converted."""


def _frozen_parameters(value: Mapping[str, str] | tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(value).items()))


def _upper(value: str) -> str:
    return value.upper()


@attrs.frozen
class Format:
    """One media format.

    `encoding_name` is the upper-case name of RFC 4855 registrations ("VP8", "H264", "OPUS", "PCMU"), or "RAW".
    `clock_rate_hz` is the unit of every timestamp of a stream of this format.  `channels` is 0 for video.
    `parameters` are the format parameters of SDP (`a=fmtp`), kept as sorted pairs so that formats can be compared.
    """

    encoding_name: str = attrs.field(converter=_upper)
    clock_rate_hz: int
    channels: int = 0
    parameters: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_frozen_parameters, eq=False)

    @property
    def is_audio(self) -> bool:
        """Whether it has channels, as all audio has."""
        return self.channels > 0

    def same_encoding(self, other: Format) -> bool:
        """Whether media of `other` can be passed where this format is wanted without being encoded anew."""
        return (
            self.encoding_name == other.encoding_name
            and self.clock_rate_hz == other.clock_rate_hz
            and self.is_audio == other.is_audio
        )

    def __str__(self) -> str:
        channels = f"/{self.channels}" if self.channels > 1 else ""
        return f"{self.encoding_name}/{self.clock_rate_hz}{channels}"


RAW_VIDEO = Format("RAW", 90_000)
RAW_AUDIO = Format("RAW", 48_000, 2)
DATA = Format("DATA", 1_000)
ANY_FORMAT: tuple[Format, ...] = ()


DEFAULT_MTU_BYTES = 1200
"""Kurento's, which leaves room for tunnels below the 1500 of an Ethernet."""


@attrs.frozen
class Want:
    """What a sink takes: the kind of stream and the acceptable formats, the best liked first.

    An empty `formats` means that any format will do (the source's own is passed through).
    """

    kind: StreamKind
    formats: tuple[Format, ...] = ANY_FORMAT
    mtu_bytes: int = DEFAULT_MTU_BYTES
    """The largest RTP packet, before encryption, that is made for the sink; what is passed on keeps its size."""

    def accepts(self, format: Format) -> bool:
        """Whether media of this format can be passed on as it is."""
        return not self.formats or any(wanted.same_encoding(format) for wanted in self.formats)
