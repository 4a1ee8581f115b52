"""A still picture as a source: the same picture again and again, until somebody stops it or its time is over."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av
from av.video.reformatter import ColorRange

from kms_elements.player.failures import invalid_media
from kms_elements.player.locations import Location
from kms_elements.player.source import Batch, Source
from kms_elements.player.tracks import VIDEO_CLOCK_RATE_HZ, Unit
from kms_elements.player.upright import Upright
from kms_elements.player.whole_file import open_readable
from kms_trio.api import MediaType, UriPolicy

__all__ = ["PICTURES_PER_SECOND", "StillSource", "open_source"]

PICTURES_PER_SECOND: Final = 15
"""Often enough for whoever joins, and for encoders that count on time that passes."""
_INTERVAL: Final = Fraction(1, PICTURES_PER_SECOND)
EPSILON_S: Final = 1e-6
OPAQUE: Final = 255


class StillSource(Source):
    """Shows the first picture of `container` for `shown_s` seconds, or without an end; methods as in `Source`."""

    def __init__(self, container: Any, shown_s: float | None) -> None:
        super().__init__(container, use_encoded_media=False)
        self.duration_s = shown_s or 0.0
        self._shown_s = shown_s
        self._format, self._pixels = self._decode()
        self._number = 0

    def read(self, until_s: float) -> Batch:
        """Pictures up to `until_s`."""
        units: list[Unit] = []
        while (due_s := self._number * _INTERVAL) < until_s:
            if self._shown_s is not None and due_s + EPSILON_S >= self._shown_s:
                return Batch(tuple(units), True)
            # A copy for each: consumers draw in pictures, and count by their timestamps.
            picture = av.VideoFrame.from_ndarray(self._pixels, format=self._format)
            pts = round(due_s * VIDEO_CLOCK_RATE_HZ)
            units.append(Unit(MediaType.VIDEO, VIDEO_CLOCK_RATE_HZ, float(due_s), float(_INTERVAL), pts, picture))
            self._number += 1
            self.tracks[0].progress_s = float(self._number * _INTERVAL)
        return Batch(tuple(units), False)

    def seek(self, position_s: float) -> None:
        """Go on at that time."""
        self._number = round(position_s * PICTURES_PER_SECOND)
        self.tracks[0].progress_s = float(self._number * _INTERVAL)

    def _decode(self) -> tuple[str, Any]:
        """The name of a pixel format, and the pixels; those of a picture that is transparent anywhere have alpha."""
        try:
            for packet in self._packets:
                for decoded in self.tracks[0].stream.codec_context.decode(packet if packet.size else None):
                    picture = Upright().turned(decoded)
                    width, height = max(2, picture.width & ~1), max(2, picture.height & ~1)
                    pixels = picture.reformat(width, height, format="rgba").to_ndarray()
                    if (pixels[:, :, 3] < OPAQUE).any():
                        return "rgba", pixels
                    opaque = picture.reformat(width, height, "yuv420p", dst_color_range=ColorRange.MPEG)
                    return "yuv420p", opaque.to_ndarray()
        except (av.error.FFmpegError, ValueError) as error:
            self.close()
            raise invalid_media() from error
        self.close()
        raise invalid_media()


def open_source(location: Location, policy: UriPolicy, use_encoded_media: bool) -> Source:
    """Open what is there: a still picture or something that moves.  Raises SourceError and nothing else."""
    container, first = open_readable(location)
    if _is_still(container):
        return StillSource(container, location.shown_s)
    return Source.of_container(container, location, policy, use_encoded_media, first)


def _is_still(container: Any) -> bool:
    """Whether there is one picture in a file of its own (a demuxer a file format, or FFmpeg's for picture files)."""
    name: str = container.format.name
    return name == "image2" or name.endswith("_pipe")
