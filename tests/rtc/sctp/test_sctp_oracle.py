"""Against aiortc's association, which an event loop of asyncio runs while the test takes its turn in it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities

from kms_trio.rtc.sctp import ChannelClosed, ChannelOpened, Message, SctpAssociation, SctpRole

DEADLINE_S = 30


class Transport:
    """What aiortc takes for its DTLS transport: packets go straight into our association and back."""

    def __init__(self, role: SctpRole) -> None:
        self.state = "connected"
        self._role = role.name.lower()
        other = SctpRole.SERVER if role is SctpRole.CLIENT else SctpRole.CLIENT
        self.ours = SctpAssociation(other, 5001, 5000, random.Random(1))
        self.events: list[Any] = []
        self._receiver: Any = None
        self._random = random.Random(2)
        self.loss = 0.0

    def _register_data_receiver(self, receiver: Any) -> None:
        self._receiver = receiver

    def _unregister_data_receiver(self, receiver: Any) -> None:
        self._receiver = None

    async def _send_data(self, data: bytes) -> None:
        if self._random.random() >= self.loss:
            self.ours.receive(data, asyncio.get_running_loop().time())

    async def run_until(self, condition: Callable[[], bool]) -> None:
        """Carry packets and time to both until the condition holds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DEADLINE_S
        while not condition():
            now = loop.time()
            assert now < end, self.events
            if self.ours.deadline is not None and self.ours.deadline <= now:
                self.ours.handle_timeout(now)
            packets = self.ours.transmits()
            self.events += self.ours.events()
            for packet in packets:
                if self._receiver is not None and self._random.random() >= self.loss:
                    await self._receiver._handle_data(packet)
            await asyncio.sleep(0 if packets else 0.001)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


async def talk(role: SctpRole, loss: float) -> None:
    transport = Transport(role)
    theirs = RTCSctpTransport(transport, port=5000)  # type: ignore[arg-type]  # as much of a transport as it looks at
    received: list[str | bytes] = []
    accepted: list[RTCDataChannel] = []

    @theirs.on("datachannel")
    def on_channel(channel: RTCDataChannel) -> None:
        accepted.append(channel)
        channel.on("message", received.append)

    transport.ours.start(asyncio.get_running_loop().time())
    await theirs.start(RTCSctpCapabilities(maxMessageSize=1 << 18), 5001)
    transport.loss = loss
    asked = RTCDataChannel(theirs, RTCDataChannelParameters(label="theirs", ordered=False, maxRetransmits=5))
    ours = transport.ours.open_channel("ours", "protocol", max_packet_life_time_ms=60_000)
    await transport.run_until(lambda: len(transport.of(ChannelOpened)) == 2 and bool(accepted))
    assert (accepted[0].label, accepted[0].protocol, accepted[0].maxPacketLifeTime) == ("ours", "protocol", 60_000)
    [peers] = [event.channel for event in transport.of(ChannelOpened) if event.channel is not ours]
    assert (peers.label, peers.ordered, peers.max_retransmits, peers.id) == ("theirs", False, 5, asked.id)

    messages: list[str | bytes] = ["hello", "", b"", bytes(200_000), "\N{SNOWMAN}", *map(str, range(50))]
    for message in messages:
        transport.ours.send(ours, message, asyncio.get_running_loop().time())
        accepted[0].send(message)
    await transport.run_until(lambda: len(transport.of(Message)) == len(received) == len(messages))
    assert received == messages
    got = [event.data.decode() if event.is_text else event.data for event in transport.of(Message)]
    assert got == messages

    transport.ours.close_channel(ours)
    asked.close()
    await transport.run_until(lambda: len(transport.of(ChannelClosed)) == 2)
    assert accepted[0].readyState == asked.readyState == "closed"
    await theirs.stop()


@pytest.mark.parametrize("role", SctpRole)
@pytest.mark.parametrize("loss", [0.0, 0.03])
def test_with_aiortc(role: SctpRole, loss: float) -> None:
    asyncio.run(talk(role, loss))
