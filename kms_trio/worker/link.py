"""One worker as the control process sees it: requests go in, replies and events come out, until it is gone.

A worker is gone when its end of the channel is closed, by whatever way it ended. One that says nothing for
`SILENCE_S` hangs, and is ended. That is counted in ticks of our own: when this process gets no time, either, nobody is
to blame.
"""

from __future__ import annotations

import itertools
import logging
import signal
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import attrs
import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.worker import said
from kms_trio.worker.assignment import Assignment
from kms_trio.worker.channel import Channel, ChannelClosedError
from kms_trio.worker.frames import FrameError, Message
from kms_trio.worker.lasting import LastingAnswers
from kms_trio.worker.log_relay import replay
from kms_trio.worker.placement import WorkerLoad
from kms_trio.worker.process import WorkerProcess, describe_exit
from kms_trio.worker.report import REPORT_PERIOD_S, WorkerReport

logger = logging.getLogger("KurentoMediaServer")

#: How long a worker may be silent, once it runs and until it does.
SILENCE_S: Final = 10.0
START_SILENCE_S: Final = 300.0  # a busy machine takes minutes to import what handles media

#: How long a worker may take to end whose channel is closed: it finishes recordings.
END_PATIENCE_S: Final = 8.0
#: The same of one that hangs, and that was told to write down where.
ABORT_PATIENCE_S: Final = 2.0


class WorkerLostError(KurentoError):
    """The worker that a request went to is gone. `retired`: it ended in order, so another may be asked."""

    def __init__(self, message: str, *, retired: bool = False) -> None:
        super().__init__(ErrorCode.UNEXPECTED_ERROR, message)
        self.retired = retired


class Listener(Protocol):
    """Who hears what workers say unasked."""

    def ready(self, link: WorkerLink) -> None:
        """The worker serves requests from now on."""

    def event(self, session_ids: tuple[str, ...], name: str, source_id: str, data: dict[str, Any]) -> None:
        """An event for sessions."""

    def born(self, link: WorkerLink, object_id: str) -> None:
        """An object was created. Raises FrameError when its pipeline is not the worker's."""

    def died(self, link: WorkerLink, object_id: str) -> None:
        """An object was destroyed. Raises FrameError when it was not the worker's."""

    def listen(self, link: WorkerLink, request: Message) -> None:
        """The worker wants an HTTP port of the whole server: `answer_listen` is due."""

    def replied(self, link: WorkerLink, session_id: str, *, known: bool, legacy: bool) -> None:
        """A request of a session was carried out, whether anybody still waits for the reply or not."""


@attrs.define
class _Pending:
    """A request that the worker has not answered."""

    method: str
    params: Mapping[str, Any] | None
    done: trio.Event = attrs.field(factory=trio.Event)
    #: Whether whoever asked waits no longer.
    given_up: bool = False
    result: Any = None
    error: KurentoError | None = None

    @property
    def session_id(self) -> str | None:
        """The session that asked; None for none."""
        session_id = None if self.params is None else self.params.get("sessionId")
        return session_id if isinstance(session_id, str) else None


