"""What the control process knows of its workers: objects, sessions and who wants to hear of errors.

It hears what workers say unasked and passes events on. When a worker dies, it says for its objects what they cannot
say any more: `Error` to those who subscribed to it, and ObjectDestroyed.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import trio

from kms_trio.errors import KurentoError
from kms_trio.generated.core.events import Error, ObjectCreated, ObjectDestroyed
from kms_trio.objects.bus import Deliver, EventBus
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.worker.core import MediaCore
from kms_trio.worker.frames import FrameError, Message
from kms_trio.worker.http_front import HttpFront, HttpListenError, front_limit
from kms_trio.worker.ledger import Ledger
from kms_trio.worker.link import WorkerLink
from kms_trio.worker.pool import WorkerPool

logger = logging.getLogger("KurentoMediaSet")

#: `Error.type` and `Error.errorCode` of every object of a dead worker.
WORKER_LOST: Final = "MEDIA_WORKER_LOST"
WORKER_LOST_CODE: Final = 2


class WorkerTree:
    """A `PoolListener`, and the `Holders` and `SessionEnder` of the control process's sessions."""

    def __init__(self, core: MediaCore, pool: WorkerPool) -> None:
        """`core` is the control process's own: it has the ServerManager."""
        self.ledger = Ledger()
        #: Subscriptions to Error, once more: workers have them, too.
        self.errors = EventBus(_as_it_is)
        self.pool = pool
        self._core = core
        self._http = HttpFront(
            core.context.supervisor.adopt, front_limit(core.context.settings.connections.per_address)
        )
        self._deliver: Deliver | None = None
        #: The workers that each session has objects in, sessions oldest first.
        self._known: dict[str, set[WorkerLink]] = {}

    def deliver_by(self, deliver: Deliver) -> None:
        """Where events go."""
        self._deliver = self.errors.deliver = self._core.context.bus.deliver = deliver

    # Sessions.

    @property
    def sessions(self) -> tuple[str, ...]:
        """All known sessions, oldest first."""
        return tuple(dict.fromkeys((*self._known, *self._core.context.references.sessions)))

    def knows(self, session_id: str) -> bool:
        """Whether a session has ever held an object and has not ended since."""
        return session_id in self._known or self._core.context.references.knows(session_id)

    def note(self, session_id: str, link: WorkerLink | None = None) -> None:
        """A session holds an object: of a worker, or the ServerManager."""
        links = self._known.setdefault(session_id, set())
        if link is not None:
            links.add(link)

    async def end_session(self, session_id: str, *, release: bool = False) -> None:
        """End a session here and in every worker that knows it."""
        links = self._known.pop(session_id, set())
        self.errors.drop_session(session_id)
        await self._core.lifecycle.end_session(session_id, release=release)
        async with trio.open_nursery() as nursery:
            for link in links:
                nursery.start_soon(self._end_at, link, session_id, release)

    @staticmethod
    async def _end_at(link: WorkerLink, session_id: str, release: bool) -> None:
        try:
            await link.request("closeSession", {"sessionId": session_id, "release": release})
        except KurentoError as failure:
            logger.debug("Session %s cannot be ended in media worker %d: %s", session_id, link.number, failure)

    # What workers say.

    def ready(self, link: WorkerLink) -> None:
        """The worker serves requests from now on."""
        self.pool.ready()

    def event(self, session_ids: tuple[str, ...], name: str, source_id: str, data: dict[str, Any]) -> None:
        """An event for sessions."""
        if self._deliver is not None:
            self._deliver(session_ids, name, source_id, data)

    def born(self, link: WorkerLink, object_id: str) -> None:
        """An object was created."""
        self._check_owner(link, object_id)
        self.ledger.born(link, object_id)
        self._tell_of_object(ObjectCreated.TYPE, "object", object_id)

    def died(self, link: WorkerLink, object_id: str) -> None:
        """An object was destroyed."""
        self._check_owner(link, object_id)
        self.ledger.died(object_id)
        self.errors.drop_object(object_id)
        self._tell_of_object(ObjectDestroyed.TYPE, "objectId", object_id)

    def listen(self, link: WorkerLink, request: Message) -> None:
        """The worker wants an HTTP port of the whole server."""

        async def listen() -> None:
            port, failure = 0, None
            try:
                port = await self._http.open(link.number, request["back"], request["host"], request["port"])
            except HttpListenError as error:
                failure = str(error)
            link.answer_listen(request, port, failure)

        self._core.context.supervisor.adopt(listen)

    def replied(self, link: WorkerLink, session_id: str, *, known: bool, legacy: bool) -> None:
        """A request was carried out."""
        if known:
            self.note(session_id, link)
        if legacy:
            self._core.legacy_clients.note(session_id)

    def lost(self, link: WorkerLink) -> None:
        """The worker is gone: speak for its objects."""
        lost = self.ledger.forget(link)
        self._http.forget(link.number)
        for links in self._known.values():
            links.discard(link)
        for object_id in lost:
            self._tell_of_loss(link, object_id)
            self.errors.drop_object(object_id)
        for object_id in reversed(lost):  # children before their parents, as when they are released
            self._core.manager.emit(ObjectDestroyed(object_id=object_id))

    def _check_owner(self, link: WorkerLink, object_id: str) -> None:
        if self.ledger.link_of(object_id) not in (None, link):
            raise FrameError(f"expected an object of worker {link.number}, got {object_id[:80]!r} of another one")

    def _tell_of_object(self, event_name: str, key: str, object_id: str) -> None:
        """Tell of an object as the ServerManager would, if it were here."""
        if not self._core.context.bus.wanted(MANAGER_ID, event_name):
            return
        manager = self._core.manager
        tags = self._core.marshaller.write(manager.get_tags()) if manager.send_tags_in_events else []
        data = {key: object_id, "source": MANAGER_ID, "tags": tags, "timestampMillis": self._now_ms()}
        self._core.context.bus.tell(MANAGER_ID, event_name, data)

    def _tell_of_loss(self, link: WorkerLink, object_id: str) -> None:
        if not self.errors.wanted(object_id, Error.TYPE):
            return
        data = {
            "description": f"The media worker of this object {link.loss}; the object is gone",
            "errorCode": WORKER_LOST_CODE,
            "source": object_id,
            "tags": [],
            "timestampMillis": self._now_ms(),
            "type": WORKER_LOST,
        }
        self.errors.tell(object_id, Error.TYPE, data)

    def _now_ms(self) -> str:
        """Unix milliseconds, as events carry them."""
        return str(int(self._core.context.clock.unix() * 1000))


def _as_it_is(data: dict[str, Any]) -> dict[str, Any]:
    return data
