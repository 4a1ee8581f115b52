"""One filter in a host process: made, called, given media and released as the server says."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable
from typing import Any, cast

from kms_trio.dispatch import RemoteClass
from kms_trio.errors import ErrorCode, KurentoError, exits_as_errors
from kms_trio.generated.core.types import MediaType
from kms_trio.host.context import HostContext
from kms_trio.hosting.data_json import message_from_json, message_to_json
from kms_trio.hosting.unit_server import UnitServer
from kms_trio.hosting.unit_socket import UnitSocket
from kms_trio.media.frames import DataMessage
from kms_trio.objects.data_filtering import FilteredData
from kms_trio.objects.invoke import constructor_arguments, invoke, with_defaults
from kms_trio.objects.marshal import Marshaller
from kms_trio.objects.media_filter import MediaFilter
from kms_trio.objects.media_object import MediaObject

__all__ = ["Hosted", "load_filter"]

Say = Callable[[dict[str, Any]], None]


def load_filter(path: str) -> type[Any]:
    """Import an implementation, `package.module:Class`. Raises KurentoError 40108 when it cannot be imported."""
    module_name, _, attribute = path.partition(":")
    try:
        with exits_as_errors():
            implementation = getattr(importlib.import_module(module_name), attribute)
        if not isinstance(implementation, type):
            raise TypeError(f"expected a class, got {type(implementation).__name__}")
    except Exception as failure:  # named guard: the code of a module raises what it likes
        raise KurentoError(
            ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE, f"Factory '{attribute}' cannot be loaded: {failure}"
        ) from failure
    return implementation


class Hosted:
    """`say` sends what the server did not ask for, after what this filter's thread has said with its units."""

    def __init__(
        self,
        context: HostContext,
        pipeline: MediaObject,
        object_class: RemoteClass,
        implementation: type[Any],
        parameters: Any,
        marshaller: Marshaller,
    ) -> None:
        declared = object_class.constructor or ()
        given = constructor_arguments(declared, parameters, marshaller)
        arguments = with_defaults(declared, given, marshaller, implementation.own_defaults)
        self.filter: MediaFilter = implementation(cast(Any, context), pipeline, object_class, **arguments)
        self._marshaller = marshaller
        self._server: UnitServer | None = None
        self._state_said = json.dumps(None)

    @property
    def in_its_thread(self) -> bool:
        """Whether this runs where its units are filtered."""
        return self._server is not None and self._server.is_current_thread

    def note(self, note: bytes) -> None:
        """Say something with the unit that is being filtered."""
        assert self._server is not None
        self._server.note(note)

    async def start(
        self, say_bypass: Callable[[bool], None], say_data: Callable[[DataMessage], None], state: Any
    ) -> None:
        """Have it prepare, and take the state of the filter in whose place it is, if there is any."""
        media_filter = self.filter
        media_filter.data = _DataToServer(media_filter.take_data, say_data)
        media_filter.on_bypass = say_bypass
        await media_filter.start()
        if state is not None:
            restored = media_filter.restore(state)
            if inspect.isawaitable(restored):
                await restored
        if media_filter.bypass:
            say_bypass(True)

    def serve_units(self, wire: UnitSocket) -> None:
        """Filter what comes on that socket."""
        if self.filter.media_type is MediaType.DATA:
            return
        self._server = UnitServer(wire, self.filter.make_converter)
        self._server.start()

    async def invoke(self, operation: str, parameters: Any) -> Any:
        """Call an operation; its result as wire JSON. Raises KurentoError, and what the operation raises."""
        return await invoke(self.filter, self.filter.object_class.operations[operation], parameters, self._marshaller)

    async def filter_data(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Have a message filtered."""
        kept = await self.filter.filter_data(message_from_json(message))
        return None if kept is None else message_to_json(kept)

    def say_state(self, say: Callable[[Any], None]) -> None:
        """Named guard: say what state the filter is in, when that is another one than before."""
        try:
            state = self.filter.state()
            text = json.dumps(state, allow_nan=False)
        except Exception as failure:  # noqa: BLE001 - the author's code; the operation before has succeeded all the same
            self.filter.report(failure)
            return
        if text != self._state_said:
            self._state_said = text
            say(state)

    async def close(self) -> None:
        """Let it give back what it holds."""
        if self._server is not None:
            self._server.end()
        await self.filter.close()
        await self.filter.scope.close()


class _DataToServer(FilteredData):
    """Where messages of a hosted filter go."""

    def __init__(self, take: Callable[[DataMessage], None], say: Callable[[DataMessage], None]) -> None:
        super().__init__(take)
        self._say = say

    def push(self, message: DataMessage) -> None:
        self._say(message)
