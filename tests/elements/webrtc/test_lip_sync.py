"""Forwarded streams: by the reports that a viewer gets, sound and pictures belong together as their source meant.

Time is virtual, which a test says by asking for `clock` itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.conftest import clock, server
from tests.elements.webrtc.clapper import Clapper, Witness, write_clapper
from tests.elements.webrtc.room import join

__all__ = ["clock", "server"]

LIMIT_S = 0.005
"""What a threshold makes of how a tone begins, and encoders make of that."""
REPORTED_S = 0.3
"""So long after a change a viewer has been told of it."""
PERIODS = 40
"""A film that is much longer than what a test looks at, however late it comes to look."""
VP8, H264, OPUS, PCMU = "VP8/90000", "H264/90000", "opus/48000/2", "PCMU/8000"
NAMES = {VP8: "VP8", H264: "H264", OPUS: "OPUS", PCMU: "PCMU"}


class Show:
    """Clappers and a viewer in a pipeline."""

    def __init__(self, client: RpcClient, nursery: trio.Nursery, stack: AsyncExitStack, pipeline: str) -> None:
        self._client, self._nursery, self._stack, self._pipeline = client, nursery, stack, pipeline

    async def clapper(
        self, lags_s: tuple[float, float], clock_s: float = 0.0, audio: str = OPUS
    ) -> tuple[str, Clapper]:
        joining = join(self._client, self._pipeline, receive=False, codecs=(audio, VP8))
        participant = await self._stack.enter_async_context(joining)
        clapper = Clapper(participant.peer, NAMES[audio], lags_s, clock_s)
        self._nursery.start_soon(clapper.run)
        return participant.endpoint, clapper

    async def witness(self, source: str, video: str = VP8, audio: str = OPUS) -> tuple[str, Witness]:
        joining = join(self._client, self._pipeline, send=False, codecs=(audio, video), sources=[source])
        viewer = await self._stack.enter_async_context(joining)
        witness = Witness(viewer.peer, NAMES[video], NAMES[audio])
        self._nursery.start_soon(witness.run)
        return viewer.endpoint, witness

    async def player(self, path: Path, encoded: bool) -> str:
        player: str = await self._client.create(
            "PlayerEndpoint", mediaPipeline=self._pipeline, uri=path.as_uri(), useEncodedMedia=encoded
        )
        return player


async def flashes_in_sync(witness: Witness, count: int) -> None:
    """So many flashes from now on, except for those of which a viewer cannot have been told yet."""
    begin_s = trio.current_time() + REPORTED_S
    await until(lambda: len(witness.apart_s(begin_s)) >= count)
    apart_s = witness.apart_s(begin_s)
    assert max(map(abs, apart_s)) < LIMIT_S, apart_s


@asynccontextmanager
async def open_show(client: RpcClient) -> AsyncIterator[Show]:
    pipeline = await client.create("MediaPipeline")
    async with trio.open_nursery() as nursery, AsyncExitStack() as stack:
        yield Show(client, nursery, stack, pipeline)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("audio", [(OPUS, OPUS), (PCMU, OPUS)], ids=["", "other audio"])
@pytest.mark.parametrize("video", [VP8, H264], ids=["", "other video"])
async def test_as_the_source_meant(clock: MockClock, client: RpcClient, audio: tuple[str, str], video: str) -> None:
    async with open_show(client) as show:
        source, _ = await show.clapper((0.02, 0.18), clock_s=-5000.0, audio=audio[0])
        _, witness = await show.witness(source, video, audio[1])
        await flashes_in_sync(witness, 3)


async def test_another_source(clock: MockClock, client: RpcClient) -> None:
    async with open_show(client) as show:
        one, _ = await show.clapper((0.02, 0.18), clock_s=-5000.0)
        other, _ = await show.clapper((0.3, 0.02), clock_s=77.7)
        viewer, witness = await show.witness(one)
        await flashes_in_sync(witness, 2)
        for source in (other, one):
            await client.invoke(source, "connect", sink=viewer)
            await flashes_in_sync(witness, 2)


async def test_a_source_whose_clock_is_set(clock: MockClock, client: RpcClient) -> None:
    async with open_show(client) as show:
        source, clapper = await show.clapper((0.02, 0.18))
        _, witness = await show.witness(source)
        await flashes_in_sync(witness, 2)
        begin_s = trio.current_time()
        for clapper.clock_s in (10.0, -3600.0, 0.0):
            claps = len(witness.flashes)
            await until(lambda claps=claps: len(witness.flashes) > claps + 2)
        apart_s = witness.apart_s(begin_s)
        assert len(apart_s) >= 6
        assert max(map(abs, apart_s)) < LIMIT_S, apart_s


@pytest.mark.parametrize("encoded", [False, True], ids=["decoded", "encoded"])
async def test_a_player_that_pauses(clock: MockClock, client: RpcClient, tmp_path: Path, encoded: bool) -> None:
    path = tmp_path / "clapper.webm"
    write_clapper(path, PERIODS)
    async with open_show(client) as show:
        player = await show.player(path, encoded)
        _, witness = await show.witness(player)
        await client.invoke(player, "play")
        await flashes_in_sync(witness, 2)
        for pause_s in (0.37, 1.9):
            await client.invoke(player, "pause")
            await trio.sleep(pause_s)
            await client.invoke(player, "play")
            await flashes_in_sync(witness, 2)
