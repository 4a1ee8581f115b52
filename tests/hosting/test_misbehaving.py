"""A filter that crashes, hangs, spins, leaks or raises harms nobody: all pictures of the pipeline beside it come."""

from __future__ import annotations

import os
import signal

import attrs
import pytest
import trio
import trio.lowlevel

from kms_trio.errors import KurentoError
from kms_trio.objects import hosted_filter
from kms_trio.objects.filter_recovery import FilterRecovery
from kms_trio.testing.patience import PATIENCE_S
from tests.hosting.conftest import Film, House, open_house


@attrs.define(eq=False)
class Pair:
    """A filter that is about to misbehave, and one of the same module in another pipeline."""

    house: House
    bad: Film
    good: Film

    async def good_sees_all(self) -> None:
        """All pictures of the other pipeline come through its filter, none is told about."""
        numbers = range(20)
        assert await self.good.see(*numbers) == [1023 - number for number in numbers]
        assert self.house.told(self.good.filter) == []


async def open_pair(house: House, name: str = "Obedient") -> Pair:
    bad = await house.filmed(await house.pipeline(), name, mode="negative")
    good = await house.filmed(await house.pipeline(), "Obedient", mode="negative")
    pair = Pair(house, bad, good)
    assert await bad.see(1) == [1022]
    await pair.good_sees_all()
    return pair


@pytest.fixture
async def pair(house: House) -> Pair:
    return await open_pair(house)


async def test_a_crash(pair: Pair) -> None:
    await pair.bad.mode("crash")
    assert await pair.bad.see(1) == [1]  # the picture at which it crashed, as it was
    await pair.house.error(pair.bad.filter, "was killed by SIGSEGV; it is started anew")
    await pair.good_sees_all()


async def test_an_exit(pair: Pair) -> None:
    await pair.bad.mode("exit")
    assert await pair.bad.see(1) == [1]
    error = await pair.house.error(pair.bad.filter, "ended with exit code 3")
    assert (error.type, error.error_code) == ("FILTER_HOST_ERROR", 2)
    await pair.good_sees_all()


async def test_an_exception(pair: Pair) -> None:
    await pair.bad.mode("raise")
    assert await pair.bad.see(*range(5)) == list(range(5))
    error = await pair.house.error(pair.bad.filter, "ZeroDivisionError: as told")
    assert (error.type, error.error_code) == ("UNEXPECTED_ELEMENT_ERROR", 1)
    assert pair.bad.filter.element_name in error.description
    await pair.good_sees_all()
    await pair.bad.mode("negative")
    assert await pair.bad.see(1) == [1022]


async def test_sys_exit_ends_nothing(pair: Pair) -> None:
    await pair.bad.mode("leave")
    assert await pair.bad.see(*range(3)) == list(range(3))
    await pair.house.error(pair.bad.filter, "RuntimeError: sys.exit(3) was called")
    with pytest.raises(KurentoError, match=r"RuntimeError: sys.exit\(\) was called"):
        await pair.house.call(pair.bad.filter, "add", one=1, other=2)
    await pair.good_sees_all()
    await pair.bad.mode("negative")
    assert await pair.bad.see(1) == [1022]


@pytest.mark.parametrize("mode", ["hang", "spin"])
async def test_what_does_not_come_back(pair: Pair, mode: str) -> None:
    (pid,) = (host.process.pid for host in [pair.bad.filter._host])
    await pair.bad.mode(mode)
    pair.bad.lose_patience(0.05, 0.2)
    assert await pair.bad.see(1) == [1]
    await pair.house.error(pair.bad.filter, "process has not returned for 0.05 s; media bypass it meanwhile")
    assert await pair.bad.see(2, 3) == [2, 3]
    await pair.house.error(pair.bad.filter, "process had not returned for 0.2 s; it is started anew")
    assert pid not in pair.house.hosts.running
    await pair.good_sees_all()


async def test_a_leak() -> None:
    async with open_house(memory_mib=128) as house:
        pair = await open_pair(house)
        await pair.bad.mode("leak")
        await pair.bad.flow(lambda: house.told(pair.bad.filter))
        await house.error(pair.bad.filter, "more than the 128 MiB allowed; it is started anew")
        await pair.good_sees_all()


async def test_a_filter_is_started_anew_with_what_it_was_told(pair: Pair) -> None:
    house, bad = pair.house, pair.bad
    await bad.mode("")
    await bad.mode("negative")
    await house.call(bad.filter, "remember", what="forgotten")
    before = bad.filter._host.process.pid
    os.kill(before, signal.SIGKILL)
    await house.error(bad.filter, "was killed by SIGKILL; it is started anew")
    await bad.flow(lambda: bad.filter._host is not None)
    assert await bad.see(1) == [1022]
    assert bad.filter._host.process.pid != before
    assert await house.call(bad.filter, "getMode") == "negative"
    assert await house.call(bad.filter, "remember", what="x") == ""
    await pair.good_sees_all()


