"""The agnostic node: any source to any sink, each conversion made once and shared.

    rtp(C) ── depacketize ─→ encoded(C) ── decode ─→ raw ── encode ─→ encoded(D) ── packetize ─→ rtp(D)

A source enters this chain at one place; a sink names the place where it wants to leave it.  Where the codec fits the
media is never decoded.  Conversions run only while somebody is attached to what they make.

They belong to the stream, not to the pad that it leaves by: where several pads give the same stream (PassThrough, the
ports of a hub), a format is made once for the sinks of all of them, as long as their encoders are to work alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import attrs

from kms_trio.media.convert import Depacketized, Packetized
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format, StreamKind, Want
from kms_trio.media.streams import EncodedStream, RawStream, RtpStream, Stream

__all__ = ["AgnosticNode", "CodecService", "EncoderSettings", "UnsupportedFormatError"]


class UnsupportedFormatError(ValueError):
    """No conversion leads from what the source gives to what the sink takes."""


class EncoderSettings(Protocol):
    """Bounds for the encoders of one element (MediaElement's encoder bitrate properties).

    The agnostic node reads them when a stream is opened; whoever changes them has the sinks fed anew.
    """

    @property
    def encoder_bitrate_bps(self) -> int:
        """Where encoders start."""

    @property
    def min_encoder_bitrate_bps(self) -> int:
        """What encoders go down to."""

    @property
    def max_encoder_bitrate_bps(self) -> int:
        """What encoders go up to."""


@attrs.frozen
class _Bounds:
    """The settings of one moment: encoders with equal ones can be shared."""

    encoder_bitrate_bps: int
    min_encoder_bitrate_bps: int
    max_encoder_bitrate_bps: int

    @classmethod
    def of(cls, settings: EncoderSettings) -> _Bounds:
        return cls(settings.encoder_bitrate_bps, settings.min_encoder_bitrate_bps, settings.max_encoder_bitrate_bps)


class CodecService(Protocol):
    """Makes decoders and encoders; `kms_trio.codecs` implements it with threads."""

    def decoder(self, upstream: EncodedStream) -> RawStream:
        """Raises `UnsupportedFormatError` for a format that cannot be decoded."""

    def encoder(self, upstream: RawStream, format: Format, settings: EncoderSettings) -> EncodedStream:
        """Raises `UnsupportedFormatError` for a format that cannot be encoded."""

    def can_encode(self, format: Format) -> bool:
        """Whether `encoder` would make one."""


class AgnosticNode:
    """Conversions of one source, found or made on demand.

    `now` tells monotonic seconds.  `on_transcoding(active, have, want)` is called each time a stream is opened and says
    whether it had to be decoded or encoded, so that an element can raise MediaTranscodingStateChanged.
    """

    def __init__(
        self,
        codecs: CodecService,
        settings: EncoderSettings,
        now: Callable[[], float],
        on_transcoding: Callable[[bool, Format, Format], None],
    ) -> None:
        self._codecs = codecs
        self._now = now
        self._settings = settings
        self._on_transcoding = on_transcoding
        self._input: Stream[Any] | None = None

    @property
    def input(self) -> Stream[Any] | None:
        """The stream that enters here; None while there is none."""
        return self._input

    def set_input(self, stream: Stream[Any] | None) -> None:
        """Replace the source.  Streams opened before belong to the old one; the caller opens them anew."""
        self._input = stream

    def open(self, want: Want) -> Stream[Any] | None:
        """The stream that satisfies `want`, or None while there is no source.

        Raises `UnsupportedFormatError` when no conversion exists.
        """
        source = self._input
        if source is None:
            return None
        if StreamKind.DATA in (source.kind, want.kind):
            if source.kind is not want.kind:
                raise UnsupportedFormatError(f"cannot convert {source.kind.value} to {want.kind.value}")
            return source
        format = self._choose(source.format, want)
        raw = StreamKind.RAW in (source.kind, want.kind)
        transcoded = want.kind is not source.kind if raw else format is not source.format
        self._on_transcoding(transcoded, source.format, format)
        return self._stream(want.kind, format)

    @property
    def decoded(self) -> RawStream | None:
        """The pictures or samples of the source, if they are being decoded for somebody."""
        source = self._input
        if source is None or source.kind is StreamKind.RAW:
            return None
        raw = source.conversions.get((StreamKind.RAW, "RAW", None))
        return raw if isinstance(raw, RawStream) and raw.consumers else None

    def _choose(self, source: Format, want: Want) -> Format:
        if want.kind is StreamKind.RAW:
            return RAW_AUDIO if source.is_audio else RAW_VIDEO
        if source.encoding_name != "RAW" and want.accepts(source):
            return source
        for format in want.formats:
            if format.is_audio == source.is_audio and self._codecs.can_encode(format):
                return format
        wanted = ", ".join(str(format) for format in want.formats) or "any encoded format"
        raise UnsupportedFormatError(f"cannot convert {source} to {wanted}: no encoder for it")

    def _stream(self, kind: StreamKind, format: Format) -> Stream[Any]:
        source = self._input
        assert source is not None
        own = source.format.encoding_name == format.encoding_name
        if own and kind is source.kind:
            return source
        bounds = None if own or kind is StreamKind.RAW else _Bounds.of(self._settings)
        key = (kind, format.encoding_name, bounds)
        stream = source.conversions.get(key)
        if stream is None:
            stream = source.conversions[key] = self._make(source, kind, format, bounds)
        return stream

    def _make(self, source: Stream[Any], kind: StreamKind, format: Format, bounds: _Bounds | None) -> Stream[Any]:
        if kind is StreamKind.RTP:
            upstream = self._stream(StreamKind.ENCODED, format)
            assert isinstance(upstream, EncodedStream)
            return Packetized(upstream, self._now)
        if kind is StreamKind.RAW:
            encoded = self._stream(StreamKind.ENCODED, source.format)
            assert isinstance(encoded, EncodedStream)
            return self._codecs.decoder(encoded)
        if bounds is None:
            assert isinstance(source, RtpStream)
            return Depacketized(source)
        raw = self._stream(StreamKind.RAW, RAW_AUDIO if format.is_audio else RAW_VIDEO)
        assert isinstance(raw, RawStream)
        return self._codecs.encoder(raw, format, bounds)
