"""Handshakes: others run between them, who asks twice waits once, and one that breaks is alone in that."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
import trio

from kms_trio.net.handshake_turns import HandshakeTurns
from kms_trio.testing.patience import PATIENCE_S, until


@attrs.define(eq=False)
class Shake:
    """A handshake that does as it is told."""

    work: Callable[[], None] = lambda: None
    peer: str = "192.0.2.7 port 7"
    turns: int = 0

    def go_on(self, now: float) -> None:
        self.turns += 1
        self.work()


async def test_others_run_between_handshakes(nursery: trio.Nursery) -> None:
    turns = HandshakeTurns()
    order: list[str] = []

    def takes_long() -> None:
        order.append("handshake")
        ends = trio.current_time() + 0.003
        while trio.current_time() < ends:
            pass

    crowd = [Shake(takes_long) for _ in range(10)]
    for shake in crowd:
        turns.ask(shake)
    nursery.start_soon(turns.run)
    with trio.fail_after(PATIENCE_S):
        while not all(shake.turns for shake in crowd):
            order.append("media")
            await trio.lowlevel.checkpoint()
    assert order.count("handshake") == 10
    # Trio runs what can run in any order, so that two may be neighbours.
    assert "handshake handshake handshake" not in " ".join(order)


async def test_who_asks_twice_waits_once(nursery: trio.Nursery) -> None:
    turns = HandshakeTurns()
    eager, last = Shake(), Shake()
    turns.ask(eager)
    turns.ask(eager)
    turns.ask(last)
    nursery.start_soon(turns.run)
    await until(lambda: last.turns == 1)
    assert eager.turns == 1
    turns.ask(eager)
    await until(lambda: eager.turns == 2)


async def test_one_that_breaks_is_alone_in_that(nursery: trio.Nursery, caplog: pytest.LogCaptureFixture) -> None:
    def breaks() -> None:
        raise RuntimeError("whatever nobody thought of")

    turns = HandshakeTurns()
    broken, sound = Shake(breaks), Shake()
    turns.ask(broken)
    turns.ask(sound)
    nursery.start_soon(turns.run)
    await until(lambda: sound.turns == 1)
    assert "the handshake with 192.0.2.7 port 7 could not go on" in caplog.text