class WorkerLink:
    """Made for one process; `run` ends with it."""

    def __init__(self, listener: Listener, load: WorkerLoad, variables: Iterable[str] = ()) -> None:
        """`variables` of our environment are passed on, see `WorkerProcess`."""
        self.load = load
        self.report: WorkerReport | None = None
        self.is_ready = False
        self.was_ready = False
        #: Why the worker could not start, in its own words.
        self.start_failure: str | None = None
        #: What ended it, in words; None as long as it lives.
        self.loss: str | None = None
        #: Whether it ended in order.
        self.retired = False
        self._listener = listener
        self._process = WorkerProcess(variables)
        self._channel = Channel(self._process.socket)
        self._numbers = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._lasting = LastingAnswers()
        self._heard = False
        #: Replies that have come, and whose requests have not gone on yet.
        self._unseen_replies = 0
        self._hangs = False
        self._silence_s = START_SILENCE_S

    @property
    def number(self) -> int:
        """The worker's number, from 1 on."""
        return self.load.number

    @property
    def pid(self) -> int:
        """The worker's process."""
        return self._process.pid

    async def run(self, assignment: Assignment) -> None:
        """Tell the worker what it is to do and serve its channel until it is gone; `loss` is set then."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._watch)
                try:
                    self._channel.send(assignment.to_message())
                    await self._channel.run(self._take)
                except (ChannelClosedError, FrameError) as problem:
                    logger.warning("Media worker %d: %s", self.number, problem)
                nursery.cancel_scope.cancel()
        finally:
            self.is_ready = False
            self._lasting = LastingAnswers()  # nothing lasts of what is lost
            self._channel.close()
            code = await self._process.end(ABORT_PATIENCE_S if self._hangs else END_PATIENCE_S)  # noqa: ASYNC102 - shielded and bounded there
            self._process.close()
            self.loss = f"did not report for {self._silence_s:.0f} s" if self._hangs else describe_exit(code)
            for pending in self._pending.values():
                pending.error = self._lost()
                self._settle(pending)
            self._pending.clear()

    async def request(self, method: str, params: Mapping[str, Any] | None) -> Any:
        """Have the worker carry out a request; return its result. Raises KurentoError: its own, or WorkerLostError."""
        if self.loss is not None:
            raise self._lost()
        known = self._lasting.find(method, params)
        if known is not None:
            return known
        number = next(self._numbers)
        pending = self._pending[number] = _Pending(method, params)
        try:
            self._channel.send({"request": number, "method": method, "params": params})
        except ChannelClosedError:
            pass  # the process ends, and with it every request
        except BaseException:
            del self._pending[number]
            raise
        try:
            await pending.done.wait()
        finally:
            pending.given_up = True
            if pending.done.is_set():
                self._unseen_replies -= 1
        if pending.error is not None:
            raise pending.error
        return pending.result

    def stop(self, release_within_s: float) -> None:
        """Tell the worker to end in order."""
        try:
            self._channel.send({"stop": release_within_s})
        except ChannelClosedError:
            return  # it is gone already

    def answer_listen(self, request: Message, port: int, failure: str | None) -> None:
        """Tell which port leads to the worker's HTTP server, or why none does."""
        try:
            self._channel.send({"listening": request["listen"], "port": port, "failure": failure})
        except ChannelClosedError:
            return  # it is gone already

    def abort(self) -> None:
        """End the process; it writes down where its threads are."""
        self._hangs = True
        self._process.signal(signal.SIGABRT)
        self._channel.close()

    async def _take(self, message: Message) -> None:
        """Raises FrameError for what no worker says."""
        self._heard = True
        if "reply" in message:
            self._take_reply(said.read_reply(message))
        elif "event" in message:
            event = said.read_event(message)
            await self._behind_replies()
            try:
                self._listener.event(event.session_ids, event.name, event.source_id, event.data)
            except ValueError as misfit:
                raise FrameError(f"expected an event that clients can be told, got {event.name}: {misfit}") from misfit
        elif "born" in message:
            born = said.read_object(message, "born")
            await self._behind_replies()
            self._listener.born(self, born)
        elif "died" in message:
            died = said.read_object(message, "died")
            await self._behind_replies()
            self._listener.died(self, died)
        elif "forget" in message:
            self._lasting.forget(said.read_object(message, "forget"))
        elif "listen" in message:
            self._listener.listen(self, said.read_listen(message))
        elif "report" in message:
            self.report = said.read_report(message)
            self.load.reported(self.report)
        elif "log" in message:
            replay(said.read_log(message))
        elif "ready" in message:
            self.is_ready = self.was_ready = True
            self._listener.ready(self)
        elif "failed" in message:
            self.start_failure = said.read_failure(message)
        elif "stopped" in message:
            self.is_ready = False
            self.retired = True

    def _take_reply(self, reply: said.Reply) -> None:
        pending = self._pending.pop(reply.number, None)
        if pending is None:
            return
        if reply.retired:
            self.is_ready = False
            pending.error = WorkerLostError(f"Media worker {self.number} is about to end", retired=True)
        elif reply.error is not None:
            pending.error = reply.error
        else:
            pending.result = reply.result
            if reply.lasts and pending.params is not None:
                self._lasting.keep(pending.params, reply.result["value"])
        self._lasting.carried_out(pending.method, pending.params)
        session_id = pending.session_id
        if session_id is not None and reply.known is not None:
            self._listener.replied(self, session_id, known=reply.known, legacy=bool(reply.legacy))
        self._settle(pending)

    def _settle(self, pending: _Pending) -> None:
        if not pending.given_up:
            self._unseen_replies += 1
            pending.done.set()

    async def _behind_replies(self) -> None:
        """Let whoever waits for a reply send it, before an event that was raised behind it is delivered."""
        while self._unseen_replies:
            await trio.lowlevel.cancel_shielded_checkpoint()

    async def _watch(self) -> None:
        """End a worker that hangs."""
        silent_s = 0.0
        while True:
            await trio.sleep(REPORT_PERIOD_S)
            silent_s = 0.0 if self._heard else silent_s + REPORT_PERIOD_S
            self._heard = False
            self._silence_s = SILENCE_S if self.is_ready else START_SILENCE_S
            if silent_s >= self._silence_s:
                logger.error("Media worker %d (process %d) hangs and is ended", self.number, self.pid)
                self.abort()
                return

    def _lost(self) -> WorkerLostError:
        return WorkerLostError(f"The media worker that the request was sent to {self.loss}", retired=self.retired)
