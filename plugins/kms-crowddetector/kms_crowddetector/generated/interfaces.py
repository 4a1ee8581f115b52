"""Abstract bases of the classes of the module `crowddetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from kms_trio.generated.core import interfaces as core_interfaces


class CrowdDetectorFilterInterface(core_interfaces.FilterInterface, ABC):
    """Tells how many people are in regions of the video and how they move.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `rois`: The regions to look at.

    Raises the events `CrowdDetectorFluidity`, `CrowdDetectorOccupancy`, `CrowdDetectorDirection`.
    """

    @property
    @abstractmethod
    def processing_width(self) -> int:
        """Width to which pictures are scaled before they are looked at, in pixels."""

    @processing_width.setter
    @abstractmethod
    def processing_width(self, value: int) -> None: ...
