"""Tells the sink pad of a port that media comes in, whether or not anybody wants the mix.

Looking at what is decoded would have it decoded; so the source's media is looked at as it is.
"""

from __future__ import annotations

from typing import Any

from kms_trio.api import Tap
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import Stream

__all__ = ["Arrivals"]


class Arrivals:
    """The flow of one sink pad."""

    def __init__(self, pad: SinkPad) -> None:
        self._pad = pad
        self._tap: Tap | None = None

    def follow(self, stream: Stream[Any] | None) -> None:
        """The pad is fed from `stream` now, or from nothing."""
        self.close()
        source = self._pad.source
        if stream is not None and source is not None and source.input is not None:
            self._tap = Tap(source.input, self._pad.flow.count)

    def close(self) -> None:
        """Look no longer."""
        if self._tap is not None:
            self._tap.detach()
            self._tap = None
