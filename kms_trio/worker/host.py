"""The worker's side of the channel: carries out requests, relays events, reports, and ends when told to.

| from the control process               | to it                                                     |
|----------------------------------------|-----------------------------------------------------------|
| `request` number, `method`, `params`   | `reply` number, and `result` or `error`, `known`, `legacy` |
|                                        | and `lasts`, until `forget` of the object (`lasting`)     |
|                                        | `event`: sessions, name, source, data                     |
|                                        | `born`, `died`: the id of an object                       |
|                                        | or, once it is to end, `retired`                          |
| `stop`: seconds for closing objects    | `stopped`                                                 |
| `listening`: a port, or why not        | `listen` for HTTP                                         |
|                                        | `report` once a second, `log` records                     |
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import trio

from kms_trio.errors import KurentoError
from kms_trio.objects.media_object import MediaObject
from kms_trio.rpc.envelope import unexpected_error
from kms_trio.rpc.legacy_clients import LegacyClients
from kms_trio.worker.channel import Channel, ChannelClosedError
from kms_trio.worker.core import MediaCore
from kms_trio.worker.figures import take_figures
from kms_trio.worker.frames import Message
from kms_trio.worker.http_back import HttpBack
from kms_trio.worker.lasting import lasts
from kms_trio.worker.manager import HostedServerManager
from kms_trio.worker.report import REPORT_PERIOD_S, Meter

logger = logging.getLogger("KurentoServerMethods")

#: How often lateness is measured between two reports.
_TICKS_A_REPORT: Final = 10

#: How long closing objects may take when the control process is gone and cannot say.
ORPHAN_DEADLINE_S: Final = 6.0

Serve = Callable[[Any], Awaitable[Any]]


class HostedSessions:
    """The sessions as a worker needs them: their life and death is the control process's business."""

    def __init__(self, core: MediaCore) -> None:
        self._core = core

    def knows(self, session_id: str) -> bool:
        """Whether a session holds, or has held, an object here."""
        return self._core.context.references.knows(session_id)

    def touch(self, session_id: str) -> None:
        """The control process sees for itself that the session is alive."""

    async def end(self, session_id: str, *, release: bool) -> None:
        """Close a session that has ended."""
        self._core.legacy_clients.forget(session_id)
        await self._core.lifecycle.end_session(session_id, release=release)


class HostedLegacyClients(LegacyClients):
    """Tells which sessions use old names; results and events get their old fields in the control process."""

    def value_for(self, session_id: str, value: Any) -> Any:
        """The result as it is."""
        return value


