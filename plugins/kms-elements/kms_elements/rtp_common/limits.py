"""An endpoint's bandwidth properties and congestion parameters as its sessions read them."""

from __future__ import annotations

from typing import Any

import attrs

from kms_trio.api import BaseRtpEndpoint, RembParams, RembSettings

__all__ = ["EndpointLimits", "remb_settings"]


class EndpointLimits:
    """`SessionLimits` over the properties of an endpoint, which are in kbit/s."""

    def __init__(self, endpoint: BaseRtpEndpoint) -> None:
        self._endpoint = endpoint

    @property
    def min_video_receive_bps(self) -> int:
        """What the peer is asked for at least."""
        return self._endpoint.min_video_recv_bandwidth * 1000

    @property
    def max_video_receive_bps(self) -> int:
        """What the peer is asked for at most."""
        return self._endpoint.max_video_recv_bandwidth * 1000

    @property
    def min_video_send_bps(self) -> int:
        """What is sent at least."""
        return self._endpoint.min_video_send_bandwidth * 1000

    @property
    def max_video_send_bps(self) -> int:
        """What is sent at most."""
        return self._endpoint.max_video_send_bandwidth * 1000


def remb_settings(params: RembParams) -> RembSettings:
    """The parameters that are set, the defaults for the rest."""
    given: dict[str, Any] = {
        "packets_recv_interval_top": params.packets_recv_interval_top,
        "exponential_factor": params.exponential_factor,
        "lineal_factor_min_bps": params.lineal_factor_min,
        "lineal_factor_grade": params.lineal_factor_grade,
        "decrement_factor": params.decrement_factor,
        "threshold_factor": params.threshold_factor,
        "up_losses": params.up_losses,
        "remb_on_connect_bps": params.remb_on_connect,
    }
    return attrs.evolve(RembSettings(), **{name: value for name, value in given.items() if value is not None})
