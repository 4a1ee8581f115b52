"""Replies kept for a while, so that a request sent again after a lost connection is not carried out twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import attrs
import trio

from kms_trio.rpc.json_text import encode

#: How long a reply can be had again.
LIFETIME_S: Final = 20.0

#: The oldest replies go when there are more than this many, or they are longer than this together, however young.
CAPACITY: Final = 65_536
CAPACITY_CHARACTERS: Final = 32 * 2**20

_Key = tuple[str, str]

#: Requests that are being carried out, each with an event for those that wait for its end, once there are any.
_AtWork = dict[_Key, trio.Event | None]


@attrs.frozen
class _Reply:
    """A reply and until when it is kept."""

    text: str
    expires_at: float


class RequestCache:
    """Replies by session and request id; ids are compared as text, as 7 and "7" are one id."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        capacity: int = CAPACITY,
        capacity_characters: int = CAPACITY_CHARACTERS,
    ) -> None:
        self._monotonic = monotonic
        self._capacity = capacity
        self._capacity_characters = capacity_characters
        self._characters = 0
        self._replies: dict[_Key, _Reply] = {}
        self._order: deque[tuple[float, _Key]] = deque()
        self._at_work: _AtWork = {}

    def __len__(self) -> int:
        return len(self._replies)

    def turn(self, session_id: str, request_id: Any) -> _Turn:
        """An asynchronous context manager that waits until the same request, sent before, is no longer carried out.

        Where that one was given up with its connection there is no reply, and it is this one's turn.
        """
        return _Turn(self._at_work, (session_id, _id_text(request_id)))

    def get(self, session_id: str, request_id: Any) -> str | None:
        """The reply that this request got lately, as it was sent."""
        self._expire()
        reply = self._replies.get((session_id, _id_text(request_id)))
        return reply.text if reply is not None else None

    def put(self, session_id: str, request_id: Any, text: str) -> None:
        """Keep a reply."""
        key = (session_id, _id_text(request_id))
        expires_at = self._monotonic() + LIFETIME_S
        former = self._replies.get(key)
        if former is not None:
            self._characters -= _size(key, former)
        reply = self._replies[key] = _Reply(text, expires_at)
        self._characters += _size(key, reply)
        self._order.append((expires_at, key))
        while len(self._order) > self._capacity or self._characters > self._capacity_characters:
            self._drop(*self._order.popleft())

    def _expire(self) -> None:
        now = self._monotonic()
        while self._order and self._order[0][0] <= now:
            self._drop(*self._order.popleft())

    def _drop(self, expires_at: float, key: _Key) -> None:
        reply = self._replies.get(key)
        if reply is not None and reply.expires_at == expires_at:
            del self._replies[key]
            self._characters -= _size(key, reply)


@attrs.define
class _Turn:
    """What `RequestCache.turn` returns; a class, as one made of a generator costs four times as much a request."""

    _at_work: _AtWork
    _key: _Key

    async def __aenter__(self) -> None:
        while self._key in self._at_work:
            over = self._at_work[self._key] = self._at_work[self._key] or trio.Event()
            await over.wait()
        self._at_work[self._key] = None

    async def __aexit__(self, *_: object) -> None:
        over = self._at_work.pop(self._key)
        if over is not None:
            over.set()


def _size(key: _Key, reply: _Reply) -> int:
    """Characters that an entry keeps; clients choose ids and session ids as long as they like."""
    return len(key[0]) + len(key[1]) + len(reply.text)


def _id_text(request_id: Any) -> str:
    if isinstance(request_id, str):
        return request_id
    return str(request_id) if type(request_id) is int else encode(request_id)
