"""The bitrate bounds that a MediaElement gives to the encoders behind its sources."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

#: "No upper bound", as clients read it.
UNLIMITED_BPS: Final = 2**31 - 1


class EncoderBitrates:
    """Target, minimum and maximum in bit/s; setting one moves the others so that they never contradict each other.

    These are the `kms_trio.media.agnostic.EncoderSettings` of the element; `on_change` is called when one has changed,
    to have running encoders follow.
    """

    def __init__(self, owner: str, target_bps: int, min_bps: int, max_bps: int) -> None:
        self.on_change: Callable[[], None] = _nothing
        self.audio_bitrate_bps = 0
        """Audio is encoded with the codec's own bitrate unless the element's output format says otherwise."""
        self._owner = owner
        self.min_encoder_bitrate_bps = max(0, min_bps)
        self.max_encoder_bitrate_bps = max_bps if max_bps > 0 else UNLIMITED_BPS
        self.encoder_bitrate_bps = target_bps
        self.set_target(target_bps)

    def set_target(self, bitrate_bps: int) -> None:
        """Set the target, held inside the bounds."""
        held = min(max(bitrate_bps, self.min_encoder_bitrate_bps), self.max_encoder_bitrate_bps)
        if held != bitrate_bps:
            logger.warning("%s: encoder bitrate %d is out of bounds, using %d", self._owner, bitrate_bps, held)
        self.encoder_bitrate_bps = held
        self.on_change()

    def set_min(self, bitrate_bps: int) -> None:
        """Set the minimum, at most the maximum; raises the target with it."""
        held = min(max(0, bitrate_bps), self.max_encoder_bitrate_bps)
        if held != bitrate_bps:
            logger.warning("%s: minimum encoder bitrate %d is out of bounds, using %d", self._owner, bitrate_bps, held)
        self.min_encoder_bitrate_bps = held
        if self.encoder_bitrate_bps < held:
            logger.warning("%s: encoder bitrate raised to the new minimum %d", self._owner, held)
            self.encoder_bitrate_bps = held
        self.on_change()

    def set_max(self, bitrate_bps: int) -> None:
        """Set the maximum (0: unlimited), at least the minimum; lowers the target with it."""
        held = max(bitrate_bps if bitrate_bps > 0 else UNLIMITED_BPS, self.min_encoder_bitrate_bps)
        if bitrate_bps > 0 and held != bitrate_bps:
            logger.warning(
                "%s: maximum encoder bitrate %d is below the minimum, using %d", self._owner, bitrate_bps, held
            )
        self.max_encoder_bitrate_bps = held
        if self.encoder_bitrate_bps > held:
            logger.warning("%s: encoder bitrate lowered to the new maximum %d", self._owner, held)
            self.encoder_bitrate_bps = held
        self.on_change()


def _nothing() -> None:
    """Nobody has asked to be told."""
