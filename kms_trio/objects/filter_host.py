"""FilterHost: one host process as the server's elements know it, and which of them have their filters in it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import trio

from kms_trio.hosting.data_json import message_from_json, message_to_json
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import Message
from kms_trio.hosting.process import HostLimits, HostProcess
from kms_trio.hosting.unit_socket import UnitSocket, unit_sockets
from kms_trio.media.frames import DataMessage

if TYPE_CHECKING:
    from kms_trio.dispatch import Operation
    from kms_trio.objects.hosted_filter import HostedFilter
    from kms_trio.objects.media_object import MediaObject

__all__ = ["START_LIMIT_S", "FilterHost"]

START_LIMIT_S: Final = 120.0
"""How long importing a module, and preparing a filter, may take each."""
OPERATION_LIMIT_S: Final = 60.0
"""How long an operation may take."""

logger = logging.getLogger("kms.hosting")


class FilterHost:
    """See the module docstring. `forget` is told when the process has ended."""

    def __init__(
        self, module: str, pipeline: MediaObject, limits: HostLimits, forget: Callable[[FilterHost], None]
    ) -> None:
        self.module = module
        self.pipeline = pipeline
        self.filters: dict[str, HostedFilter] = {}
        self.users = 0
        """Filters in it, and those that are being made."""
        self._forget = forget
        self.process = HostProcess(f"module '{module}'", limits, self._said, self._ended)

    async def run(self) -> None:
        """Named guard: look after the process; a fault of ours in that ends the host alone."""
        try:
            await self.process.run()
        except Exception:
            logger.exception("%s: its host cannot be looked after", self.module)

    def settle(self, message: Message) -> None:
        """The first message, see `kms_trio.host.program`."""
        self.process.control.post(message)

    async def request(self, do: str, within_s: float, **parameters: Any) -> Any:
        """Have the host do something, or kill it when it does not answer. Raises HostGoneError, KurentoError."""
        try:
            with trio.move_on_after(within_s):
                return await self.process.control.request(do, **parameters)
        except HostProtocolError as problem:
            self.kill(f"said what makes no sense: {problem}")
            raise HostGoneError(f"said what makes no sense: {problem}") from problem
        reason = f"was killed because it had not answered '{do}' for {within_s:g} s"
        self.kill(reason)
        raise HostGoneError(reason)

    async def create(self, element: HostedFilter) -> UnitSocket:
        """Make a filter; the socket of its units."""
        ours, theirs = unit_sockets()
        wire = UnitSocket(ours)
        self.filters[element.id] = element
        with theirs:
            await self.request(
                "create",
                START_LIMIT_S,
                files=(theirs.fileno(),),
                of=element.id,
                path=element.path,
                module=element.object_class.module,
                **{"class": element.object_class.name},
                parameters=element.parameters,
                elementNumber=element.element_number,
                state=element.history.state,
            )
        return wire

    async def invoke(self, element: HostedFilter, operation: Operation, parameters: Any) -> Any:
        """Call an operation with wire parameters; its result as wire JSON. Raises HostGoneError, KurentoError."""
        return await self.request(
            "invoke", OPERATION_LIMIT_S, of=element.id, operation=operation.name, parameters=parameters
        )

    async def filter_data(self, element: HostedFilter, message: DataMessage, within_s: float) -> DataMessage | None:
        """Have a message filtered. Raises HostGoneError, KurentoError, HostProtocolError."""
        kept = await self.request("data", within_s, of=element.id, message=message_to_json(message))
        return None if kept is None else message_from_json(kept)

    def measure(self) -> None:
        """A filter is ready."""
        self.process.measure()

    def kill(self, reason: str) -> None:
        """End the process at once; its filters are told."""
        self.process.kill(reason)

    def _said(self, message: Message) -> None:
        """Raises HostProtocolError."""
        if "log" in message:
            self._log(message)
            return
        element = self.filters.get(str(message.get("of")))
        if element is None:
            return  # it has been released meanwhile
        try:
            element.said(message)
        except HostProtocolError:
            raise
        except Exception as failure:  # noqa: BLE001 - the guard of the host: who listens to one filter must not end it
            element.on_crash(failure)

    def _log(self, message: Message) -> None:
        name, level, text = message["log"], message.get("level"), message.get("text")
        if not (isinstance(name, str) and isinstance(level, int) and isinstance(text, str)):
            raise HostProtocolError(f"expected name, level and text of a log line, got {message!r}")
        logging.getLogger(name).log(level, "[host %d] %s", self.process.pid, text)

    def _ended(self, reason: str | None) -> None:
        self._forget(self)
        filters, self.filters = tuple(self.filters.values()), {}
        for element in filters:
            element.host_ended(self, reason or "has ended")
