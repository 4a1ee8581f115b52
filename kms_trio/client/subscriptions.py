"""Telling the server which events are wanted, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs
import trio

from kms_trio.client.errors import ClientError, ProtocolError
from kms_trio.client.events import EventQueue, Sink
from kms_trio.client.session import Session
from kms_trio.errors import KurentoError

#: How long leaving a stream of events may take.
UNSUBSCRIBE_DEADLINE_S: Final = 2.0


@attrs.define
class Subscriptions:
    """The subscriptions of one stream of events."""

    session: Session
    sinks: Sequence[Sink]
    _made: list[dict[str, Any]] = attrs.field(factory=list, init=False)

    @classmethod
    def of(cls, session: Session, source_id: str, event_types: Sequence[type[Any]], queue: EventQueue) -> Subscriptions:
        """Those that lead events of one object into `queue`. Raises TypeError for none."""
        if not event_types:
            raise TypeError("events() takes at least one class of events")
        return cls(session, [Sink(source_id, event_type, queue) for event_type in event_types])

    async def open(self) -> None:
        """Subscribe. Raises KurentoError 40106 for an event that the object does not have, or ClientError."""
        # Before the server is asked: an event may come ahead of the reply.
        for sink in self.sinks:
            self.session.events.add(sink)
        try:
            for sink in self.sinks:
                params = {"object": sink.object_id, "type": sink.event_type.TYPE}
                result = await self.session.request("subscribe", params)
                if not isinstance(result, dict) or not isinstance(result.get("value"), str):
                    raise ProtocolError(f"result of subscribe: expected the id of a subscription, found {result!r:.80}")
                self._made.append({"object": sink.object_id, "subscription": result["value"]})
        except BaseException:
            await self.close()  # noqa: ASYNC102 - shielded and bounded there
            raise

    async def close(self) -> None:
        """Unsubscribe. Shielded, but not for long: what is still subscribed when the session ends, ends with it."""
        for sink in self.sinks:
            self.session.events.remove(sink)
            sink.queue.end()
        with trio.move_on_after(UNSUBSCRIBE_DEADLINE_S, shield=True):
            while self._made:
                try:
                    await self.session.request("unsubscribe", self._made.pop())
                except (ClientError, KurentoError):
                    return  # the session or the object is gone, and its subscriptions with it
