"""AlphaBlending (elements.AlphaBlending.kmd.json): pictures over each other, each at its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from kms_elements.generated.interfaces import AlphaBlendingInterface
from kms_elements.hubs.layout import Place, even, fitted
from kms_elements.hubs.mixing_hub import MixingHub
from kms_elements.hubs.picture_mixer import Tile
from kms_elements.hubs.video_mix import CLOCK_RATE_HZ, Arrangement, PictureInput
from kms_trio.api import ErrorCode, HubPort, KurentoError

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass
    from kms_trio.generated.core.interfaces import HubPortInterface

__all__ = ["AlphaBlending"]

FIRST_INTERVAL_S: Final = Fraction(1, 30)
SLOWEST_S, FASTEST_S = Fraction(1), Fraction(1, 60)
RATE_TOLERANCE: Final = 0.05
"""The output follows the master's rate when it differs by more than this share."""


@attrs.frozen
class _Layer:
    """Place of a port in shares of the master's size, and in the stack."""

    z_order: int
    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


class AlphaBlending(MixingHub, AlphaBlendingInterface):
    """Size and rate of the output are those of the master's video; nothing comes out before it has sent a picture.

    Other ports are shown from the moment on that they have properties. Pictures keep their proportions inside their
    place, which hides what lies below only where the picture is. A master that freezes stops nobody else: the output
    goes on at the rate it had.
    """

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, FIRST_INTERVAL_S)
        self._master: HubPort | None = None
        self._layers: dict[HubPort, _Layer] = {}

    def set_master(self, source: HubPortInterface, z_order: int) -> None:
        """Make a port the master. Raises KurentoError 40107 when it belongs to another hub."""
        self._master = self._own(source)
        self._layers[self._master] = _Layer(z_order)

    def set_port_properties(
        self,
        relative_x: float,
        relative_y: float,
        z_order: int,
        relative_width: float,
        relative_height: float,
        port: HubPortInterface,
    ) -> None:
        """Place a port; what is outside the picture is not seen. Raises KurentoError 40107 for another hub's port."""
        layer = _Layer(z_order, relative_x, relative_y, relative_width, relative_height)
        if not all(map(math.isfinite, (layer.x, layer.y, layer.width, layer.height))):
            raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Positions and sizes must be numbers")
        self._layers[self._own(port)] = layer

    def port_removed(self, port: HubPort) -> None:
        """Go on without it; without a master nothing comes out."""
        super().port_removed(port)
        self._layers.pop(port, None)
        if port is self._master:
            self._master = None

    def arrange(self, inputs: Sequence[PictureInput]) -> Arrangement | None:
        """Lowest first; equal heights in the order of the ports."""
        if self._master is None:
            return None
        master = self.pictures.inputs[self._master]
        if master.picture is None:
            return None
        self._follow_rate(master)
        width, height = max(2, master.picture.width & ~1), max(2, master.picture.height & ~1)
        layers = {self.pictures.inputs[port].key: layer for port, layer in self._layers.items()}
        shown = sorted((each for each in inputs if each.key in layers), key=lambda each: layers[each.key].z_order)
        tiles = []
        for each in shown:
            place = _place(layers[each.key], width, height)
            if place is not None:
                if each is not master:
                    place = fitted(place, each.picture.width, each.picture.height)
                tiles.append(Tile(each.key, each.picture, place))
        return width, height, tiles

    def _own(self, port: HubPortInterface) -> HubPort:
        if not isinstance(port, HubPort) or port.hub is not self:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "The port belongs to another hub")
        return port

    def _follow_rate(self, master: PictureInput) -> None:
        if not master.interval_ticks:
            return
        ticker = self.pictures.ticker
        difference = master.interval_ticks / CLOCK_RATE_HZ / float(ticker.interval_s) - 1
        if abs(difference) > RATE_TOLERANCE:
            interval_s = Fraction(round(master.interval_ticks), CLOCK_RATE_HZ)
            ticker.set_interval(min(max(interval_s, FASTEST_S), SLOWEST_S))


def _place(layer: _Layer, width: int, height: int) -> Place | None:
    """None for a layer that is nowhere on the canvas; one that is much larger than it is cut down."""
    place = Place(
        even(_within(layer.x, 4) * width),
        even(_within(layer.y, 4) * height),
        even(_within(layer.width, 4) * width),
        even(_within(layer.height, 4) * height),
    )
    outside = place.x >= width or place.y >= height or place.x + place.width <= 0 or place.y + place.height <= 0
    return None if outside or place.width < 2 or place.height < 2 else place


def _within(share: float, bound: float) -> float:
    return min(max(share, -bound), bound)
