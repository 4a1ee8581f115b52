"""FilterHistory: what a filter that is started anew gets to know of its life before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kms_trio.dispatch import Operation, OperationKind

__all__ = ["FilterHistory"]


class FilterHistory:
    """`replayed` names the methods (Python names) whose last calls count; those of setters always do."""

    def __init__(self, replayed: Iterable[str]) -> None:
        self._replayed = frozenset(replayed)
        self._calls: dict[str, tuple[Operation, Any]] = {}
        self.state: Any = None
        """What `MediaFilter.state` gave last, JSON."""

    @property
    def calls(self) -> tuple[tuple[Operation, Any], ...]:
        """Calls to be repeated, with their wire parameters, the last one of each operation, in their order."""
        return tuple(self._calls.values())

    def called(self, operation: Operation, parameters: Any) -> None:
        """A client has called an operation, which has succeeded."""
        if operation.kind is OperationKind.SETTER or operation.attribute in self._replayed:
            self._calls.pop(operation.name, None)
            self._calls[operation.name] = operation, parameters
