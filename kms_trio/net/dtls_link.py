"""The DTLS association with one peer, over the path that ICE has found (RFC 5764, RFC 8827 section 6.5).

What belongs to the handshake waits for its turn (`handshake_turns`), and before that for the path and for the peer's
description: a browser sends its ClientHello as soon as its own check has worked.  What comes later is taken at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from kms_trio.media.callbacks import ignore
from kms_trio.rtc.dtls import DtlsError, DtlsState, DtlsTransport, SrtpKeys

if TYPE_CHECKING:
    from kms_trio.net.handshake_turns import HandshakeTurns

__all__ = ["DtlsLink"]

logger = logging.getLogger("kms.webrtc.transport")

HELD_DATAGRAMS: Final = 8
"""Of the handshake, waiting; the peer repeats what is dropped."""


class DtlsLink:
    """A `Handshake` that becomes a connection.

    `send(datagram)` sends to the peer once there is a path, `on_state` and `on_data` are told what happens, and
    `on_step(now)` that `timeout_s` may be another one.
    """

    def __init__(
        self,
        turns: HandshakeTurns,
        *,
        send: Callable[[bytes], None],
        on_state: Callable[[DtlsState], None],
        on_data: Callable[[list[bytes]], None],
        on_step: Callable[[float], None],
    ) -> None:
        self.state = DtlsState.NEW
        """What was told last."""
        self.peer = "a peer"
        """For the log."""
        self._turns = turns
        self._send = send
        self._on_state = on_state
        self._on_data = on_data
        self._on_step = on_step
        self._association: DtlsTransport | None = None
        self._has_path = False
        self._held: list[bytes] = []

    @property
    def remote_certificate(self) -> bytes:
        """The peer's certificate in DER; empty before the connection stands."""
        return self._association.remote_certificate if self._association is not None else b""

    @property
    def timeout_s(self) -> float | None:
        """When `handle_timeout` is due, in seconds from now; not at all while the peer's answer waits for its turn."""
        return None if self._association is None or self._held else self._association.timeout_s

    def srtp_keys(self) -> SrtpKeys:
        """Of the connection.  Raises DtlsError before it stands, or when it has none."""
        if self._association is None:
            raise DtlsError("there are no SRTP keys before the peer has described itself")
        return self._association.srtp_keys()

    def agree(self, association: DtlsTransport) -> None:
        """The peer has described itself: this is what to run with it."""
        self._association = association

    def start(self, peer: str, now: float) -> None:
        """There is a path to `peer`."""
        self.peer = peer
        if self._association is None:
            return
        self._has_path = True
        self._association.start()
        self._step(now)
        if self._held:
            self._turns.ask(self)

    def receive(self, data: bytes, now: float) -> None:
        """Take a datagram from an address that ICE has authenticated."""
        if self._association is not None and self.state not in (DtlsState.NEW, DtlsState.CONNECTING):
            self._association.receive(data)
            self._step(now)
            return
        if len(self._held) < HELD_DATAGRAMS:
            self._held.append(data)
        if self._has_path:
            self._turns.ask(self)

    def go_on(self, now: float) -> None:
        """It is this handshake's turn."""
        held, self._held = self._held, []
        if self._association is None or not held:
            return
        for data in held:
            self._association.receive(data)
        self._step(now)

    def handle_timeout(self, now: float) -> None:
        """The peer has not answered in time: say it again."""
        if self._association is not None:
            self._association.handle_timeout()
            self._step(now)

    def send_data(self, messages: Iterable[bytes]) -> list[bytes]:
        """Datagrams with messages of the application (SCTP), one each; none while not connected."""
        if self._association is None or self.state is not DtlsState.CONNECTED:
            return []
        try:
            for message in messages:
                self._association.send(message)
        except DtlsError as problem:
            logger.warning("data for %s is dropped: %s", self.peer, problem)
        return self._association.datagrams()

    def drop_held(self) -> None:
        """The path is gone: there is nobody to answer."""
        self._held.clear()
        self._has_path = False

    def close(self) -> None:
        """Say goodbye, without telling anybody here."""
        self._held.clear()
        if self._association is not None:
            self._association.close()
            self._flush(self._association)
        self._send = self._on_state = self._on_data = self._on_step = ignore

    def _step(self, now: float) -> None:
        association = self._association
        assert association is not None, "there is nothing to step before"
        self._flush(association)
        if association.state is not self.state:
            self.state = association.state
            if association.error:
                logger.warning("DTLS with %s failed: %s", self.peer, association.error)
            self._on_state(association.state)
        if messages := association.received():
            self._on_data(messages)
        self._on_step(now)

    def _flush(self, association: DtlsTransport) -> None:
        if self._has_path:
            for datagram in association.datagrams():
                self._send(datagram)
