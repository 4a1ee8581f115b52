"""The bitrate that we tell a sender it may use (goog-remb), from loss and received rate.

After the description of Kurento's rule, whose parameters it takes: grow exponentially while the rate is far below the
last trouble and linearly near it, hold at the received rate under light loss, fall to a part of it under heavy loss.
How fast it grows linearly is ours: a `lineal_factor_grade`-th of the received rate a second. The estimate is made once
a report, whatever `packets_recv_interval_top` says.
"""

from __future__ import annotations

import attrs

__all__ = ["RembEstimator", "RembSettings"]

FLOOR_BPS = 30_000


@attrs.frozen
class RembSettings:
    """Parameters of the estimate; names and defaults are those of Kurento's RembParams."""

    packets_recv_interval_top: int = 100
    exponential_factor: float = 0.04
    lineal_factor_min_bps: int = 50
    lineal_factor_grade: float = 30
    decrement_factor: float = 0.5
    threshold_factor: float = 0.8
    up_losses: int = 12
    """Light loss: fewer than this many in 256."""
    remb_on_connect_bps: int = 300_000


class RembEstimator:
    """One estimate for the video that one peer sends."""

    def __init__(self, settings: RembSettings, start_bps: int = 2_000_000) -> None:
        self.settings = settings
        self.estimate_bps = start_bps
        self._threshold_bps = start_bps
        self._highest_received_bps = 0

    def update(self, received_bps: int, fraction_lost: int) -> int:
        """Take in one report interval (`fraction_lost` in 256ths); returns the new estimate in bits a second."""
        settings = self.settings
        self._highest_received_bps = max(self._highest_received_bps, received_bps)
        estimate = self.estimate_bps
        if fraction_lost == 0:
            if estimate < self._threshold_bps:
                estimate = int(estimate * (1 + settings.exponential_factor))
            else:
                headroom = max(settings.lineal_factor_min_bps, int(received_bps / max(settings.lineal_factor_grade, 1)))
                estimate += headroom
        elif fraction_lost < settings.up_losses:
            estimate = min(estimate, max(self._highest_received_bps, FLOOR_BPS))
            self._threshold_bps = int(estimate * settings.threshold_factor)
        else:
            self._threshold_bps = int(max(received_bps, FLOOR_BPS) * settings.threshold_factor)
            estimate = int(max(received_bps, FLOOR_BPS) * settings.decrement_factor)
        if self._highest_received_bps:
            estimate = min(estimate, max(2 * self._highest_received_bps, settings.remb_on_connect_bps))
        self.estimate_bps = max(estimate, FLOOR_BPS)
        return self.estimate_bps
