"""Several operations in one request: `with kurento.transaction() as transaction`, for callers that block."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from kms_trio.client.recorder import Recorder, Result

if TYPE_CHECKING:
    from kms_trio.client.blocking.kurento import Kurento
    from kms_trio.client.blocking.remote import RemoteObject

P = ParamSpec("P")
T = TypeVar("T")
O = TypeVar("O", bound="RemoteObject")  # noqa: E741 - an object


class Transaction:
    """What is to be done; `Kurento.transaction` carries it out. To be put together in one thread."""

    def __init__(self, kurento: Kurento) -> None:
        self._kurento = kurento
        self.recorder = Recorder()

    def create(self, method: Callable[P, O], *args: P.args, **kwargs: P.kwargs) -> O:
        """Add the making of an object: `transaction.create(WebRtcEndpoint.create, pipeline, recvonly=True)`.

        The object can be used in the transaction; its `id` is known after it.
        """
        return cast("O", self._taken_down(lambda: method(*args, **kwargs)))

    def add(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Result[T]:
        """Add the call of a method: `transaction.add(source.connect, sink)`. Its result is known after the block."""
        self._taken_down(lambda: method(*args, **kwargs))
        return self.recorder.take_last()

    def _taken_down(self, call: Callable[[], Any]) -> Any:
        """Run a method of an object with its request taken down instead of sent."""
        before = len(self.recorder)
        with self._kurento.recorded_by(self.recorder):
            returned = call()
        if len(self.recorder) != before + 1:
            raise TypeError("a transaction takes methods of media objects and `create` of their classes, one at a time")
        return returned
