"""CodecService: makes decoders and encoders for the agnostic node and ends their threads with the server."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import trio

from kms_trio.codecs.conversion import Conversion, Converter, Overflow
from kms_trio.codecs.decoder import DecodedStream
from kms_trio.codecs.encoder import ReencodedStream
from kms_trio.codecs.tables import decoder_name, encodable
from kms_trio.media.agnostic import EncoderSettings, UnsupportedFormatError
from kms_trio.media.formats import Format
from kms_trio.media.streams import EncodedStream, RawStream

__all__ = ["CodecService"]

logger = logging.getLogger(__name__)

JOIN_TIMEOUT_S: Final = 2.0
"""How long closing waits for a thread: converting one picture takes milliseconds."""


class CodecService:
    """Implements `kms_trio.media.agnostic.CodecService`.

    Used inside a Trio run, as ``async with CodecService() as codecs``; all methods are for the Trio thread.  A thread
    exists for each conversion that somebody is attached to, and for no other.
    """

    def __init__(self) -> None:
        self._token: trio.lowlevel.TrioToken | None = None
        self._running: set[Conversion[Any, Any]] = set()
        self._closed = False

    async def __aenter__(self) -> CodecService:
        self._token = trio.lowlevel.current_trio_token()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the conversions whose threads exist, for status pages."""
        return tuple(sorted(conversion.name for conversion in self._running))

    @property
    def idle(self) -> bool:
        """Whether nothing that was handed to a thread is still to come out of it."""
        return all(conversion.idle for conversion in self._running)

    async def aclose(self) -> None:
        """Stop all conversions and wait, shielded and bounded, for their threads."""
        self._closed = True
        running = tuple(self._running)
        for conversion in running:
            conversion.stop()
        with trio.CancelScope(shield=True):
            for conversion in running:
                if not await trio.to_thread.run_sync(conversion.join, JOIN_TIMEOUT_S):
                    logger.warning("%s: the thread does not end", conversion.name)

    # kms_trio.media.agnostic.CodecService

    def decoder(self, upstream: EncodedStream) -> RawStream:
        """A stream of pictures or samples of `upstream`; raises `UnsupportedFormatError` when it cannot be decoded."""
        if decoder_name(upstream.format) is None:
            raise UnsupportedFormatError(f"cannot decode {upstream.format}: no decoder for it")
        return DecodedStream(self.start_conversion, upstream)

    def encoder(self, upstream: RawStream, format: Format, settings: EncoderSettings) -> EncodedStream:
        """`upstream` encoded to `format`; raises `UnsupportedFormatError` when there is no encoder for that."""
        if not self.can_encode(format) or format.is_audio != upstream.format.is_audio:
            raise UnsupportedFormatError(f"cannot encode {upstream.format} to {format}: no encoder for it")
        return ReencodedStream(self.start_conversion, upstream, format, settings)

    def can_encode(self, format: Format) -> bool:
        """Whether `encoder` can make `format`."""
        return encodable(format)

    # For the streams made here.

    def start_conversion(
        self,
        name: str,
        make_converter: Callable[[], Converter[Any, Any]],
        deliver: Callable[[Any], None],
        *,
        capacity: int,
        overflow: Overflow,
    ) -> Conversion[Any, Any]:
        """Start the thread of a conversion; whoever asked stops it."""
        if self._token is None:
            self._token = trio.lowlevel.current_trio_token()
        conversion: Conversion[Any, Any] = Conversion(
            name,
            make_converter,
            deliver,
            self._post,
            capacity=capacity,
            overflow=overflow,
            on_exit=self._running.discard,
        )
        if not self._closed:
            self._running.add(conversion)
            conversion.start()
        return conversion

    def _post(self, callback: Callable[[], None]) -> None:
        assert self._token is not None
        with contextlib.suppress(trio.RunFinishedError):  # then nobody is left to take the result
            self._token.run_sync_soon(callback)
