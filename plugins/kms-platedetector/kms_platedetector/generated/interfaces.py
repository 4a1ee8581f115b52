"""Abstract bases of the classes of the module `platedetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kms_trio.generated.core import interfaces as core_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable


class PlateDetectorFilterInterface(core_interfaces.FilterInterface, ABC):
    """Finds number plates of vehicles and reads them.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.

    Raises the events `PlateDetected`.
    """

    @abstractmethod
    def set_plate_width_percentage(self, plate_width_percentage: float) -> MaybeAwaitable[None]:
        """Says how wide plates are, which makes finding them faster.

        - `plate_width_percentage`: Width of a plate as a share of the picture's, from 0.0 to 1.0.
        """
