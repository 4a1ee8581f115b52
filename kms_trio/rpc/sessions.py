"""Sessions: which connection speaks for which, and which are still alive.

A session outlives its sockets. The newest connection that used a session has it; the one before loses it. A session
shows life by its requests and by an open connection; one that showed none for a whole period is dropped.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Protocol

import trio

from kms_trio.rpc.envelope import event_text

if TYPE_CHECKING:
    from kms_trio.rpc.legacy_clients import LegacyClients

logger = logging.getLogger("KurentoWebSocketTransport")
media_set_logger = logging.getLogger("KurentoMediaSet")

#: How often in a garbage collector period silent sessions are looked for.
CHECKS_PER_PERIOD: Final = 4


class Peer(Protocol):
    """What sessions need of a connection."""

    session_id: str | None

    def send_event(self, text: str) -> None:
        """Send without waiting; an overfull connection closes itself."""


class Holders(Protocol):
    """Who holds objects (`objects.references`, or those of all workers)."""

    @property
    def sessions(self) -> tuple[str, ...]:
        """All known sessions, oldest first."""

    def knows(self, session_id: str) -> bool:
        """Whether a session has ever held an object and has not ended since."""


class SessionEnder(Protocol):
    """Takes from a session what it holds (`objects.lifecycle`, or those of all workers)."""

    async def end_session(self, session_id: str, *, release: bool = False) -> None:
        """Forget a session and its subscriptions; with `release`, destroy what it holds even if others hold it too."""


class Sessions:
    """The connections by session, and the signs of life."""

    def __init__(self, references: Holders, lifecycle: SessionEnder, legacy_clients: LegacyClients) -> None:
        self._references = references
        self._lifecycle = lifecycle
        self._legacy_clients = legacy_clients
        self._peers: dict[str, Peer] = {}
        self._seen_at: dict[str, float] = {}

    def knows(self, session_id: str) -> bool:
        """Whether a session holds, or has held, an object."""
        return self._references.knows(session_id)

    @property
    def count(self) -> int:
        """How many hold, or have held, an object."""
        return len(self._references.sessions)

    def touch(self, session_id: str) -> None:
        """The session shows a sign of life."""
        self._seen_at[session_id] = trio.current_time()

    def bind(self, session_id: str, peer: Peer) -> None:
        """Let `peer` speak for a session from now on."""
        if peer.session_id == session_id and self._peers.get(session_id) is peer:
            return
        former = self._peers.get(session_id)
        if former is not None and former is not peer:
            logger.info("Erasing old connection associated with: %s", session_id)
            former.session_id = None
        self.unbind(peer)
        self._peers[session_id] = peer
        peer.session_id = session_id

    def unbind(self, peer: Peer) -> None:
        """The connection is gone, or speaks for another session."""
        session_id = peer.session_id
        if session_id is not None and self._peers.get(session_id) is peer:
            del self._peers[session_id]
        peer.session_id = None

    def deliver(self, session_ids: tuple[str, ...], event_name: str, source_id: str, data: dict[str, Any]) -> None:
        """Send an event to the connections of these sessions; where there is none it is lost."""
        text: str | None = None
        for session_id in session_ids:
            peer = self._peers.get(session_id)
            if peer is None:
                logger.info("Error sending event to MediaHandler: Connection not found for sessionId: %s", session_id)
                continue
            if session_id in self._legacy_clients:
                peer.send_event(event_text(event_name, source_id, self._legacy_clients.event_data(event_name, data)))
                continue
            if text is None:
                text = event_text(event_name, source_id, data)
            peer.send_event(text)

    async def end(self, session_id: str, *, release: bool) -> None:
        """Close a session at the client's wish."""
        self._seen_at.pop(session_id, None)
        self._legacy_clients.forget(session_id)
        await self._lifecycle.end_session(session_id, release=release)

    async def collect(self, period_s: float) -> None:
        """Drop sessions that were silent for `period_s`, for ever; looks four times a period."""
        while True:
            await trio.sleep(period_s / CHECKS_PER_PERIOD)
            for session_id in self._peers:
                self.touch(session_id)
            media_set_logger.debug("Running garbage collector over %d sessions", len(self._references.sessions))
            await self._drop_silent(trio.current_time() - period_s)

    async def _drop_silent(self, since: float) -> None:
        for session_id in self._references.sessions:
            if self._seen_at.setdefault(session_id, trio.current_time()) <= since:
                media_set_logger.warning("Removing inactive session: %s", session_id)
                await self.end(session_id, release=False)
        for session_id in [each for each, seen_at in self._seen_at.items() if seen_at <= since]:
            del self._seen_at[session_id]  # was never known, or ended otherwise