class Host:
    """Serves one channel with one core."""

    def __init__(self, channel: Channel, core: MediaCore, http: HttpBack) -> None:
        self._http = http
        self._channel = channel
        self._core = core
        self._stop = trio.Event()
        self._release_within_s = ORPHAN_DEADLINE_S
        self._nursery: trio.Nursery | None = None
        self._meter = Meter(os.sysconf("SC_PAGE_SIZE"))
        self._methods = core.methods(HostedSessions(core))
        self._table: Mapping[str, Serve] = {
            **self._methods.table,
            "worker.hold": self._hold,
            "worker.usedCpu": self._used_cpu,
        }
        #: The objects of which an answer was given that lasts.
        self._told: set[str] = set()
        core.context.on_change = self._forget
        core.context.bus.deliver = self._deliver
        manager = core.manager
        assert isinstance(manager, HostedServerManager)
        manager.tell_of_object = self._tell_of_object

    def stop(self) -> None:
        """End in order: objects are closed, then `run` returns."""
        self._stop.set()

    async def run(self) -> None:
        """Serve until told to stop, or the control process is gone."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._receive)
            nursery.start_soon(self._report)
            async with trio.open_nursery() as self._nursery:
                await self._stop.wait()
                await self._core.lifecycle.release_all(self._release_within_s)
                self._send({"stopped": True})
                with trio.move_on_after(1):
                    await self._channel.drained()
                self._nursery.cancel_scope.cancel()
            nursery.cancel_scope.cancel()

    async def _receive(self) -> None:
        try:
            await self._channel.run(self._take)
        finally:
            self._stop.set()

    async def _take(self, message: Message) -> None:
        if "request" in message and self._stop.is_set():
            self._send({"reply": message["request"], "retired": True})
        elif "request" in message:
            assert self._nursery is not None, "requests come once the host runs"
            method, params = message["method"], message["params"]
            if self._methods.is_instant(method, params):
                await self._serve(message["request"], method, params)
            else:
                self._nursery.start_soon(self._serve, message["request"], method, params)
        elif "listening" in message:
            self._http.answered(message)
        elif "stop" in message:
            self._release_within_s = message["stop"]
            self._stop.set()

    async def _serve(self, number: int, method: str, params: Any) -> None:
        """Named guard: a method that raises what nobody foresaw fails that request alone."""
        reply: Message = {"reply": number}
        try:
            reply["result"] = await self._table[method](params)
        except KurentoError as failure:
            reply["error"] = [failure.code, failure.message, failure.data_type]
        except Exception as crash:
            logger.exception("Unexpected error while processing method %s", method)
            reply["error"] = _unforeseen(crash)
        session_id = params.get("sessionId") if isinstance(params, dict) else None
        if isinstance(session_id, str):
            reply["known"] = self._core.context.references.knows(session_id)
            reply["legacy"] = session_id in self._core.legacy_clients
        if method == "invoke" and "result" in reply and self._lasts(params["object"], params["operation"]):
            reply["lasts"] = True
            self._told.add(params["object"])
        try:
            self._send(reply)
        except (ValueError, TypeError, RecursionError) as misfit:
            logger.error("The result of method %s cannot be sent: %s", method, misfit)
            del reply["result"]
            self._send({**reply, "error": _unforeseen(misfit)})

    def _lasts(self, object_id: Any, operation: Any) -> bool:
        media_object = self._core.context.directory.find(object_id) if isinstance(object_id, str) else None
        return media_object is not None and isinstance(operation, str) and lasts(media_object, operation)

    def _forget(self, media_object: MediaObject) -> None:
        if media_object.id in self._told:
            self._told.discard(media_object.id)
            self._send({"forget": media_object.id})

    async def _hold(self, params: Mapping[str, Any]) -> list[str]:
        """Let a session hold objects; return those that there are."""
        found = [each for each in params["objects"] if each in self._core.context.directory]
        for object_id in found:
            self._core.context.references.add(params["sessionId"], object_id)
        return found

    async def _used_cpu(self, params: Mapping[str, Any]) -> float | None:
        return await self._core.manager.get_used_cpu(params["interval"])

    def _deliver(self, session_ids: tuple[str, ...], name: str, source_id: str, data: dict[str, Any]) -> None:
        self._send({"event": [session_ids, name, source_id, data]})

    def _tell_of_object(self, what: str, object_id: str) -> None:
        self._send({what: object_id})

    def _send(self, message: Message) -> None:
        try:
            self._channel.send(message)
        except ChannelClosedError:
            self._stop.set()  # nobody is there to be told

    async def _report(self) -> None:
        """Measure and report for ever."""
        directory = self._core.context.directory
        while True:
            roots = len(directory.roots()) - 1
            figures = take_figures(self._core.context)
            report = self._meter.report(pipelines=roots, objects=len(directory) - 1, figures=figures)
            self._send({"report": report.to_message()})
            for _ in range(_TICKS_A_REPORT):
                due = trio.current_time() + REPORT_PERIOD_S / _TICKS_A_REPORT
                await trio.sleep_until(due)
                self._meter.was_late(trio.current_time() - due)


def _unforeseen(crash: Exception) -> list[Any]:
    error = unexpected_error(f"{type(crash).__name__}: {crash}")
    return [error.code, error.message, error.data_type]
