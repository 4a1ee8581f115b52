"""FilterTraits: what the server has to know of a filter class whose code only its host process imports."""

from __future__ import annotations

from typing import Any

import attrs

from kms_trio.generated.core.types import MediaType
from kms_trio.hosting.errors import HostProtocolError
from kms_trio.objects.media_filter import MediaFilter, OnFailure
from kms_trio.objects.video_filter import VideoFilter

__all__ = ["FilterTraits"]


@attrs.frozen
class FilterTraits:
    """Made with `of` in a host, which sends what `write` gives; the server reads it."""

    media: MediaType
    data: bool
    """Whether it looks at messages of data channels, or sends some."""
    luma_only: bool
    """Whether it only looks at the brightness of pictures, so that nothing else need cross."""
    on_failure: OnFailure
    replayed: frozenset[str]

    @classmethod
    def of(cls, implementation: type[Any]) -> FilterTraits | None:
        """The traits of a class; None for one that is made of no base for hosted filters."""
        if not issubclass(implementation, MediaFilter):
            return None
        luma_only = False
        if issubclass(implementation, VideoFilter):
            luma_only = implementation.read_only and implementation.picture_format.name == "GRAY"
        return cls(
            implementation.media_type,
            implementation.on_data is not MediaFilter.on_data,
            luma_only,
            implementation.on_failure,
            frozenset(implementation.replayed),
        )

    def write(self) -> dict[str, Any]:
        """As JSON can say it."""
        return {
            "media": str(self.media),
            "data": self.data,
            "lumaOnly": self.luma_only,
            "onFailure": self.on_failure.value,
            "replayed": sorted(self.replayed),
        }

    @classmethod
    def read(cls, value: Any) -> FilterTraits | None:
        """Read what a host said; None when the class cannot be hosted. Raises HostProtocolError."""
        if value is None:
            return None
        try:
            return cls(
                MediaType(value["media"]),
                bool(value["data"]),
                bool(value["lumaOnly"]),
                OnFailure(value["onFailure"]),
                frozenset(map(str, value["replayed"])),
            )
        except (TypeError, KeyError, ValueError) as error:
            raise HostProtocolError(f"expected the traits of a filter, got {value!r}") from error
