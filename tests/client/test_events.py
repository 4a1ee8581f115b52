"""Events as iterators: of a real endpoint with a real peer, and what becomes of those that nobody takes."""

from __future__ import annotations

import pytest
import trio

from kms_trio.client import ErrorCode, EventsLostError, EventStream, Kurento, KurentoError, Overflow
from kms_trio.client.core import (
    ElementConnected,
    MediaFlowOutStateChanged,
    MediaFlowState,
    MediaPipeline,
    ObjectCreated,
    PassThrough,
)
from kms_trio.client.elements import EndOfStream, IceCandidateFound, IceGatheringDone, WebRtcEndpoint
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.webrtc_peer import WebRtcPeer, open_peer


async def test_a_peer_connects_and_media_flow(kurento: Kurento) -> None:
    pipeline = await kurento.create(MediaPipeline)
    endpoint = await WebRtcEndpoint.create(pipeline)
    async with (
        open_peer() as peer,
        endpoint.events(IceCandidateFound, IceGatheringDone) as candidates,
        endpoint.events(MediaFlowOutStateChanged) as flows,
        trio.open_nursery() as nursery,
    ):
        peer.take_answer(await endpoint.process_offer(peer.offer()))
        await endpoint.connect(endpoint)
        await endpoint.gather_candidates()
        with trio.fail_after(PATIENCE_S):
            async for event in candidates:
                assert event.source == endpoint
                if isinstance(event, IceGatheringDone):
                    break
                peer.add_candidate(event.candidate.candidate)
            await peer.connected.wait()
            nursery.start_soon(speak, peer)
            flow = await anext(flows)
        assert (flow.state, flow.type, flow.timestamp_millis.isdigit()) == (
            MediaFlowState.FLOWING,
            "MediaFlowOutStateChanged",
            True,
        )
        nursery.cancel_scope.cancel()


async def speak(peer: WebRtcPeer) -> None:
    """Twenty milliseconds of silence after the other."""
    timestamp = 0
    while True:
        await peer.send_frame("audio", b"\xf8\xff\xfe", timestamp)
        timestamp += 960
        await trio.sleep(0.02)


async def pair(kurento: Kurento) -> tuple[PassThrough, PassThrough]:
    pipeline = await kurento.create(MediaPipeline)
    return await PassThrough.create(pipeline), await PassThrough.create(pipeline)


async def raise_events(source: PassThrough, sink: PassThrough, count: int) -> None:
    """Connections are events of video and audio and data each; an event goes ahead of the reply."""
    for _ in range(count):
        await source.connect(sink)
        await source.disconnect(sink)


async def test_streams_beside_each_other(kurento: Kurento) -> None:
    source, sink = await pair(kurento)
    async with source.events(ElementConnected) as first:
        async with source.events(ElementConnected) as second:
            await source.connect(sink)
            with trio.fail_after(PATIENCE_S):
                assert (await anext(first)).sink == sink
                event = await anext(second)
            assert (event.sink, type(event.sink)) == (sink, PassThrough)
        # The other subscription goes on.
        await source.disconnect(sink)
        await source.connect(sink)
        with trio.fail_after(PATIENCE_S):
            while (await anext(first)).sink != sink:
                pass
    # After the block what is left can be had, and then there is an end.
    assert all([event.source == source async for event in first])


async def test_events_of_the_server(kurento: Kurento) -> None:
    async with kurento.server_manager.events(ObjectCreated) as created:
        pipeline = await kurento.create(MediaPipeline)
        with trio.fail_after(PATIENCE_S):
            event = await anext(created)
    assert (event.object, type(event.object)) == (pipeline, MediaPipeline)


async def test_an_event_that_the_class_does_not_have(kurento: Kurento) -> None:
    source, _ = await pair(kurento)
    with pytest.raises(KurentoError, match="EndOfStream") as refusal:
        async with source.events(ElementConnected, EndOfStream):
            pass
    assert refusal.value.code == ErrorCode.MEDIA_OBJECT_EVENT_NOT_SUPPORTED
    with pytest.raises(TypeError, match="at least one"):
        async with source.events():
            pass


async def test_the_stream_ends_with_its_object(kurento: Kurento) -> None:
    source, _ = await pair(kurento)
    pipeline = await source.get_media_pipeline()
    assert pipeline is not None
    async with source.events(ElementConnected) as events, trio.open_nursery() as nursery:
        nursery.start_soon(pipeline.release)
        with trio.fail_after(PATIENCE_S):
            assert [event async for event in events] == []


async def fill(kurento: Kurento, events: EventStream[ElementConnected], source: PassThrough, sink: PassThrough) -> None:
    await raise_events(source, sink, 3)
    await kurento.ping()


async def test_overflow_fails_after_what_was_held(kurento: Kurento) -> None:
    source, sink = await pair(kurento)
    async with source.events(ElementConnected, capacity=2) as events:
        await fill(kurento, events, source, sink)
        await anext(events)
        await anext(events)
        with pytest.raises(EventsLostError, match="more than 2 events"):
            await anext(events)


@pytest.mark.parametrize("overflow", [Overflow.DROP_OLDEST, Overflow.DROP_NEWEST])
async def test_overflow_drops_and_counts(kurento: Kurento, overflow: Overflow) -> None:
    source, sink = await pair(kurento)
    async with (
        source.events(ElementConnected) as all_events,
        source.events(ElementConnected, capacity=1, overflow=overflow) as events,
    ):
        await fill(kurento, events, source, sink)
        await until(lambda: events.dropped)
        count = events.dropped + 1
        with trio.fail_after(PATIENCE_S):
            held = await anext(events)
            told = [await anext(all_events) for _ in range(count)]
    assert held == told[-1 if overflow is Overflow.DROP_OLDEST else 0]


async def test_capacity_has_to_be_something(kurento: Kurento) -> None:
    source, _ = await pair(kurento)
    with pytest.raises(ValueError, match="expected at least 1, found 0"):
        async with source.events(ElementConnected, capacity=0):
            pass
