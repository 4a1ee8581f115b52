"""Abstract bases of the classes of the module `chroma`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kms_trio.generated.core import interfaces as core_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable


class ChromaFilterInterface(core_interfaces.FilterInterface, ABC):
    """Shows a picture wherever the video has the colour that a rectangle of it had at the beginning.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `window`: The rectangle whose colour is taken as the one to replace.
    - `background_image`: Where the picture to show is: `file:///path` or `http(s)://`; none when empty. Default: `""`.
    """

    @abstractmethod
    def set_background(self, uri: str) -> MaybeAwaitable[None]:
        """Sets the picture to show.

        - `uri`: Where the picture is: `file:///path` or `http(s)://`.
        """

    @abstractmethod
    def unset_background(self) -> MaybeAwaitable[None]:
        """Shows no picture any more."""
