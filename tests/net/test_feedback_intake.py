"""Feedback is received with media, in time without it, and at once while nothing flows."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from kms_trio.net.addresses import LocalAddress
from kms_trio.net.feedback_intake import MAX_WAIT_S, MIN_WAIT_S, QUIET_S, FeedbackIntake
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.udp_socket import UdpSocket

AT_ONCE = 3
"""Datagrams that the intake's owner takes at once here."""


@attrs.define(eq=False)
class Port:
    """A shared port whose feedback is noted, and somebody who sends some."""

    shared: UdpSocket
    stranger: socket.socket
    intake: FeedbackIntake = attrs.field(init=False)
    got: list[int] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.intake = FeedbackIntake(self.receive)

    def receive(self, sock: UdpSocket) -> bool:
        assert sock is self.shared
        assert sock.feedback is not None
        for _ in range(AT_ONCE):
            try:
                self.got.append(sock.feedback.socket.recv(100)[2])
            except BlockingIOError:
                return False
        return True

    def send(self, *numbers: int) -> None:
        for number in numbers:
            self.stranger.sendto(b"\x80\xc9" + bytes([number]) + bytes(20), self.shared.address)

    async def until(self, condition: Callable[[], bool]) -> None:
        with trio.CancelScope() as scope:  # the clock stands still: patience is counted in turns
            for _ in range(1_000_000):
                if condition():
                    scope.cancel()
                await trio.lowlevel.checkpoint()
            pytest.fail("it did not happen")


@pytest.fixture
async def port(mock_clock: MockClock) -> AsyncIterator[Port]:
    sock = UdpSocket(Syscalls(), LocalAddress("127.0.0.1", "lo"), 0, patient_feedback=True)
    if sock.feedback is None:
        sock.close()
        pytest.skip("this kernel has no BPF programs for groups of sockets")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        port = Port(sock, stranger)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(port.intake.run)
            nursery.start_soon(port.intake.watch, sock)
            await wait_all_tasks_blocked()
            yield port
            nursery.cancel_scope.cancel()
    sock.close()


async def flowing(port: Port) -> None:
    """Media flows, and the first report has come."""
    port.intake.media_came(trio.current_time())
    port.send(0)
    await port.until(lambda: port.got == [0])
    await wait_all_tasks_blocked()


async def test_without_media_it_is_received_at_once(port: Port) -> None:
    for count in range(1, 4):
        port.send(count)
        await port.until(lambda: len(port.got) == count)  # noqa: B023 - awaited before `count` changes
    assert port.got == [1, 2, 3]


async def test_with_media_it_comes_along(port: Port, mock_clock: MockClock) -> None:
    await flowing(port)
    port.send(1)
    await wait_all_tasks_blocked()
    port.intake.media_came(trio.current_time())  # too soon after the last time
    assert port.got == [0]
    mock_clock.jump(MIN_WAIT_S * 1.01)
    await wait_all_tasks_blocked()
    assert port.got == [0]
    port.intake.media_came(trio.current_time())
    assert port.got == [0, 1]
    port.send(2)
    for number in range(3, 20):  # media goes on, and so does feedback
        mock_clock.jump(MAX_WAIT_S * 0.8)
        port.intake.media_came(trio.current_time())
        assert port.got[-1] == number - 1
        port.send(number)


async def test_it_does_not_wait_for_media_that_is_late(port: Port, mock_clock: MockClock) -> None:
    await flowing(port)
    port.send(1)
    mock_clock.jump(MAX_WAIT_S * 0.9)
    port.intake.media_came(trio.current_time())
    port.send(2)
    mock_clock.jump(MAX_WAIT_S * 0.9)
    await wait_all_tasks_blocked()
    assert port.got == [0, 1]
    mock_clock.jump(MAX_WAIT_S * 0.11)
    await port.until(lambda: port.got == [0, 1, 2])


async def test_when_media_has_ended_it_is_waited_for_again(port: Port, mock_clock: MockClock) -> None:
    await flowing(port)
    port.send(1)
    mock_clock.jump(QUIET_S * 1.01)
    await port.until(lambda: port.got == [0, 1])
    await wait_all_tasks_blocked()
    statistics = trio.lowlevel.current_statistics()
    assert statistics.seconds_to_next_deadline == float("inf")  # nothing polls
    port.send(2)
    await port.until(lambda: port.got == [0, 1, 2])


async def test_a_flood_is_taken_piece_by_piece_and_others_get_their_turn(port: Port) -> None:
    await flowing(port)
    port.send(*range(1, 60))
    turns = 0
    port.intake._empty(trio.current_time())
    while len(port.got) < 60:
        assert len(port.got) <= 1 + AT_ONCE * (turns + 1)
        await trio.lowlevel.checkpoint()
        turns += 1
        assert turns < 1_000_000
    assert port.got == list(range(60))
    assert turns > 10


async def test_closing_ends_the_wait(port: Port) -> None:
    await flowing(port)
    assert port.shared.feedback is not None
    async with trio.open_nursery() as nursery:
        second = UdpSocket(Syscalls(), LocalAddress("127.0.0.1", "lo"), 0, patient_feedback=True)
        assert second.feedback is not None
        nursery.start_soon(port.intake.watch, second)
        await wait_all_tasks_blocked()
        trio.lowlevel.notify_closing(second.feedback.socket)
        second.close()
