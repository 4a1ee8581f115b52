"""H264 whose parameter sets come apart from the pictures, as RTSP cameras send it, can be decoded where it goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.testing.clips import picture_number, write_clip
from kms_trio.testing.elements import Bench


async def test_they_are_put_before_key_frames(bench: Bench, player: Callable[..., Any], tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.nut", seconds=1.0, video="libx264", audio=None, key_frame_every=5)
    with av.open(str(clip)) as container:
        assert (container.streams.video[0].codec_context.extradata or b"").startswith(b"\0\0\0\1")
    element = player(clip, use_encoded_media=True)
    tap = bench.tap(element, MediaType.VIDEO, Want(StreamKind.ENCODED, (Format("H264", 90_000),)))
    element.play()
    frames = await tap.take(15)
    decoder = av.CodecContext.create("h264", "r")
    pictures = [picture for frame in frames for picture in decoder.decode(av.Packet(frame.data))]
    assert [picture_number(picture) for picture in pictures[:10]] == list(range(10))
    for frame in frames:
        if frame.key_frame:
            assert 7 in {unit[0] & 31 for unit in frame.data.split(b"\0\0\1")[1:]}
