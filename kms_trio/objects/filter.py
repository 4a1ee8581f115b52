"""Filter: an element that changes the media which passes through it."""

from __future__ import annotations

from kms_trio.generated.core.interfaces import FilterInterface
from kms_trio.objects.media_element import MediaElement


class Filter(MediaElement, FilterInterface):
    """Base of all filters."""
