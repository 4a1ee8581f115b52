"""The host's end of a filter: a thread that takes units, has them filtered, and answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import av

from kms_trio.codecs.conversion import Converter
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.unit_header import Kind, UnitHeader
from kms_trio.hosting.unit_socket import UnitSocket
from kms_trio.hosting.units import UnitPacker

__all__ = ["UnitServer"]

logger = logging.getLogger("kms.hosting")

THREAD_NAME: Final = "filter"


class UnitServer:
    """`make_converter` makes what filters, in the thread; its results are frames, and functions to be called in order
    with them, in which `note` may be used.
    """

    def __init__(self, wire: UnitSocket, make_converter: Callable[[], Converter[Any, Any]]) -> None:
        self._wire = wire
        self._make_converter = make_converter
        self._packer = UnitPacker()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def end(self) -> None:
        """Serve no more, after the unit that is being filtered."""
        self._wire.end()

    @property
    def is_current_thread(self) -> bool:
        """Whether this runs in the thread that filters."""
        return threading.current_thread() is self._thread

    def note(self, note: bytes) -> None:
        """Say something with the unit that is being filtered; for its thread. Raises HostProtocolError."""
        self._wire.send_note(note)

    def _run(self) -> None:
        try:
            converter = self._make_converter()
            while True:
                came = self._wire.receive(None)
                if isinstance(came, UnitHeader):
                    self._serve(converter, came)
        except HostGoneError:
            return  # the filter was released, or the server is gone
        except HostProtocolError:
            logger.exception("the server said what makes no sense")
            self._wire.end()

    def _serve(self, converter: Converter[Any, Any], header: UnitHeader) -> None:
        frame = self._wire.frame(header, shared=True)
        answer, write = UnitHeader(Kind.NOTHING, header.number), None
        for result in converter.convert(frame):
            if result is frame:
                answer = UnitHeader(Kind.UNCHANGED, header.number)
            elif isinstance(result, av.VideoFrame | av.AudioFrame):
                answer, write = self._packer.pack(result, Kind.RESULT, header.number)
            else:
                result()
        self._wire.send_unit(answer, write)
