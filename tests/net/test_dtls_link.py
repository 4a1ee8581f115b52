"""A DTLS link: what comes too early waits, handshakes go on at their turn only, data is taken at once."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from kms_trio.net.dtls_link import HELD_DATAGRAMS, DtlsLink
from kms_trio.net.handshake_turns import HandshakeTurns
from kms_trio.rtc.dtls import DtlsError, DtlsIdentity, DtlsRole, DtlsState, DtlsTransport

NOW = 1000.0


class Turns(HandshakeTurns):
    """Turns that the test gives."""

    def give(self) -> int:
        """To all who wait; how many."""
        given = 0
        while self._waiting:
            self._go_on(self._waiting.popleft(), NOW)
            given += 1
        return given


@attrs.define(eq=False)
class Side:
    """A link with what it said."""

    identity: DtlsIdentity
    turns: Turns = attrs.field(factory=Turns)
    sent: list[bytes] = attrs.field(factory=list)
    states: list[DtlsState] = attrs.field(factory=list)
    data: list[bytes] = attrs.field(factory=list)
    link: DtlsLink = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.link = DtlsLink(
            self.turns,
            send=lambda datagram: self.sent.append(datagram),
            on_state=self.states.append,
            on_data=self.data.extend,
            on_step=lambda now: None,
        )

    def agree(self, role: DtlsRole, other: Side) -> None:
        self.link.agree(DtlsTransport(self.identity, role, [("sha-256", other.identity.fingerprint())]))

    def take_sent(self) -> list[bytes]:
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """A client and a server who have not heard of each other."""
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return Side(DtlsIdentity.generate("ECDSA", now)), Side(DtlsIdentity.generate("ECDSA", now))


def introduce(client: Side, server: Side) -> None:
    client.agree(DtlsRole.CLIENT, server)
    server.agree(DtlsRole.SERVER, client)


def shake_hands(client: Side, server: Side) -> None:
    for _ in range(4):
        for one, other in ((client, server), (server, client)):
            for datagram in one.take_sent():
                other.link.receive(datagram, NOW)
            other.turns.give()


def test_a_handshake_goes_on_at_its_turn(sides: tuple[Side, Side]) -> None:
    client, server = sides
    introduce(client, server)
    client.link.start("the server", NOW)
    server.link.start("the client", NOW)
    assert client.states == server.states == [DtlsState.CONNECTING]
    for hello in client.take_sent():
        server.link.receive(hello, NOW)
    assert not server.sent, "it is not its turn"
    assert server.link.timeout_s is None
    assert server.turns.give() == 1
    assert server.sent
    shake_hands(client, server)
    assert client.states == server.states == [DtlsState.CONNECTING, DtlsState.CONNECTED]
    assert client.link.srtp_keys().local_master == server.link.srtp_keys().remote_master
    assert server.link.remote_certificate == client.identity.certificate_der


def test_data_is_taken_at_once(sides: tuple[Side, Side]) -> None:
    client, server = sides
    introduce(client, server)
    client.link.start("the server", NOW)
    server.link.start("the client", NOW)
    shake_hands(client, server)
    for datagram in client.link.send_data([b"one", b"two"]):
        server.link.receive(datagram, NOW)
    assert server.data == [b"one", b"two"]
    assert not server.turns.give()


def test_a_hello_waits_for_the_description_and_the_path(sides: tuple[Side, Side]) -> None:
    client, server = sides
    client.agree(DtlsRole.CLIENT, server)
    client.link.start("the server", NOW)
    for hello in client.take_sent():
        server.link.receive(hello, NOW)
    assert not server.turns.give(), "it has no description yet"
    server.agree(DtlsRole.SERVER, client)
    assert not server.turns.give(), "it has no path yet"
    server.link.start("the client", NOW)
    shake_hands(client, server)
    assert server.link.state is DtlsState.CONNECTED


def test_few_datagrams_wait(sides: tuple[Side, Side]) -> None:
    client, server = sides
    introduce(client, server)
    client.link.start("the server", NOW)
    server.link.start("the client", NOW)
    (hello,) = client.take_sent()
    server.link.receive(hello, NOW)
    for _ in range(1000):
        server.link.receive(b"\x16" + bytes(20), NOW)
    assert len(server.link._held) == HELD_DATAGRAMS
    assert server.turns.give() == 1
    shake_hands(client, server)
    assert server.link.state is DtlsState.CONNECTED


@pytest.mark.parametrize("end", ["close", "drop_held"])
def test_nothing_is_told_after_the_end(sides: tuple[Side, Side], end: str) -> None:
    client, server = sides
    introduce(client, server)
    client.link.start("the server", NOW)
    server.link.start("the client", NOW)
    for hello in client.take_sent():
        server.link.receive(hello, NOW)
    getattr(server.link, end)()
    server.turns.give()
    assert server.states == [DtlsState.CONNECTING]
    assert not server.sent


def test_no_keys_before_the_description(sides: tuple[Side, Side]) -> None:
    with pytest.raises(DtlsError, match="no SRTP keys"):
        sides[0].link.srtp_keys()
    assert sides[0].link.remote_certificate == b""
    assert sides[0].link.send_data([b"x"]) == []
