"""Filters over the wire: a file is played through them and recorded, and clients hear what they found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
import zxingcpp

from kms_trio.app import Server
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.plugins import Candidate, Plugins
from kms_trio.settings import Settings
from kms_trio.testing.rpc import RpcClient, open_client

Serve = Callable[[Settings | None, Plugins | None], Awaitable[Server]]


def candidate(name: str) -> Candidate:
    return Candidate(name, lambda: import_module(f"kms_{name}.generated.module").MODULE)


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[RpcClient]:
    server = await serve(None, Plugins([candidate("elements"), candidate("filters")]))
    async with open_client(server.control_url) as opened:
        yield opened


@pytest.fixture
def clip(tmp_path: Path, astronaut: Picture) -> str:
    """Three seconds of a photograph with a QR code in its corner, VP8."""
    drawn = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode("kms-trio", zxingcpp.barcode_format_from_str("QRCode")), scale=4
    )
    code = np.pad(np.asarray(drawn), 8, constant_values=255)
    picture = np.ascontiguousarray(astronaut)
    picture[-code.shape[0] :, : code.shape[1]] = code[..., None]
    file = tmp_path / "clip.webm"
    with av.open(str(file), "w") as container:
        stream = cast("av.VideoStream", container.add_stream("libvpx", rate=15, options={"deadline": "realtime"}))
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 512, 512, "yuv420p", 2_000_000
        for number in range(45):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 15)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.as_uri()


async def test_a_file_through_three_filters_into_a_file(
    client: RpcClient, clip: str, image: Callable[..., str], tmp_path: Path
) -> None:
    pipeline = await client.create("MediaPipeline")
    player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=clip)
    codes = await client.create("ZBarFilter", mediaPipeline=pipeline)
    faces = await client.create("FaceOverlayFilter", mediaPipeline=pipeline)
    images = await client.create("ImageOverlayFilter", mediaPipeline=pipeline)
    recorded = tmp_path / "recorded.webm"
    recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=recorded.as_uri())
    await client.invoke(
        faces,
        "setOverlayedImage",
        uri=image((0, 255, 0, 255)),
        offsetXPercent=0.0,
        offsetYPercent=0.0,
        widthPercent=1.0,
        heightPercent=1.0,
    )
    await client.invoke(
        images,
        "addImage",
        id="corner",
        uri=image((0, 0, 255, 255)),
        offsetXPercent=0.75,
        offsetYPercent=0.75,
        widthPercent=0.25,
        heightPercent=0.25,
        keepAspectRatio=False,
        center=False,
    )
    await client.subscribe(codes, "CodeFound", "Error")
    await client.subscribe(player, "EndOfStream")
    for source, sink in ((player, codes), (codes, faces), (faces, images)):
        await client.invoke(source, "connect", sink=sink)
    await client.invoke(images, "connect", sink=recorder, mediaType="VIDEO")
    await client.invoke(recorder, "record")
    await client.invoke(player, "play")
    found = await client.expect("CodeFound", codes)
    assert (found.data["codeType"], found.data["value"]) == ("QR-Code", "kms-trio")
    assert found.data["type"] == "CodeFound"
    await client.expect("EndOfStream", player)
    await client.invoke(recorder, "stopAndWait")
    assert not [event for event in await client.settle() if event.name == "Error"]

    with av.open(str(recorded)) as container:
        pictures = [frame.to_ndarray(format="bgr24").astype(int) for frame in container.decode(video=0)]
    assert pictures, "a busy machine drops pictures, but not all of them"
    for picture in pictures:
        assert np.abs(picture[420:500, 420:500].mean(axis=(0, 1)) - (0, 0, 255)).max() < 40  # the corner
    assert np.abs(pictures[-1][100:130, 205:240].mean(axis=(0, 1)) - (0, 255, 0)).max() < 40  # the face


async def test_errors_of_filters_reach_the_client(client: RpcClient, tmp_path: Path) -> None:
    pipeline = await client.create("MediaPipeline")
    images = await client.create("ImageOverlayFilter", mediaPipeline=pipeline)
    with pytest.raises(KurentoError, match="No such file") as refused:
        await client.invoke(
            images,
            "addImage",
            id="x",
            uri=f"{tmp_path.as_uri()}/none.png",
            offsetXPercent=0.0,
            offsetYPercent=0.0,
            widthPercent=1.0,
            heightPercent=1.0,
            keepAspectRatio=True,
            center=True,
        )
    assert refused.value.code == ErrorCode.URI_PATH_FILE_NOT_FOUND
    for command, text in [("nosuchelement", 'no element "nosuchelement"'), ("", "empty pipeline not allowed")]:
        with pytest.raises(KurentoError, match=text) as refused:
            await client.create("GStreamerFilter", mediaPipeline=pipeline, command=command)
        assert refused.value.code == ErrorCode.MARSHALL_ERROR
    flip = await client.create(
        "GStreamerFilter", mediaPipeline=pipeline, command="videoflip method=4", filterType="VIDEO"
    )
    assert await client.invoke(flip, "getCommand") == "videoflip method=4"
    with pytest.raises(KurentoError, match="Factory 'OpenCVFilter' not found"):
        await client.create("OpenCVFilter", mediaPipeline=pipeline)
