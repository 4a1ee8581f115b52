"""The bitrate that a sender is told: what loss and the received rate make of it."""

from __future__ import annotations

from kms_trio.net.remb import FLOOR_BPS, RembEstimator, RembSettings


def test_without_loss_it_grows_to_twice_what_comes() -> None:
    estimator = RembEstimator(RembSettings(), start_bps=500_000)
    estimates = [estimator.update(1_000_000, 0) for _ in range(200)]
    assert estimates == sorted(estimates)
    assert estimates[-1] == 2_000_000


def test_heavy_loss_halves_what_comes_and_light_loss_holds_it() -> None:
    estimator = RembEstimator(RembSettings(), start_bps=2_000_000)
    assert estimator.update(1_000_000, 5) == 1_000_000
    assert estimator.update(1_000_000, 128) == 500_000
    assert estimator.update(500_000, 0) > 500_000


def test_it_never_falls_below_the_floor() -> None:
    estimator = RembEstimator(RembSettings(), start_bps=2_000_000)
    assert [estimator.update(0, 255) for _ in range(5)][-1] == FLOOR_BPS
