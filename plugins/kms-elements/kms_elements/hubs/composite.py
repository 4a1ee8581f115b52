"""Composite (elements.Composite.kmd.json): all in a grid, or in another layout."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from kms_elements.generated.interfaces import CompositeInterface
from kms_elements.hubs.layout import LAYOUTS, fitted
from kms_elements.hubs.mixing_hub import MixingHub
from kms_elements.hubs.picture_mixer import Tile
from kms_elements.hubs.speaker import SpeakerChoice
from kms_elements.hubs.video_mix import Arrangement, PictureInput
from kms_trio.api import ErrorCode, KurentoError

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["Composite"]

logger = logging.getLogger(__name__)

LAYOUT_TAG: Final = "layout"
"""Tag of a Composite: the name of its layout."""
SIZES: Final = range(16, 8193)
RATES: Final = range(1, 121)


class Composite(MixingHub, CompositeInterface):
    """Shows the ports that have sent a picture and are still connected, in a grid on black, to all ports alike.

    Pictures keep their proportions. A participant who stops sending stays where they are with the last picture, so
    that the others need not move. Odd sizes are rounded down.

    The tag `layout` of the object has them arranged otherwise, from the next picture on: `row`, `column` or `speaker`,
    in which who speaks is shown large and the others in a strip below. Any other value is the grid.
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
        self._layout = "grid"
        self._speaker = SpeakerChoice[Hashable]()

    def add_tag(self, key: str, value: str) -> None:
        """Set a tag; `layout` with the name of one takes effect."""
        super().add_tag(key, value)
        if key == LAYOUT_TAG:
            self._set_layout(value)

    def remove_tag(self, key: str) -> None:
        """Remove a tag; without `layout` it is the grid again."""
        super().remove_tag(key)
        if key == LAYOUT_TAG:
            self._set_layout("grid")

    def arrange(self, inputs: Sequence[PictureInput]) -> Arrangement:
        """In the order of the ports, the speaker first where the layout has a place for one."""
        cells = LAYOUTS[self._layout](len(inputs), self._width, self._height)
        if self._layout == "speaker":
            inputs = self._speaker_first(inputs)
        tiles = [
            Tile(entry.key, entry.picture, fitted(cell, entry.picture.width, entry.picture.height))
            for entry, cell in zip(inputs, cells, strict=True)
        ]
        return self._width, self._height, tiles

    def _set_layout(self, name: str) -> None:
        if name not in LAYOUTS:
            logger.warning("%s: no layout '%s', but %s; it is the grid", self.id, name, ", ".join(LAYOUTS))
            name = "grid"
        self._layout = name

    def _speaker_first(self, inputs: Sequence[PictureInput]) -> Sequence[PictureInput]:
        ports = {port: entry for port, entry in self.pictures.inputs.items() if entry in inputs}
        levels = {port: self.voices.level(port) for port in ports}
        speaker = self._speaker.choose(levels, self.context.timers.now())
        return sorted(inputs, key=lambda entry: speaker is None or entry is not ports[speaker])
