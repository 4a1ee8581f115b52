"""Showing pictures to a filter, one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np

from kms_trio.codecs.pictures import Picture
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_VIDEO, StreamKind, Want
from kms_trio.media.streams import RawStream
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import Bench, Tap

RAW = Want(StreamKind.RAW)


class Camera:
    """Shows pictures to a filter and sees what comes of them."""

    def __init__(self, bench: Bench, element: Any) -> None:
        self.element = element
        self._stream = RawStream(RAW_VIDEO)
        self._source = PassThrough(bench.context, bench.pipeline, CORE.classes["PassThrough"])
        self._source.source_pad(MediaType.VIDEO).set_input(self._stream)
        self._source.connect(element)
        self._tap: Tap = bench.tap(element, MediaType.VIDEO, RAW)
        self._pts = 0

    async def show(self, picture: Picture, after_s: float = 0.1) -> Picture:
        """Show BGR pixels, `after_s` after those before; return the BGR pixels that come out."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(format="yuv420p")
        self._pts += round(after_s * 90_000)
        frame.pts, frame.time_base = self._pts, Fraction(1, 90_000)
        seen = len(self._tap.units)
        self._stream.push(frame)
        await self._tap.take(seen + 1)
        assert self._tap.units[-1].pts == self._pts
        return np.asarray(self._tap.units[-1].to_ndarray(format="bgr24"), np.uint8)
