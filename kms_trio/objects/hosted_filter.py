"""HostedFilter: what clients hold of a filter whose code runs in a host process.

It is an element as all others: connections, statistics, tags, graphs and the life cycle are its own. What the module's
spec adds to `Filter` goes to the host, and events come back, in order with the media.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.types import MediaType
from kms_trio.hosting.data_json import message_from_json
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import Message, read_message
from kms_trio.hosting.unit_link import UnitLimits, UnitLink
from kms_trio.media.frames import DataMessage
from kms_trio.objects.data_pump import DataPump
from kms_trio.objects.filter_history import FilterHistory
from kms_trio.objects.filter_recovery import FilterRecovery
from kms_trio.objects.media_filter import OnFailure
from kms_trio.objects.treating_filter import TreatingFilter

if TYPE_CHECKING:
    from kms_trio.codecs.conversion import Converter
    from kms_trio.dispatch import Operation, RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.filter_host import FilterHost
    from kms_trio.objects.filter_hosts import FilterHosts
    from kms_trio.objects.filter_traits import FilterTraits
    from kms_trio.objects.media_object import MediaObject

__all__ = ["HostedFilter"]

HOST_ERROR: Final = "FILTER_HOST_ERROR"
"""`Error.type` of what befalls a host process."""
HOST_ERROR_CODE: Final = 2
RESTART_WAIT_S: Final = 15.0
"""How long an operation waits for a host that is started anew: longer than the longest pause before that."""


class HostedFilter(TreatingFilter):
    """The element in the server."""

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject,
        object_class: RemoteClass,
        *,
        hosts: FilterHosts,
        path: str,
        parameters: Any,
        traits: FilterTraits,
    ) -> None:
        self._traits = traits
        super().__init__(context, parent, object_class)
        self._hosts = hosts
        self.path = path
        self.parameters = parameters
        self._limits = limits = context.settings.filters
        self.link = UnitLink(
            self,
            UnitLimits(max(limits.kill_s, limits.late_s), limits.late_s),
            luma_only=traits.luma_only,
            strict=traits.on_failure is OnFailure.STOP,
        )
        self._host: FilterHost | None = None
        self._adopted: FilterHost | None = None
        self.history = FilterHistory(traits.replayed)
        self._recovery = FilterRecovery(traits.on_failure, context.clock, limits.restarts_per_minute)
        self._given_up = False
        self._news = trio.Event()
        """Set when there is a host again, or never will be; then replaced."""
        self._data_pump = DataPump(self.data, self.spawn, self._filtered, lambda: bool(self._host or self._given_up))

    # TreatingFilter

    @property
    def treated(self) -> MediaType | None:
        """What goes through the host, unit by unit."""
        return None if self._traits.media is MediaType.DATA else self._traits.media

    @property
    def treats_data(self) -> bool:
        """Whether messages go through the host."""
        return self._traits.data

    def make_converter(self) -> Converter[Any, Any]:
        """What sends units to the host and takes them back."""
        return self.link

    # Life.

    def adopt_host(self, host: FilterHost) -> None:
        """Start in this host, which has loaded the class already."""
        self._adopted = host

    async def start(self) -> None:
        """Have the host make the filter; a KurentoError of its constructor or of `prepare` is raised here."""
        await super().start()
        try:
            host, self._adopted = self._adopted, None
            await self._begin(host)
        except HostGoneError as gone:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE,
                f"{self.object_class.name} cannot be created: the host process of module "
                f"'{self.object_class.module}' {gone}",
            ) from gone

    async def close(self) -> None:
        """Let the host release the filter."""
        await super().close()
        self._tell_news()
        self.link.disconnect()
        host, self._host = self._host, None
        if host is not None:
            await self._hosts.release(host, self)

    def let_go(self) -> None:
        """The pump and the link know this filter."""
        super().let_go()
        self._data_pump.let_go()
        self.link.let_go()

    async def _begin(self, host: FilterHost | None = None) -> None:
        if host is None:
            host = await self._hosts.host_for(self)
        try:
            wire = await host.create(self)
            for operation, parameters in self.history.calls:
                await host.invoke(self, operation, parameters)
            if host.process.ended:  # too late to be told by it
                raise HostGoneError("has ended")
        except BaseException:
            await self._hosts.release(host, self)  # noqa: ASYNC102 - cancelled, it gives the host back all the same
            raise
        self._host = host
        self.link.connect(wire)
        host.measure()
        self._data_pump.go_on()
        self._tell_news()

    # Operations.

    def forwards(self, operation: Operation) -> bool:
        """Whether an operation is the module's own, not one that every filter has."""
        return self._hosts.is_own(operation)

    @property
    def element_number(self) -> int:
        """What stands behind the class in the name of the element."""
        return int(self.element_name.removeprefix(f"kms{self.object_class.name.lower()}"))

    async def forward(self, operation: Operation, parameters: Any) -> Any:
        """Have the host call an operation with wire parameters; its result as wire JSON.

        Raises KurentoError: what the operation raises, or 40003 without a host. One that is started anew is waited for.
        """
        with trio.move_on_after(RESTART_WAIT_S):
            while self._host is None and not self._given_up and not self.releasing:
                await self._news.wait()
        host = self._host
        if host is None:
            raise KurentoError(
                ErrorCode.UNEXPECTED_ERROR, f"{operation.name}: the host process of '{self.id}' is not running"
            )
        try:
            result = await host.invoke(self, operation, parameters)
        except HostGoneError as gone:
            raise KurentoError(ErrorCode.UNEXPECTED_ERROR, f"{operation.name}: the host process {gone}") from gone
        self.history.called(operation, parameters)
        return result

    # What the host says.

    def said(self, message: Message) -> None:
        """The host said something about this filter. Raises HostProtocolError for what makes no sense."""
        if "event" in message:
            self.emit(self._hosts.read_event(self.object_class, message))
        elif "bypass" in message:
            self.link.bypass = bool(message["bypass"])
        elif "send" in message:
            self.data.push(message_from_json(message["send"]))
        elif "state" in message:
            self.history.state = message["state"]
        else:
            raise HostProtocolError(f"expected an event, bypass, send or state, got {sorted(message)}")

    # kms_trio.hosting.unit_link.LinkOwner

    def host_note(self, note: bytes) -> None:
        """The host said something with a unit."""
        try:
            self.said(read_message(note))
        except HostProtocolError as problem:
            self.host_lied(problem)

    def host_late(self, number: int, waited_s: float) -> None:
        """A unit did not come back in time: media pass from now on, and the host is given some time more."""
        meanwhile = "nothing leaves" if self.link.strict else "media bypass it"
        self._tell(f"process has not returned for {waited_s:g} s; {meanwhile} meanwhile")
        rest_s = max(0.0, self._limits.kill_s - waited_s)
        self.context.timers.call_later(rest_s, lambda: self._judge_late(number))

    def host_lied(self, problem: HostProtocolError) -> None:
        """The host said what makes no sense: it cannot be relied on."""
        if self._host is not None:
            self._host.kill(f"said what makes no sense: {problem}")

    def _judge_late(self, number: int) -> None:
        if self._host is not None and self.link.is_late(number):
            self._host.kill(f"was killed because process had not returned for {self._limits.kill_s:g} s")

    # The end of a host.

    def host_ended(self, host: FilterHost, reason: str) -> None:
        """A host is gone; for one in which the filter is still being made, whoever makes it is told as well."""
        if self._host is host:
            self._lost(reason)

    def _lost(self, reason: str) -> None:
        """There is no host any more; do what the class says."""
        self._host = None
        self.link.disconnect()
        if self.releasing:
            return
        text, again = self._recovery.judge(reason)
        self._tell(text)
        if again:
            self.spawn(self._restart)
            return
        self._given_up = True
        self._data_pump.go_on()
        self._tell_news()

    def _tell_news(self) -> None:
        self._news.set()
        self._news = trio.Event()

    async def _restart(self) -> None:
        await trio.sleep(self._recovery.pause_s)
        try:
            await self._begin()
        except (HostGoneError, KurentoError) as failure:
            text = failure.message if isinstance(failure, KurentoError) else str(failure)
            if not self.releasing:
                self._lost(f"could not be started anew: {text}")

    def _tell(self, text: str) -> None:
        self.emit_error(HOST_ERROR, HOST_ERROR_CODE, self.describe_error(HOST_ERROR_CODE, text))

    # Data.

    def take_data(self, message: DataMessage) -> None:
        """Send a message to the host; what comes back goes on, in order."""
        self._data_pump.take(message)

    async def _filtered(self, message: DataMessage) -> DataMessage | None:
        """What goes on instead of a message: the message itself, where the host ends over it."""
        if self._host is None:
            return None if self.link.strict else message
        try:
            return await self._host.filter_data(self, message, self._limits.kill_s)
        except HostProtocolError as problem:
            self.host_lied(problem)
        except (HostGoneError, KurentoError):
            pass  # told where it is seen that the host has ended
        return None if self.link.strict else message
