"""Abstract bases of the classes of the module `opencvexample`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kms_filters.generated import interfaces as filters_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable


class OpenCVExampleInterface(filters_interfaces.OpenCVFilterInterface, ABC):
    """Shows the edges or the grey values of the video: an example of a filter made with OpenCV.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def set_filter_type(self, filter_type: int) -> MaybeAwaitable[None]:
        """Chooses what is shown.

        - `filter_type`: What to show: 0 for edges, 1 for grey values.
        """

    @abstractmethod
    def set_edge_threshold(self, edge_value: int) -> MaybeAwaitable[None]:
        """Says how steep an edge must be.

        - `edge_value`: From 0 to 255.
        """
