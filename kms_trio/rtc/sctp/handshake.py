"""Setting an association up (RFC 9260 section 5): INIT, INIT ACK, COOKIE ECHO, COOKIE ACK.

Both sides of a WebRTC session begin, as neither knows whether the other will, so both answer while they ask
(section 5.2.1 and 5.2.4).  Our tag and first TSN are the same in whatever we say.  The cookie is a random number and
the state it stands for stays here: DTLS has authenticated the peer, there are no strangers who could exhaust us.
A peer that wants to start anew does that with a new DTLS association, so restarts (section 5.2.4 A) are not answered.
"""

from __future__ import annotations

import enum
from typing import Protocol

from kms_trio.rtc.sctp.chunks import ChunkType, Init, write_chunk
from kms_trio.rtc.sctp.parameters import OWN_FEATURES, Parameter, ParameterType
from kms_trio.rtc.sctp.receiver import RECEIVE_BUFFER_BYTES

__all__ = ["Handshake", "HandshakeState", "RandomSource"]

MAX_ATTEMPTS = 8
"""Max.Init.Retransmits (RFC 9260 section 16)."""

MAX_STREAMS = 0xFFFF


class RandomSource(Protocol):
    """`random.Random` or, in a server, `random.SystemRandom`."""

    def getrandbits(self, k: int, /) -> int:
        """Return k random bits."""


class HandshakeState(enum.Enum):
    """States of section 4 until the association is established."""

    CLOSED = "closed"
    COOKIE_WAIT = "cookie wait"
    COOKIE_ECHOED = "cookie echoed"
    ESTABLISHED = "established"


class Handshake:
    """`peer` is the INIT (or INIT ACK) that counts, from COOKIE_ECHOED on."""

    def __init__(self, random: RandomSource) -> None:
        self.state = HandshakeState.CLOSED
        self.local_tag = random.getrandbits(32) or 1
        self.local_tsn = random.getrandbits(32)
        self.peer: Init | None = None
        self.attempts = 0
        """How often the last request was sent."""
        self._random = random
        self._cookie = b""
        self._asked: Init | None = None  # the INIT for which our cookie stands
        self._echo = b""

    @property
    def given_up(self) -> bool:
        """Whether the peer was asked often enough."""
        return self.attempts > MAX_ATTEMPTS and self.state is not HandshakeState.ESTABLISHED

    def request(self) -> tuple[bytes, int] | None:
        """The chunk to ask with now, or again, and the tag of its packet."""
        self.attempts += 1
        if self.state is HandshakeState.CLOSED:
            self.state = HandshakeState.COOKIE_WAIT
        if self.state is HandshakeState.COOKIE_WAIT:
            return write_chunk(ChunkType.INIT, bytes(self._own_init())), 0
        if self.state is HandshakeState.COOKIE_ECHOED and self.peer is not None:
            return self._echo, self.peer.initiate_tag
        return None

    def receive_init(self, init: Init) -> tuple[bytes, int] | None:
        """Returns the INIT ACK and the tag of its packet."""
        established = self.state is HandshakeState.ESTABLISHED
        if established and (self.peer is None or self.peer.initiate_tag != init.initiate_tag):
            return None  # a restart
        if self._asked != init:
            self._asked = init
            self._cookie = self._random.getrandbits(256).to_bytes(32, "big")
        answer = self._own_init((ParameterType.STATE_COOKIE, self._cookie))
        return write_chunk(ChunkType.INIT_ACK, bytes(answer)), init.initiate_tag

    def receive_init_ack(self, answer: Init) -> tuple[bytes, int] | None:
        """Returns the COOKIE ECHO and the tag of its packet; an answer without a cookie, or too late, is nothing."""
        cookie = dict(answer.parameters).get(ParameterType.STATE_COOKIE)
        if self.state is not HandshakeState.COOKIE_WAIT or cookie is None:
            return None
        self.peer = answer
        self.state = HandshakeState.COOKIE_ECHOED
        self.attempts = 0
        self._echo = write_chunk(ChunkType.COOKIE_ECHO, cookie)
        return self.request()

    def receive_cookie_echo(self, cookie: bytes) -> bytes | None:
        """Returns the COOKIE ACK; the state is ESTABLISHED then."""
        if not self._cookie or cookie != self._cookie:
            return None
        if self.state is not HandshakeState.ESTABLISHED:
            self.peer = self._asked
            self.state = HandshakeState.ESTABLISHED
        return write_chunk(ChunkType.COOKIE_ACK)

    def receive_cookie_ack(self) -> bool:
        """Whether that made the state ESTABLISHED."""
        if self.state is not HandshakeState.COOKIE_ECHOED:
            return False
        self.state = HandshakeState.ESTABLISHED
        return True

    def _own_init(self, *parameters: Parameter) -> Init:
        return Init(
            self.local_tag,
            RECEIVE_BUFFER_BYTES,
            MAX_STREAMS,
            MAX_STREAMS,
            self.local_tsn,
            (*parameters, *OWN_FEATURES),
        )
