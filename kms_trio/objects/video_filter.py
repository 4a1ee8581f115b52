"""VideoFilter: a filter whose author writes one method, `process`, and knows of nothing but pictures.

    class Mirror(VideoFilter):
        def process(self, picture: Picture) -> Picture | None:
            return picture[:, ::-1]

See `kms_trio.objects.media_filter` for what runs in which thread.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from kms_trio.codecs.frame_filter import FrameFilter
from kms_trio.codecs.pictures import Picture, PictureFormat
from kms_trio.generated.core.types import MediaType
from kms_trio.objects.media_filter import MediaFilter

if TYPE_CHECKING:
    from kms_trio.codecs.conversion import Converter

__all__ = ["VideoFilter"]


class VideoFilter(MediaFilter):
    """Base of filters of video. Audio passes untouched, and data do unless `on_data` is overridden.

    Pictures come one by one, the oldest being dropped when `process` is late. See `MediaFilter` for
    what becomes of one at which it raises.
    """

    media_type: ClassVar[MediaType] = MediaType.VIDEO
    picture_format: ClassVar[PictureFormat] = PictureFormat.BGR
    """How `process` sees pictures, and how it returns them."""
    read_only: ClassVar[bool] = False
    """For filters that only look: their pictures cannot be written to, and the one that `process` was given may be
    returned, which costs no conversion. Otherwise pictures are the filter's own, to change and return."""

    @abstractmethod
    def process(self, picture: Picture) -> Picture | None:
        """Return the picture to go on, of any size, or None for none. It must not be changed afterwards."""

    @property
    def picture_time_s(self) -> float:
        """For `process`: when its picture was taken, in seconds of the stream's own clock, from any beginning."""
        return self._time_s

    def process_at(self, picture: Picture, time_s: float) -> Picture | None:
        """Run `process`; see `kms_trio.codecs.frame_filter.PictureWork`."""
        result: Picture | None = self.work(time_s, lambda: self.process(picture))
        return result

    def make_converter(self) -> Converter[Any, Any]:
        """What shows frames to `process`."""
        return FrameFilter(self)
