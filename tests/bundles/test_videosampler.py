"""VideoSampler: which pictures are taken, their files, and a gRPC server that gets them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import grpc
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.elements import Bench
from kms_videosampler.delivery import Sample, headers_of
from kms_videosampler.generated.module import MODULE
from kms_videosampler.generated.types import ImageDelivery, ImageEncoding
from kms_videosampler.video_sampler import VideoSampler
from tests.bundles.studio import Studio

Film = Callable[..., Any]


def fields(message: bytes) -> dict[int, bytes]:
    """The fields of a protobuf message that has length-delimited ones only."""
    found = {}
    stream = io.BytesIO(message)
    while tag := stream.read(1):
        assert tag[0] & 7 == 2
        length = shift = 0
        while True:
            [byte] = stream.read(1)
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        found[tag[0] >> 3] = stream.read(length)
    return found


@attrs.define
class Receiver:
    """What a gRPC server of `videoSampler.ImageDeliver` got."""

    port: int = 0
    refuses: bool = False
    images: list[tuple[str, Picture, int]] = attrs.field(factory=list)
    headers: dict[str, Any] = attrs.field(factory=dict)

    def deliver_image(self, message: bytes, context: Any) -> bytes:
        if self.refuses:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "full")
        got = fields(message)
        image = np.asarray(Image.open(io.BytesIO(got[2])).convert("RGB"))
        self.headers = dict(context.invocation_metadata())
        self.images.append((got[1].decode(), image, int(got[3])))
        return b""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    method = grpc.unary_unary_rpc_method_handler(receiver.deliver_image)
    server = grpc.server(ThreadPoolExecutor(1))
    handlers = grpc.method_handlers_generic_handler("videoSampler.ImageDeliver", {"deliverImage": method})
    server.add_generic_rpc_handlers((handlers,))
    receiver.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield receiver
    server.stop(None).wait()


def picture(level: int) -> Picture:
    """Blue on the left, gray of some level on the right."""
    shown = np.full((120, 160, 3), level, np.uint8)
    shown[:, :80] = (250, 20, 20)
    return shown


def deliveries(bench: Bench, element: Any) -> list[bool]:
    return [
        event.delivered
        for source, event in bench.events
        if source is element and type(event).__name__ == "SampleImageDelivered"
    ]


def grpc_to(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"image_delivery_method": ImageDelivery.GRPC, "endpoint_url": f"127.0.0.1:{receiver.port}", **more}


async def test_a_picture_is_taken_every_period(bench: Bench, film: Film, receiver: Receiver) -> None:
    camera = await film(VideoSampler, MODULE, frame_period=500, **grpc_to(receiver))
    for number in range(11):  # 0.1 s apart
        assert np.abs((await camera.show(picture(10 * number))).astype(int) - picture(10 * number))[:, 90:].max() < 8
    await bench.expect("SampleImageDelivered", camera.element, 3)
    assert deliveries(bench, camera.element) == [True] * 3
    assert [round(image[60, 120].mean() / 10) for _, image, _ in receiver.images] == [0, 5, 10]
    codecs, times = {codec for codec, _, _ in receiver.images}, [time for _, _, time in receiver.images]
    assert codecs == {"PNG"}
    assert times == sorted(times)
    assert times[0] > 1_600_000_000_000


async def test_a_gap_brings_no_burst(bench: Bench, film: Film) -> None:
    camera = await film(VideoSampler, MODULE, frame_period=500)
    for after_s in (0.1, 10.0, 0.1, 0.1, 0.3, 0.1):
        await camera.show(picture(90), after_s=after_s)
    await bench.expect("SampleImageDelivered", camera.element, 3)
    assert deliveries(bench, camera.element) == [False] * 3


@pytest.mark.parametrize("encoding", ImageEncoding)
@pytest.mark.parametrize(
    ("width", "height", "size"), [(0, 0, (160, 120)), (80, 0, (80, 60)), (0, 30, (40, 30)), (64, 64, (64, 64))]
)
async def test_files(
    bench: Bench,
    film: Film,
    receiver: Receiver,
    encoding: ImageEncoding,
    width: int,
    height: int,
    size: tuple[int, int],
) -> None:
    more = grpc_to(receiver, image_encoding=encoding, width=width, height=height)
    camera = await film(VideoSampler, MODULE, frame_period=1000, **more)
    await camera.show(picture(200))
    await bench.expect("SampleImageDelivered", camera.element)
    [(codec, image, _)] = receiver.images
    assert codec == encoding.value
    assert image.shape[1::-1] == size
    left, right = image[:, : size[0] // 3].mean(axis=(0, 1)), image[:, -size[0] // 3 :].mean(axis=(0, 1))
    if encoding is ImageEncoding.PBM:  # black and white only
        assert left.mean() < 100 < right.mean()
    else:
        assert np.abs(left - (20, 20, 250)).max() < 20
        assert np.abs(right - 200).max() < 10


async def test_metadata_goes_with_each_call(bench: Bench, film: Film, receiver: Receiver) -> None:
    metadata = '{"Camera": "door", "floor": 3}'
    camera = await film(VideoSampler, MODULE, frame_period=1000, **grpc_to(receiver, metadata=metadata))
    await camera.show(picture(200))
    await bench.expect("SampleImageDelivered", camera.element)
    assert (receiver.headers["camera"], receiver.headers["floor"]) == ("door", "3")


async def test_what_is_not_taken_is_told(bench: Bench, film: Film, receiver: Receiver) -> None:
    receiver.refuses = True
    camera = await film(VideoSampler, MODULE, frame_period=100, **grpc_to(receiver))
    await camera.show(picture(200), after_s=0.2)
    await bench.expect("SampleImageDelivered", camera.element)
    receiver.refuses = False
    await camera.show(picture(200), after_s=0.2)
    await bench.expect("SampleImageDelivered", camera.element, 2)
    assert deliveries(bench, camera.element) == [False, True]
    assert camera.element.failures == 0
    await camera.element.close()


async def test_parameters_without_meaning_are_refused(film: Film) -> None:
    grpc_method = {"frame_period": 1, "image_delivery_method": ImageDelivery.GRPC}
    for parameters, text in [
        ({"frame_period": 0}, "'framePeriod' must be above 0 ms, not 0"),
        ({"frame_period": 1, "width": -1}, "'width' must be from 0 to 8192 pixels, not -1"),
        ({"frame_period": 1, "height": 9000}, "'height' must be from 0 to 8192 pixels, not 9000"),
        (grpc_method, "'endpointUrl' must be host:port or http.s.://host:port, not ''"),
        ({**grpc_method, "endpoint_url": "ftp://a:1"}, "'endpointUrl' must be"),
        ({**grpc_method, "endpoint_url": "a:b"}, "'endpointUrl' must be"),
        ({"frame_period": 1, "metadata": '{"a b": 1}'}, "'metadata' has the key 'a b'"),
        ({"frame_period": 1, "metadata": "grün"}, "'metadata' has a value that is not printable ASCII"),
    ]:
        with pytest.raises(KurentoError, match=text) as refused:
            await film(VideoSampler, MODULE, **parameters)
        assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR


@given(st.text(max_size=40) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(str))
def test_fuzz_metadata_raises_kurento_error_only(metadata: str) -> None:
    try:
        headers = headers_of(metadata)
    except KurentoError as error:
        assert error.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
        return
    assert all(key == key.lower() and value.isprintable() for key, value in headers)


@given(st.text(max_size=300), st.binary(max_size=70_000), st.integers(0, 2**60))
def test_messages_are_protobuf(codec: str, data: bytes, time_ms: int) -> None:
    got = fields(Sample(codec, data, time_ms).message())
    assert got == {1: codec.encode(), 2: data, 3: str(time_ms).encode()}


async def test_without_grpc_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    await film(VideoSampler, MODULE, frame_period=100)
    with pytest.raises(KurentoError, match=r"VideoSampler plugin not available: .*kms-videosampler\[grpc\]") as refused:
        await film(
            VideoSampler, MODULE, frame_period=1, image_delivery_method=ImageDelivery.GRPC, endpoint_url="localhost:1"
        )
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE


async def test_over_the_wire(studio: Studio, receiver: Receiver) -> None:
    for wrong in ({"framePeriod": "often"}, {"framePeriod": 100, "imageEncoding": "GIF"}):
        with pytest.raises(KurentoError) as refused:
            await studio.create("VideoSampler", **wrong)
        assert refused.value.code == ErrorCode.MARSHALL_ERROR
    sampler = await studio.create(
        "videosampler.VideoSampler",
        framePeriod=400,
        imageDeliveryMethod="GRPC",
        imageEncoding="JPEG",
        endpointUrl=f"http://127.0.0.1:{receiver.port}",
    )
    await studio.client.subscribe(sampler, "SampleImageDelivered")
    seen = await studio.play(sampler, [picture(200)] * 15)
    assert np.abs(seen[-1].astype(int) - picture(200)).mean() < 12
    await studio.client.release(sampler)
    assert receiver.images
    for codec, image, _ in receiver.images:
        assert codec == "JPEG"
        assert np.abs(image[60, 140].astype(int) - 200).max() < 12
    assert any(each.data["delivered"] for each in studio.heard)
