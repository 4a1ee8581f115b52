"""Several operations in one request: `async with kurento.transaction() as transaction`.

Objects that the transaction creates can be used at once in its other operations; results are there after the block.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from kms_trio.client.recorder import Recorder, Result

if TYPE_CHECKING:
    from kms_trio.client.kurento import Kurento
    from kms_trio.client.remote import RemoteObject

P = ParamSpec("P")
T = TypeVar("T")
O = TypeVar("O", bound="RemoteObject")  # noqa: E741 - an object


class Transaction:
    """What is to be done; `Kurento.transaction` carries it out."""

    def __init__(self, kurento: Kurento) -> None:
        self._kurento = kurento
        self.recorder = Recorder()

    def create(self, method: Callable[P, Awaitable[O]], *args: P.args, **kwargs: P.kwargs) -> O:
        """Add the making of an object: `transaction.create(WebRtcEndpoint.create, pipeline, recvonly=True)`.

        The object can be used in the transaction; its `id` is known after it.
        """
        return cast("O", self._taken_down(method(*args, **kwargs)))

    def add(self, method: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> Result[T]:
        """Add the call of a method: `transaction.add(source.connect, sink)`. Its result is known after the block."""
        self._taken_down(method(*args, **kwargs))
        return self.recorder.take_last()

    async def commit(self) -> None:
        """Carry the operations out. Raises TransactionError."""
        if len(self.recorder):
            result = await self._kurento.session.request("transaction", self.recorder.request())
            self.recorder.settle(result)

    def _taken_down(self, call: Awaitable[Any]) -> Any:
        """Run a method of an object as far as its request; it never waits, as nothing is sent."""
        before = len(self.recorder)
        steps = call.__await__()
        with self._kurento.recorded_by(self.recorder):
            try:
                next(steps)
            except StopIteration as end:
                if len(self.recorder) == before + 1:
                    return end.value
        if hasattr(steps, "close"):
            steps.close()
        raise TypeError("a transaction takes methods of media objects and `create` of their classes, one at a time")
