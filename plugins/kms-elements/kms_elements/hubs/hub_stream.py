"""A stream that a hub makes, given by the source pads of any number of ports.

All of them give the same stream, so that the agnostic nodes behind them share its encoders.
"""

from __future__ import annotations

from collections.abc import Callable

from kms_trio.media.callbacks import ignore
from kms_trio.media.formats import Format
from kms_trio.media.pads import SourcePad
from kms_trio.media.streams import RawFrame, RawStream

__all__ = ["HubStream"]


class HubStream(RawStream):
    """`reconsider` is called when the first consumer came or the last one left."""

    def __init__(self, format: Format, reconsider: Callable[[], None]) -> None:
        super().__init__(format)
        self._reconsider = reconsider
        self._pads: list[SourcePad] = []

    def started(self) -> None:
        """Have it made."""
        self._reconsider()

    def stopped(self) -> None:
        """Have it made no more."""
        self._reconsider()

    def give_to(self, pad: SourcePad) -> None:
        """Let a pad give this stream from now on."""
        former = pad.input
        if former is self:
            return
        if isinstance(former, HubStream):
            former.forget(pad)
        self._pads.append(pad)
        pad.set_input(self)

    def take_from(self, pad: SourcePad) -> None:
        """Let a pad that gives this stream give nothing; others are left alone."""
        self.forget(pad)
        if pad.input is self:
            pad.set_input(None)

    def forget(self, pad: SourcePad) -> None:
        """Count no more for a pad; unknown pads are ignored."""
        if pad in self._pads:
            self._pads.remove(pad)

    def close(self) -> None:
        """The hub is gone: it cares for no consumers any more."""
        self._reconsider = ignore

    def deliver(self, frame: RawFrame) -> None:
        """Push a picture or samples, and count it for the pads that somebody is linked to."""
        self.push(frame)
        for pad in self._pads:
            if pad.sinks:
                pad.flow.count()
