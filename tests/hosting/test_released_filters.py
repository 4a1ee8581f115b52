"""Filters in host processes, and the hosts, go at once when they are released: by reference counts, as all does."""

from __future__ import annotations

import signal
import weakref
from typing import Any

import attrs
import pytest

from kms_trio.errors import KurentoError
from kms_trio.testing.elements import Tap
from tests.elements.webrtc.test_released import without_collector
from tests.hosting.conftest import House
from tests.hosting.test_hosted_audio_and_data import filtered_audio, filtered_data, text
from tests.hosting.test_hosted_video import runs

ROUNDS = 2
PICTURES = 5


@attrs.define
class Known:
    """Filters and their hosts, by weak references."""

    house: House
    known: list[weakref.ref[Any]] = attrs.field(factory=list)
    kept: list[Tap] = attrs.field(factory=list)
    """What belongs to the test: taps, which remember all streams they were fed from, hold themselves."""

    async def release(self, element: Any, tap: Tap) -> None:
        """Release the pipeline of a filter that runs in a host."""
        self.known += [weakref.ref(element), weakref.ref(element._host), weakref.ref(element.parent)]
        await self.house.release(element.parent)
        self.house.events.clear()
        tap.streams.clear()
        self.kept.append(tap)

    async def all_gone(self) -> None:
        assert self.known
        await self.house.until(lambda: not [each for each in self.known if each() is not None])


async def test_of_pictures_that_are_called_and_restarted(house: House) -> None:
    known = Known(house)
    with without_collector():
        for _ in range(ROUNDS):
            film = await house.filmed(await house.pipeline(), "Obedient", mode="negative")
            await film.see(*range(PICTURES))
            assert await house.call(film.filter, "add", one=20, other=22) == 42
            with pytest.raises(KurentoError, match="40107") as refusal:
                await film.mode("forbidden")
            refusal.value.__traceback__ = None
            del refusal
            pid = film.filter._host.process.pid
            film.filter._host.process._popen.send_signal(signal.SIGKILL)
            await house.until(lambda pid=pid: not runs(pid))
            await house.until(lambda film=film: film.filter._host is not None)
            await film.see(*range(PICTURES))
            await known.release(film.filter, film.tap)
            del film
        await known.all_gone()


async def test_of_sound(house: House) -> None:
    known = Known(house)
    with without_collector():
        for _ in range(ROUNDS):
            loud, _, tap = await filtered_audio(house)
            await known.release(loud, tap)
            del loud, tap
        await known.all_gone()


async def test_of_messages(house: House) -> None:
    known = Known(house)
    with without_collector():
        for _ in range(ROUNDS):
            made, stream, tap = await filtered_data(house, "Echo")
            stream.push(text("a message"))
            await house.until(lambda tap=tap: tap.units)
            await known.release(made, tap)
            del made, stream, tap
        await known.all_gone()
