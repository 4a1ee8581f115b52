"""A presenter, two viewers, and how each of them goes: the events of a recorded Kurento 7.3.0."""

from __future__ import annotations

from collections.abc import Sequence

import trio
from trio.testing import MockClock

from kms_trio.media.frames import EncodedFrame
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.cast import offering
from tests.elements.lifecycles.journal import (
    Journal,
    connected,
    disconnected,
    each_media,
    gathered,
    negotiated,
    transport_up,
)
from tests.elements.webrtc.room import Publisher


async def test_one_to_many(
    clock: MockClock, client: RpcClient, journal: Journal, vp8_frames: Sequence[EncodedFrame]
) -> None:
    await journal.watch(MANAGER_ID, "manager")
    pipeline = journal.name(await client.create("MediaPipeline"), "pipeline")
    await journal.expect("manager ObjectCreated pipeline")
    presenter, one, two = [
        journal.name(await client.create("WebRtcEndpoint", mediaPipeline=pipeline), name)
        for name in ("presenter", "one", "two")
    ]
    await journal.expect(*(f"manager ObjectCreated {name}" for name in ("presenter", "one", "two")))
    for endpoint, name in ((presenter, "presenter"), (one, "one"), (two, "two")):
        await journal.watch(endpoint, name)

    async with (
        offering(client, journal, presenter, "presenter", send=True, receive=False) as speaker,
        offering(client, journal, one, "one", send=False, receive=True) as first,
        offering(client, journal, two, "two", send=False, receive=True) as second,
        trio.open_nursery() as nursery,
    ):
        await journal.expect(*negotiated("presenter"), *negotiated("one"), *negotiated("two"))
        await speaker.connect(client, journal)
        await journal.expect(*gathered("presenter"), *transport_up("presenter"))

        # Nobody watches yet: media flows out, and whether it has to be transcoded is not decided.
        nursery.start_soon(Publisher(speaker.peer, vp8_frames).run)
        await journal.expect(*each_media("presenter MediaFlowOutStateChanged * FLOWING"))

        await client.invoke(presenter, "connect", sink=one)
        await first.connect(client, journal)
        await journal.expect(
            *connected("presenter", "one"),
            *gathered("one"),
            *transport_up("one"),
            *each_media(
                "presenter MediaTranscodingStateChanged * NOT_TRANSCODING", "one MediaFlowInStateChanged * FLOWING"
            ),
        )
        for media_type in ("AUDIO", "VIDEO"):
            journal.in_order(
                f"presenter MediaTranscodingStateChanged {media_type} NOT_TRANSCODING",
                f"one MediaFlowInStateChanged {media_type} FLOWING",
            )
        await client.invoke(presenter, "connect", sink=two)
        await second.connect(client, journal)
        await journal.expect(
            *connected("presenter", "two"),
            *gathered("two"),
            *transport_up("two"),
            *each_media("two MediaFlowInStateChanged * FLOWING"),
        )
        await until(lambda: len(second.peer.tracks["video"].frames) > 10)

        await client.release(one)
        await journal.expect(*disconnected("presenter", "one"), "manager ObjectDestroyed one")
        journal.in_order(disconnected("presenter", "one"), "manager ObjectDestroyed one")
        assert {each["sink"] for each in await client.invoke(presenter, "getSinkConnections")} == {two}

        # The source is gone, so nobody tells of the connection; the viewer notices the silence.
        await client.release(presenter)
        await journal.expect("manager ObjectDestroyed presenter")
        began_s = trio.current_time()
        silent = each_media("two MediaFlowInStateChanged * NOT_FLOWING")
        await journal.expect(*silent)
        assert all(2.0 <= journal.time_of(each) - began_s <= 4.0 for each in silent)
        assert await client.invoke(two, "getSourceConnections") == []
        assert await client.invoke(two, "getMediaState") == "CONNECTED"
        assert await client.invoke(two, "getConnectionState") == "CONNECTED"

        await client.release(pipeline)
        destroyed = ["manager ObjectDestroyed two", "manager ObjectDestroyed pipeline"]
        await journal.expect(*destroyed)
        journal.in_order(*destroyed)
        nursery.cancel_scope.cancel()
