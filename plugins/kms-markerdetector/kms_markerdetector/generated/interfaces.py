"""Abstract bases of the classes of the module `markerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kms_filters.generated import interfaces as filters_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable


class ArMarkerdetectorInterface(filters_interfaces.OpenCVFilterInterface, ABC):
    """Finds ArUco markers, draws a picture or a text on them and tells how many there are.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.

    Raises the events `MarkerCount`.
    """

    @abstractmethod
    def set_show_debug_level(self, show_debug_level: int) -> MaybeAwaitable[None]:
        """Sets how much is drawn of what was found.

        - `show_debug_level`: How much: 0 for nothing.
        """

    @abstractmethod
    def get_show_debug_level(self) -> MaybeAwaitable[int]:
        """Says how much is drawn of what was found.

        Returns: What was set, or what it is without.
        """

    @abstractmethod
    def set_overlay_image(self, overlay_image: str) -> MaybeAwaitable[None]:
        """Sets the picture to draw on markers.

        - `overlay_image`: Where the picture is; none when empty.
        """

    @abstractmethod
    def get_overlay_image(self) -> MaybeAwaitable[str]:
        """Says which picture is drawn on markers.

        Returns: What was set, or what it is without.
        """

    @abstractmethod
    def set_overlay_text(self, overlay_text: str) -> MaybeAwaitable[None]:
        """Sets the text to draw on markers.

        - `overlay_text`: The text; none when empty.
        """

    @abstractmethod
    def get_overlay_text(self) -> MaybeAwaitable[str]:
        """Says which text is drawn on markers.

        Returns: What was set, or what it is without.
        """

    @abstractmethod
    def set_overlay_scale(self, overlay_scale: float) -> MaybeAwaitable[None]:
        """Sets the size of what is drawn.

        - `overlay_scale`: The size, where 1.0 is that of the marker.
        """

    @abstractmethod
    def get_overlay_scale(self) -> MaybeAwaitable[float]:
        """Says the size of what is drawn.

        Returns: What was set, or what it is without.
        """
