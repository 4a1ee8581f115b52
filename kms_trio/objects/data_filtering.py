"""Messages of data channels through a filter: what it is given, and what it gives on, in order and without loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from kms_trio.media.callbacks import ignore
from kms_trio.media.frames import DataMessage
from kms_trio.media.streams import DataStream, Stream

__all__ = ["DataValue", "FilteredData", "data_message", "data_value"]

DataValue: TypeAlias = "str | bytes"
"""A message as authors see it: text or bytes, as the peer sent it."""


def data_value(message: DataMessage) -> DataValue:
    """What a message says. Text that is no UTF-8 is given as its bytes."""
    if not message.is_text:
        return message.data
    try:
        return message.data.decode()
    except UnicodeDecodeError:
        return message.data


def data_message(value: object, label: str = "") -> DataMessage:
    """A message that says `value`. Raises TypeError for what is neither text nor bytes."""
    if isinstance(value, str):
        return DataMessage(value.encode("utf-8", "surrogatepass"), True, label)
    if isinstance(value, bytes | bytearray | memoryview):
        return DataMessage(bytes(value), False, label)
    raise TypeError(f"expected str or bytes as a message, got {type(value).__name__}")


class FilteredData(DataStream):
    """What leaves the filter. What enters is handed to `take`, whether or not anybody listens behind.

    When who listens cannot take more, or `hold_back(True)` was called, those before are held up.
    """

    def __init__(self, take: Callable[[DataMessage], None]) -> None:
        super().__init__()
        self._take = take
        self._upstreams: dict[str, DataStream] = {}
        self._held_back = False

    def feed(self, description: str, stream: Stream[Any] | None) -> None:
        """Take messages from `stream`, or from nowhere, at the sink of that description."""
        former = self._upstreams.pop(description, None)
        if former is not None:
            former.detach(self)
        if isinstance(stream, DataStream):
            self._upstreams[description] = stream
            stream.attach(self)
            stream.hold(self, self._full)

    def let_go(self) -> None:
        """The filter is gone."""
        self._take = ignore

    def on_data(self, message: DataMessage) -> None:
        """A message enters."""
        self._take(message)

    def hold_back(self, full: bool) -> None:
        """The filter itself cannot take more for now, or can again."""
        if full is not self._held_back:
            self._held_back = full
            self._pass_on()

    def held(self, full: bool) -> None:
        """Who listens cannot take more, or can again."""
        self._pass_on()

    @property
    def _full(self) -> bool:
        return self._held_back or self.is_held

    def _pass_on(self) -> None:
        for stream in self._upstreams.values():
            stream.hold(self, self._full)
