"""Composite (elements.Composite.kmd.json): all in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kms_elements.generated.interfaces import CompositeInterface
from kms_elements.hubs.layout import fitted, grid
from kms_elements.hubs.mixing_hub import MixingHub
from kms_elements.hubs.picture_mixer import Tile
from kms_elements.hubs.video_mix import Arrangement, PictureInput
from kms_trio.api import ErrorCode, KurentoError

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["Composite"]

SIZES: Final = range(16, 8193)
RATES: Final = range(1, 121)


class Composite(MixingHub, CompositeInterface):
    """Shows the ports that have sent a picture and are still connected, in a grid on black, to all ports alike.

    Pictures keep their proportions. A participant who stops sending stays where they are with the last picture, so
    that the others need not move. Odd sizes are rounded down.
    """

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
        width: int = 800,
        height: int = 600,
        framerate: int = 15,
    ) -> None:
        """Raises KurentoError 40107 for sizes and rates that no video has."""
        for name, value, allowed in (
            ("width", width, SIZES),
            ("height", height, SIZES),
            ("framerate", framerate, RATES),
        ):
            if value not in allowed:
                message = f"'{name}' must be from {allowed[0]} to {allowed[-1]}, not {value}"
                raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, message)
        super().__init__(context, parent, object_class, Fraction(1, framerate))
        self._width = width & ~1
        self._height = height & ~1

    def arrange(self, inputs: Sequence[PictureInput]) -> Arrangement:
        """Row by row in the order of the ports."""
        cells = grid(len(inputs), self._width, self._height)
        tiles = [
            Tile(entry.key, entry.picture, fitted(cell, entry.picture.width, entry.picture.height))
            for entry, cell in zip(inputs, cells, strict=True)
        ]
        return self._width, self._height, tiles
