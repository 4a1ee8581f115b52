"""The filters."""

from __future__ import annotations

from kms_trio.api import Picture, PictureFormat, VideoFilter


class PassYuv(VideoFilter):
    """Returns the pictures of the decoder, as copies of its own."""

    picture_format = PictureFormat.YUV

    def process(self, picture: Picture) -> Picture | None:
        """Return it."""
        return picture


class PassBgr(VideoFilter):
    """Returns pictures that were converted, and will be again."""

    def process(self, picture: Picture) -> Picture | None:
        """Return it."""
        return picture


class LookGray(VideoFilter):
    """Only looks."""

    picture_format = PictureFormat.GRAY
    read_only = True

    def process(self, picture: Picture) -> Picture | None:
        """Return it."""
        return picture


class Spin(VideoFilter):
    """Computes in pure Python without an end."""

    picture_format = PictureFormat.YUV

    def process(self, picture: Picture) -> Picture | None:
        """Never return."""
        number = 0
        while True:
            number = number * 3 % 1_000_003 + 1
