"""Messages of data channels between elements: passed on as they are, and held up by who cannot take more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.agnostic import UnsupportedFormatError
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import DataMessage
from kms_trio.media.streams import DataStream
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import Bench, open_bench


class Consumer:
    def __init__(self) -> None:
        self.messages: list[DataMessage] = []

    def on_data(self, message: DataMessage) -> None:
        self.messages.append(message)


class Producer(DataStream):
    def __init__(self) -> None:
        super().__init__()
        self.changes: list[bool] = []

    def held(self, full: bool) -> None:
        self.changes.append(full)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


async def test_pass_through_hands_the_very_messages_on(bench: Bench) -> None:
    source: MediaElement = bench.make(PassThrough, CORE)
    middle: MediaElement = bench.make(PassThrough, CORE)
    sink: MediaElement = bench.make(PassThrough, CORE)
    source.connect(middle)
    middle.connect(sink)
    stream, consumer = DataStream(), Consumer()
    source.source_pad(MediaType.DATA).set_input(stream)
    arrived = sink.sink_pad(MediaType.DATA).stream
    assert arrived is stream
    stream.attach(consumer)
    message = DataMessage(b"x", True, "chat")
    stream.push(message)
    assert consumer.messages == [message]
    assert not sink.sink_pad(MediaType.DATA).flow.flowing
    source.disconnect(middle)
    assert sink.sink_pad(MediaType.DATA).stream is None
    stream.detach(consumer)
    assert stream.consumers == ()


async def test_data_is_never_converted(bench: Bench) -> None:
    element: MediaElement = bench.make(PassThrough, CORE)
    pad = element.source_pad(MediaType.DATA)
    pad.set_input(DataStream())
    for kind in (StreamKind.RAW, StreamKind.RTP, StreamKind.ENCODED):
        with pytest.raises(UnsupportedFormatError, match=f"cannot convert data to {kind.value}"):
            pad.node.route(Want(kind))
    route = pad.node.route(Want(StreamKind.DATA))
    assert route is not None
    assert pad.node.open(route) is pad.input


def test_the_producer_hears_when_the_first_holds_and_the_last_lets_go() -> None:
    stream, first, second = Producer(), Consumer(), Consumer()
    stream.attach(first)
    stream.attach(second)
    stream.hold(first, True)
    stream.hold(first, True)
    stream.hold(second, True)
    stream.hold(first, False)
    assert stream.changes == [True]
    stream.detach(second)
    assert stream.changes == [True, False]
    stream.detach(first)
    assert stream.changes == [True, False]
