"""Every source to every sink in every codec pair: the right pictures and sounds come out, together, and the server says
truly whether it had to transcode.

`make test` runs few of them; `make matrix` all, or with `-k pairwise` so many that each pair of source, sink and codecs
occurs.  Time is virtual: nothing is judged by how fast the machine is.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kms_trio.app import Server
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.matrix.cases import SOURCES, Case, all_cases, few_cases, pairwise_cases
from tests.matrix.material import Material
from tests.matrix.sinks import Sink, observe, open_sink
from tests.matrix.sources import open_source

SEED = 1
"""Of the order: a run that is cut short, or one of its parts, has seen something of everything."""
AT_ONCE = 6
"""Cases that run beside each other, so that time passes for all of them together."""
SKEW_S = 0.12
"""Within it sound and pictures are taken for simultaneous (ITU-R BT.1359), and a block and a frame are; those of hubs,
too, which show the latest picture at a rate of their own."""

EVERY = all_cases()
SHUFFLED = random.Random(SEED).sample(EVERY, len(EVERY))
BATCH = 24
"""Cases of a test, which share a server."""


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
async def test_few(
    clock: MockClock, server: Server, client: RpcClient, material: Material, tmp_path: Path, source: str
) -> None:
    cases = [case for case in few_cases(EVERY) if case.source == source]
    await run_all(server, client, material, tmp_path, cases)


@pytest.mark.matrix
@pytest.mark.parametrize("source", SOURCES)
async def test_pairwise(
    clock: MockClock, server: Server, client: RpcClient, material: Material, tmp_path: Path, source: str
) -> None:
    cases = [case for case in pairwise_cases(EVERY) if case.source == source]
    await run_all(server, client, material, tmp_path, cases)


@pytest.mark.matrix
@pytest.mark.parametrize("begin", range(0, len(EVERY), BATCH))
async def test_whole(
    clock: MockClock, server: Server, client: RpcClient, material: Material, tmp_path: Path, begin: int
) -> None:
    await run_all(server, client, material, tmp_path, SHUFFLED[begin : begin + BATCH])


async def run_all(server: Server, client: RpcClient, material: Material, folder: Path, cases: list[Case]) -> None:
    """Run cases beside each other; all that fail are told."""
    failures: list[str] = []
    limiter = trio.CapacityLimiter(AT_ONCE)

    async def run(case: Case) -> None:
        async with limiter:
            try:
                await run_case(server, client, material, folder, case)
            except* (AssertionError, trio.TooSlowError) as failed:
                failures.extend(f"{case}: {type(each).__name__} {each}" for each in _leaves(failed))

    async with trio.open_nursery() as nursery:
        for case in cases:
            nursery.start_soon(run, case)
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


def _leaves(group: BaseException) -> list[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        return [leaf for each in group.exceptions for leaf in _leaves(each)]
    return [group]


async def run_case(server: Server, client: RpcClient, material: Material, folder: Path, case: Case) -> None:
    """Connect, wait for enough, and judge it."""
    pipeline = await client.create("MediaPipeline")
    async with (
        open_source(client, pipeline, material, case) as source,
        open_sink(client, server, pipeline, folder, case) as sink,
        trio.open_nursery() as nursery,
    ):
        await client.subscribe(source.element, "MediaTranscodingStateChanged", "Error")
        await client.invoke(source.element, "connect", sink=sink.element)
        nursery.start_soon(source.run)
        try:
            await observe(sink, case.has_pictures)
        except trio.TooSlowError as slow:
            seen = sink.observed
            text = f"{len(seen.pictures)} pictures, {len(seen.sounds)} changes of pitch"
            raise trio.TooSlowError(text) from slow
        await judge_transcoding(client, source.element, case)
        if case.has_pictures:
            try:
                await until(lambda: in_sync(sink))
            except trio.TooSlowError as slow:
                raise trio.TooSlowError(f"sound is {sink.skew_s()} s behind the pictures") from slow
        await sink.finish()
        judge_content(sink, case)
        nursery.cancel_scope.cancel()
    await client.release(pipeline)


def in_sync(sink: Sink) -> bool:
    """Whether it is by now: what ties sound to pictures may be learnt on the way, from reports."""
    sink.look()
    skew_s = sink.skew_s()
    return skew_s is not None and abs(skew_s) < SKEW_S


async def judge_transcoding(client: RpcClient, element: str, case: Case) -> None:
    """The state, and the event that told it."""
    for media_type in ("VIDEO", "AUDIO") if case.has_pictures else ("AUDIO",):
        expected = case.transcoded(media_type)
        assert await client.invoke(element, "isMediaTranscoding", mediaType=media_type) is expected, media_type
        state = "TRANSCODING" if expected else "NOT_TRANSCODING"
        told = [
            event.data["state"]
            for event in client.events
            if event.source_id == element
            and event.name == "MediaTranscodingStateChanged"
            and event.data["mediaType"] == media_type
        ]
        assert told == [state], f"{media_type}: {told}"
    errors = [event.data for event in client.events if event.source_id == element and event.name == "Error"]
    assert not errors


def judge_content(sink: Sink, case: Case) -> None:
    """The pictures and pitches that were sent, in order."""
    seen = sink.observed
    assert seen.enough_sounds, "pitches change as they were sent"
    if not case.has_pictures:
        return
    assert seen.pictures_in_order(), [number for _, number in seen.pictures]
    assert seen.unreadable <= len(seen.pictures) / 10, f"{seen.unreadable} pictures cannot be read"
    if case.recorded:
        skew_s = sink.skew_s()  # again, as a recording is written anew when it ends
        assert skew_s is not None
        assert abs(skew_s) < 3 * SKEW_S, f"sound is {skew_s:.3f} s behind the pictures"