async def test_calls_wait_for_a_host_that_is_started_anew(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosted_filter, "RESTART_WAIT_S", PATIENCE_S)
    bad = pair.bad.filter
    before = bad._host.process.pid
    os.kill(before, signal.SIGKILL)
    await pair.house.error(bad, "was killed by SIGKILL; it is started anew")
    assert await pair.house.call(bad, "add", one=1, other=2) == 3
    assert bad._host.process.pid != before


async def test_calls_that_wait_for_a_host_end_with_the_filter(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FilterRecovery, "pause_s", 3600.0)
    bad = pair.bad.filter
    os.kill(bad._host.process.pid, signal.SIGKILL)
    await pair.house.error(bad, "was killed by SIGKILL; it is started anew")

    async def call() -> None:
        with pytest.raises(KurentoError, match="is not running"):
            await pair.house.call(bad, "add", one=1, other=2)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call)
        await trio.lowlevel.checkpoint()
        await pair.house.release(bad)


async def test_media_bypass_for_good_what_ends_too_often() -> None:
    async with open_house(restarts_per_minute=1) as house:
        film = await house.filmed(await house.pipeline(), "Obedient", mode="crash")
        await film.flow(lambda: len(house.told(film.filter)) == 2)
        assert "media bypass the filter from now on" in house.told(film.filter)[1].description
        assert await film.see(1) == [1]
        assert house.hosts.running == ()
        with pytest.raises(KurentoError, match=r"setMode: the host process of '.*' is not running"):
            await film.mode("negative")


async def test_a_class_may_want_to_be_bypassed_at_once(house: House) -> None:
    pair = await open_pair(house, "Bypassed")
    await pair.bad.mode("crash")
    assert await pair.bad.see(1) == [1]
    await house.error(pair.bad.filter, "was killed by SIGSEGV; media bypass the filter from now on")
    assert await pair.bad.see(2) == [2]
    await pair.good_sees_all()


async def test_a_class_may_want_nothing_to_be_seen_without_it(house: House) -> None:
    pair = await open_pair(house, "Stopping")
    seen = len(pair.bad.tap.units)
    await pair.bad.mode("exit")
    for number in range(5):
        pair.bad.show(number)
    await house.error(pair.bad.filter, "ended with exit code 3; the filter gives nothing any more")
    for number in range(5):
        pair.bad.show(number)
    await house.until(lambda: house.context.codecs.idle)
    assert len(pair.bad.tap.units) == seen
    await pair.good_sees_all()


@pytest.mark.parametrize("trusted", [(), ("samples",)], ids=["host", "server"])
async def test_what_it_raises_at_is_not_seen_either(trusted: tuple[str, ...]) -> None:
    async with open_house(trusted=trusted) as house:
        film = await house.filmed(await house.pipeline(), "Stopping", mode="raise")
        for number in range(3):
            film.show(number)
            await house.until(lambda: house.context.codecs.idle)
        await house.error(film.filter, "ZeroDivisionError: as told")
        await film.mode("")
        assert await film.see(4) == [4]
        assert len(film.tap.units) == 1


async def test_a_filter_that_is_started_anew_knows_its_state(house: House) -> None:
    film = await house.filmed(await house.pipeline(), "Collector")
    for number in range(3):
        await house.call(film.filter, "remember", what=str(number))
    for round_number in range(2):  # and what it was given is its state from then on
        before = film.filter._host
        os.kill(before.process.pid, signal.SIGKILL)
        await film.flow(lambda before=before: film.filter._host not in (None, before))
        assert await house.call(film.filter, "remember", what=f"r{round_number}") == "0 1 2 r0"[: 5 + 3 * round_number]


async def test_a_state_that_cannot_be_told_is_an_error_of_the_filter_alone(house: House) -> None:
    made = await house.make(await house.pipeline(), "Collector")
    assert await house.call(made, "remember", what="nothing JSON can say") == ""
    await house.error(made, "ValueError: Out of range float")
    assert await house.call(made, "remember", what="x") == "nothing JSON can say"


async def test_all_filters_of_a_host_are_told_when_it_ends(house: House) -> None:
    pipeline = await house.pipeline()
    film = await house.filmed(pipeline, "Obedient")
    other = await house.filmed(pipeline, "Gray")
    await film.mode("exit")
    await film.see(1)
    await house.error(film.filter, "ended with exit code 3")
    await house.error(other.filter, "ended with exit code 3")
    await other.flow(lambda: other.filter._host is not None)
    assert len(house.hosts.running) == 1


async def test_a_filter_that_is_stuck_can_be_released(house: House) -> None:
    pair = await open_pair(house)
    await pair.bad.mode("hang")
    pair.bad.show(1)
    await house.until(lambda: not house.context.codecs.idle)
    await house.release(pair.bad.filter)
    await pair.good_sees_all()
    assert len(house.hosts.running) == 1


async def test_prepare_that_crashes_or_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = await house.pipeline()
    await house.make(pipeline, "Obedient")
    monkeypatch.setattr("kms_trio.objects.filter_host.START_LIMIT_S", 0.5)
    with pytest.raises(KurentoError, match=r"had not answered '(load|create)' for 0\.5 s"):
        await house.make(pipeline, "Hanging", mode="prepare")
