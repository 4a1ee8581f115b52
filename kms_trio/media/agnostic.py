"""The agnostic node: any source to any sink, each conversion made once and shared.

    rtp(C) ── depacketize ─→ encoded(C) ── decode ─→ raw ── encode ─→ encoded(D) ── packetize ─→ rtp(D)

A source enters this chain at one place; a sink names the place where it wants to leave it.  Where the codec fits the
media is never decoded.  Conversions run only while somebody is attached to what they make.

They belong to the stream, not to the pad that it leaves by: where several pads give the same stream (PassThrough, the
ports of a hub), a format is made once for the sinks of all of them, as long as their encoders are to work alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any, Protocol

import attrs

from kms_trio.media.convert import Depacketized, Packetized
from kms_trio.media.fewer_pictures import FewerPictures
from kms_trio.media.formats import DEFAULT_MTU_BYTES, RAW_AUDIO, RAW_VIDEO, Format, StreamKind, Want
from kms_trio.media.streams import EncodedStream, RawStream, RtpStream, Stream

__all__ = ["AgnosticNode", "CodecService", "EncoderSettings", "ForcedOutput", "Route", "UnsupportedFormatError"]


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

    @property
    def audio_bitrate_bps(self) -> int:
        """What audio is encoded with; 0 leaves it to the codec."""


@attrs.frozen
class ForcedOutput:
    """What a source is to give, whatever it is made of (`setAudioFormat`, `setVideoFormat` of a MediaElement)."""

    format: Format
    """Sinks that take it get nothing else. RAW: nothing is passed on as it came, all is decoded and encoded anew."""
    bitrate_bps: int = 0
    """Bitrate of the audio that is encoded; 0 leaves it to the codec."""
    frame_rate: Fraction | None = None
    """How many pictures a second at most are encoded; pictures that are passed on as they came are not counted."""


@attrs.frozen
class Route:
    """How a source gets to a sink: the kind and the format that it is given in."""

    kind: StreamKind
    have: Format
    give: Format
    transcoded: bool
    """Whether something has to be decoded or encoded for it."""
    mtu_bytes: int = DEFAULT_MTU_BYTES
    """Of packets that are made for it."""


@attrs.frozen
class _Bounds:
    """The settings of one moment: encoders with equal ones can be shared.

    Those of the other kind of media are left out: sound goes on without a gap while the bitrate of video is changed.
    """

    encoder_bitrate_bps: int
    min_encoder_bitrate_bps: int
    max_encoder_bitrate_bps: int
    audio_bitrate_bps: int
    frame_rate: Fraction | None

    @classmethod
    def of_audio(cls, settings: EncoderSettings, output: ForcedOutput | None) -> _Bounds:
        return cls(0, 0, 0, settings.audio_bitrate_bps if output is None else output.bitrate_bps, None)

    @classmethod
    def of_video(cls, settings: EncoderSettings, output: ForcedOutput | None) -> _Bounds:
        return cls(
            settings.encoder_bitrate_bps,
            settings.min_encoder_bitrate_bps,
            settings.max_encoder_bitrate_bps,
            0,
            None if output is None else output.frame_rate,
        )


class CodecService(Protocol):
    """Makes decoders and encoders; `kms_trio.codecs` implements it with threads."""

    def decoder(self, upstream: EncodedStream) -> RawStream:
        """Raises `UnsupportedFormatError` for a format that cannot be decoded."""

    def encoder(self, upstream: RawStream, format: Format, settings: EncoderSettings) -> EncodedStream:
        """Raises `UnsupportedFormatError` for a format that cannot be encoded."""

    def can_encode(self, format: Format) -> bool:
        """Whether `encoder` would make one."""


class AgnosticNode:
    """Conversions of one source, found or made on demand.  `now` tells monotonic seconds."""

    def __init__(self, codecs: CodecService, settings: EncoderSettings, now: Callable[[], float]) -> None:
        self._codecs = codecs
        self._now = now
        self._settings = settings
        self._input: Stream[Any] | None = None
        self.output: ForcedOutput | None = None
        """What sinks are to be given; it counts for streams that are opened from now on."""

    @property
    def input(self) -> Stream[Any] | None:
        """The stream that enters here; None while there is none."""
        return self._input

    def set_input(self, stream: Stream[Any] | None) -> None:
        """Replace the source.  Streams opened before belong to the old one; the caller opens them anew."""
        self._input = stream

    def route(self, want: Want) -> Route | None:
        """How `want` is satisfied, or None while there is no source.

        Raises `UnsupportedFormatError` when no conversion leads there.
        """
        source = self._input
        if source is None:
            return None
        if StreamKind.DATA in (source.kind, want.kind):
            if source.kind is not want.kind:
                raise UnsupportedFormatError(f"cannot convert {source.kind.value} to {want.kind.value}")
            return Route(want.kind, source.format, source.format, transcoded=False)
        if want.kind is StreamKind.RAW:
            raw = RAW_AUDIO if source.format.is_audio else RAW_VIDEO
            return Route(want.kind, source.format, raw, transcoded=source.kind is not StreamKind.RAW)
        format = self._choose(source.format, want)
        return Route(want.kind, source.format, format, format is not source.format or self._renewed, want.mtu_bytes)

    def open(self, route: Route) -> Stream[Any]:
        """The stream at the end of `route`, found or made."""
        source = self._input
        assert source is not None
        if route.kind is StreamKind.DATA:
            return source
        return self._stream(route.kind, route.give, route.transcoded, route.mtu_bytes)

    @property
    def decoded(self) -> RawStream | None:
        """The pictures or samples of the source, if they are being decoded for somebody."""
        source = self._input
        if source is None or source.kind is StreamKind.RAW:
            return None
        raw = source.conversions.get((StreamKind.RAW, "RAW", None))
        return raw if isinstance(raw, RawStream) and raw.consumers else None

    @property
    def _renewed(self) -> bool:
        """Whether even media that would fit is to be encoded anew."""
        return self.output is not None and self.output.format.encoding_name == "RAW"

    def _choose(self, source: Format, want: Want) -> Format:
        encoded = source.encoding_name != "RAW"
        forced = None if self.output is None or self._renewed else self.output.format
        if forced is not None and want.accepts(forced):
            if encoded and forced.same_encoding(source):
                return source
            if self._codecs.can_encode(forced):
                return next((format for format in want.formats if format.same_encoding(forced)), forced)
        if encoded and want.accepts(source) and (not self._renewed or self._codecs.can_encode(source)):
            return source
        for format in want.formats:
            if format.is_audio == source.is_audio and self._codecs.can_encode(format):
                return format
        wanted = ", ".join(str(format) for format in want.formats) or "any encoded format"
        raise UnsupportedFormatError(f"cannot convert {source} to {wanted}: no encoder for it")

    def _stream(
        self, kind: StreamKind, format: Format, transcoded: bool, mtu_bytes: int = DEFAULT_MTU_BYTES
    ) -> Stream[Any]:
        source = self._input
        assert source is not None
        own = format.encoding_name == source.format.encoding_name and (kind is StreamKind.RAW or not transcoded)
        if own and kind is source.kind:
            return source
        bounds = None
        if not own and kind is not StreamKind.RAW:
            bounds_of = _Bounds.of_audio if format.is_audio else _Bounds.of_video
            bounds = bounds_of(self._settings, self.output)
        made_as: Hashable = (bounds, mtu_bytes) if kind is StreamKind.RTP else bounds
        key = (kind, format.encoding_name, made_as)
        stream: Stream[Any] = self._found(source, key, lambda: self._make(kind, format, bounds, mtu_bytes))
        return stream

    @staticmethod
    def _found(source: Stream[Any], key: tuple[StreamKind, str, Hashable], make: Callable[[], Stream[Any]]) -> Any:
        stream = source.conversions.get(key)
        if stream is None:
            stream = source.conversions[key] = make()
        return stream

    def _make(self, kind: StreamKind, format: Format, bounds: _Bounds | None, mtu_bytes: int) -> Stream[Any]:
        """Build a conversion; `bounds` are those of the encoder, None where nothing is encoded on the way."""
        source = self._input
        assert source is not None
        if kind is StreamKind.RTP:
            upstream = self._stream(StreamKind.ENCODED, format, bounds is not None)
            assert isinstance(upstream, EncodedStream)
            return Packetized(upstream, self._now, mtu_bytes)
        if kind is StreamKind.RAW:
            encoded = self._stream(StreamKind.ENCODED, source.format, transcoded=False)
            assert isinstance(encoded, EncodedStream)
            return self._codecs.decoder(encoded)
        if bounds is None:
            assert isinstance(source, RtpStream)
            return Depacketized(source)
        raw = self._stream(StreamKind.RAW, RAW_AUDIO if format.is_audio else RAW_VIDEO, transcoded=True)
        assert isinstance(raw, RawStream)
        return self._codecs.encoder(self._thinned(raw, bounds.frame_rate), format, bounds)

    def _thinned(self, raw: RawStream, rate: Fraction | None) -> RawStream:
        """At most `rate` pictures a second."""
        if rate is None or raw.format.is_audio:
            return raw
        thinned: RawStream = self._found(raw, (StreamKind.RAW, "RAW", rate), lambda: FewerPictures(raw, rate))
        return thinned
