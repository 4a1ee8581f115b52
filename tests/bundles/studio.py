"""A filter over the wire: pictures are played from a file through it and recorded."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import attrs
import av
import numpy as np

from kms_trio.codecs.pictures import Picture
from kms_trio.testing.rpc import Event, RpcClient

BUNDLES: Final = (
    "elements",
    "filters",
    "opencvexample",
    "gstreamerexample",
    "chroma",
    "pointerdetector",
    "markerdetector",
    "crowddetector",
    "platedetector",
    "videosampler",
    "datachannelexample",
)

FRAMES_PER_SECOND: Final = 15
PATIENCE_S: Final = 60.0


def write_clip(file: Path, pictures: Iterable[Picture]) -> str:
    """Write BGR pictures of one size as VP8; return the file's URI."""
    with av.open(str(file), "w") as container:
        options = {"deadline": "realtime", "cpu-used": "8"}
        stream = cast("av.VideoStream", container.add_stream("libvpx", rate=FRAMES_PER_SECOND, options=options))
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt, stream.bit_rate = "yuv420p", 3_000_000
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.as_uri()


@attrs.define
class Studio:
    """One client of a server; `heard` is what it was told while it played."""

    client: RpcClient
    pipeline: str
    folder: Path
    heard: list[Event] = attrs.field(factory=list)

    async def create(self, type_name: str, **parameters: Any) -> str:
        """Create an element of the pipeline."""
        return await self.client.create(type_name, mediaPipeline=self.pipeline, **parameters)

    async def play(self, element: str, pictures: Iterable[Picture], last: str | None = None) -> list[Picture]:
        """Play pictures through `element` to their end; return those that were recorded behind it, BGR.

        `last` is the element to record behind, where there are several.
        """
        client = self.client
        clip = write_clip(self.folder / "clip.webm", pictures)
        player = await self.create("PlayerEndpoint", uri=clip)
        recorded = self.folder / "recorded.webm"
        recorder = await self.create("RecorderEndpoint", uri=recorded.as_uri())
        await client.subscribe(player, "EndOfStream")
        await client.subscribe(element, "Error")
        await client.invoke(player, "connect", sink=element)
        await client.invoke(last or element, "connect", sink=recorder, mediaType="VIDEO")
        await client.invoke(recorder, "record")
        await client.invoke(player, "play")
        await client.expect("EndOfStream", player, timeout_s=PATIENCE_S)
        await client.invoke(recorder, "stopAndWait")
        self.heard += await client.settle()
        assert not [event for event in self.heard if event.name == "Error"]
        with av.open(str(recorded)) as container:
            pictures = [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in container.decode(video=0)]
        assert pictures, "a busy machine drops pictures, but not all of them"
        return pictures
