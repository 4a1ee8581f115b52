"""A hundred participants come and go while others watch: nothing stalls, clicks or is left over."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import numpy as np
import pytest

from kms_elements.hubs import AlphaBlending, Composite, Dispatcher, DispatcherOneToMany, Mixer
from kms_elements.hubs.audio_mix import Ear
from kms_elements.hubs.layout import Place, grid
from kms_trio.api import Hub, HubPort, MediaType
from kms_trio.testing.clips import picture_number
from kms_trio.testing.elements import Bench, Tap
from kms_trio.testing.patience import until
from tests.elements.hubs.stage import BLOCK, Source, Stage, largest_step, left, number_at, open_stage, strength

TURNS = 100
STAY_TICKS = 5
"""Blocks during which a guest is there: some come and go while they are faded in, or before anything was heard."""
STEADY_HZ, GUEST_HZ = 400.0, 600.0
STEEPEST = 8000 * 2 * np.pi * (STEADY_HZ + GUEST_HZ) / 48_000
SMOOTH = STEEPEST + 8000 * 3 / 240
"""What two tones do from one sample to the next, and fades of 5 ms add."""
WIDTH, HEIGHT = 160, 120
MIXING = {"width": WIDTH, "height": HEIGHT, "framerate": 50}


@attrs.frozen
class Inventory:
    """What there is of all that could be left over."""

    conversions: tuple[str, ...]
    timers: int
    consumers: int

    @classmethod
    def of(cls, stage: Stage, host: Source) -> Inventory:
        running = stage.bench.context.codecs.running
        consumers = len(host.audio.consumers) + len(host.video.consumers)
        return cls(tuple(sorted(running)), stage.timers.pending, consumers)


class Guests:
    """Those who come and go; nobody holds them when they are gone."""

    def __init__(self, stage: Stage, host: Source) -> None:
        self._stage, self._host = stage, host
        self._stock: Inventory | None = None
        self._threads = threading.active_count()
        self._theirs: list[weakref.ref[Any]] = []

    async def visit(self, stay: Callable[[HubPort, Source], Awaitable[None]]) -> None:
        """Come, stay, go."""
        guest = Source(self._stage.bench)
        port = await self._stage.port(guest)
        await stay(port, guest)
        self._theirs += [weakref.ref(each) for each in (port, guest.element, guest.audio, guest.video)]
        heard = port.source_pad(MediaType.AUDIO).input
        if isinstance(heard, Ear):
            self._theirs.append(weakref.ref(heard))
        await port.close()
        await guest.element.close()

    def take_stock(self) -> None:
        """There is as much as after the first of them."""
        stock = Inventory.of(self._stage, self._host)
        self._stock = self._stock or stock
        assert stock == self._stock

    async def judge(self, *taps: Tap) -> None:
        """Nothing of theirs is in memory any more, and no thread of theirs runs."""
        self._stage.bench.events.clear()  # tell of who has raised them
        for tap in taps:
            tap.streams.clear()
        gc.collect()
        assert [each() for each in self._theirs if each() is not None] == []
        await until(lambda: threading.active_count() <= self._threads)


def judge_sound(tap: Tap, turns: int) -> None:
    """The one who stayed was heard all the time, others came and went without clicks."""
    samples = left(tap.units[10:])
    assert largest_step(samples) < SMOOTH
    for begin in range(0, len(samples) - 5 * BLOCK, 5 * BLOCK):
        assert strength(samples[begin : begin + 5 * BLOCK], STEADY_HZ) > 6500
    heard = [strength(samples[begin : begin + BLOCK], GUEST_HZ) > 3000 for begin in range(0, len(samples), BLOCK)]
    assert sum(heard) > turns, "guests are heard"


@pytest.mark.parametrize("implementation", [Composite, AlphaBlending])
async def test_mixing_hubs(bench: Bench, implementation: type[Hub]) -> None:
    stage = await open_stage(bench, implementation, **(MIXING if implementation is Composite else {}))
    host, viewer = Source(bench), await stage.port()
    home = await stage.port(host)
    if implementation is AlphaBlending:
        stage.hub.set_master(home, 0)
    sounds, pictures = stage.tap(viewer, MediaType.AUDIO), stage.tap(viewer, MediaType.VIDEO)
    host.show(7, WIDTH, HEIGHT)
    await stage.sounds(sounds, 20, {host: STEADY_HZ})
    guests = Guests(stage, host)

    async def stay(port: HubPort, guest: Source) -> None:
        if implementation is AlphaBlending:
            stage.hub.set_port_properties(0.0, 0.0, 1, 0.5, 0.5, port)
        had = len(pictures.units)
        for tick in range(STAY_TICKS):
            host.show(7, WIDTH, HEIGHT, ticks=1800)
            guest.show(9, WIDTH, HEIGHT, ticks=1800)
            await stage.sounds(sounds, 1, {host: STEADY_HZ, guest: GUEST_HZ})
            if tick == 2:
                sounds_of_guest = stage.tap(port, MediaType.AUDIO)
        assert sounds_of_guest.units, "they hear the others"
        port.source_pad(MediaType.AUDIO).unlink(sounds_of_guest.pad)
        assert len(pictures.units) > had, "pictures go on"
        place = Place(0, 0, WIDTH // 2, HEIGHT // 2)
        if implementation is Composite:
            place = grid(2, WIDTH, HEIGHT)[1]
        assert number_at(pictures.units[-1], place) == 9

    for _ in range(TURNS):
        await guests.visit(stay)
        await stage.sounds(sounds, 2, {host: STEADY_HZ})
        assert picture_number(pictures.units[-1]) == 7, "alone again"
        guests.take_stock()
    await stage.sounds(sounds, 20, {host: STEADY_HZ})
    judge_sound(sounds, TURNS)
    await guests.judge(sounds, pictures)


async def test_mixer(bench: Bench) -> None:
    stage = await open_stage(bench, Mixer)
    host, viewer = Source(bench), await stage.port()
    home = await stage.port(host)
    stage.hub.connect(MediaType.AUDIO, home, viewer)
    stage.hub.connect(MediaType.VIDEO, home, viewer)
    sounds, pictures = stage.tap(viewer, MediaType.AUDIO), stage.tap(viewer, MediaType.VIDEO)
    await stage.sounds(sounds, 20, {host: STEADY_HZ})
    guests = Guests(stage, host)

    async def stay(port: HubPort, guest: Source) -> None:
        stage.hub.connect(MediaType.AUDIO, port, viewer)
        stage.hub.connect(MediaType.VIDEO, port, viewer)
        guest.show(9)
        assert picture_number(pictures.units[-1]) == 9
        await stage.sounds(sounds, STAY_TICKS, {host: STEADY_HZ, guest: GUEST_HZ})
        stage.hub.connect(MediaType.VIDEO, home, viewer)

    for _ in range(TURNS):
        await guests.visit(stay)
        host.show(7)
        assert picture_number(pictures.units[-1]) == 7
        await stage.sounds(sounds, 2, {host: STEADY_HZ})
        guests.take_stock()
    await stage.sounds(sounds, 20, {host: STEADY_HZ})
    judge_sound(sounds, TURNS)
    await guests.judge(sounds, pictures)


@pytest.mark.parametrize("implementation", [Dispatcher, DispatcherOneToMany])
async def test_dispatchers(bench: Bench, implementation: type[Hub]) -> None:
    stage = await open_stage(bench, implementation)
    host, viewer = Source(bench), await stage.port()
    home = await stage.port(host)

    def dispatch(port: Any) -> None:
        if implementation is Dispatcher:
            stage.hub.connect(port, viewer)
        else:
            stage.hub.set_source(port)

    dispatch(home)
    pictures, sounds = stage.tap(viewer, MediaType.VIDEO), stage.tap(viewer, MediaType.AUDIO)
    guests = Guests(stage, host)
    host.show(7)

    async def stay(port: HubPort, guest: Source) -> None:
        dispatch(port)
        for number in range(STAY_TICKS):
            host.show(7)
            guest.show(20 + number)
            guest.say(GUEST_HZ)

    for turn in range(TURNS):
        await guests.visit(stay)
        host.show(8)  # nobody has been chosen since
        dispatch(home)
        host.show(7)
        shown = [picture_number(picture) for picture in pictures.units[-STAY_TICKS - 1 :]]
        assert shown == [*range(20, 20 + STAY_TICKS), 7]
        assert len(sounds.units) == (turn + 1) * STAY_TICKS
        guests.take_stock()
    await guests.judge(sounds, pictures)
