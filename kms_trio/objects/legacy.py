"""Names of Kurento 6.x: what they are today, and values as clients of that time expect them.

Every module may bring a table of its old names (`LegacyNames`); here they are put together. A member or event is looked
for here only when today's tables do not have it, so clients that use today's names pay nothing.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from kms_trio.dispatch import LegacyNames, Operation, wire_prefix
from kms_trio.objects.registers import MODULE_KEY, TYPE_KEY

if TYPE_CHECKING:
    from kms_trio.dispatch import ModuleDescriptor, RemoteClass

logger = logging.getLogger(__name__)

#: Old fields by name, each with what makes its value of today's fields.
_Fields = Mapping[str, Callable[[Mapping[str, Any]], Any]]


class Legacy:
    """The old names of all loaded modules."""

    def __init__(self, modules: Iterable[ModuleDescriptor]) -> None:
        modules = tuple(modules)
        self._operations: dict[str, dict[str, Operation]] = {}
        self._events: dict[str, str] = {}
        self._register_fields: dict[tuple[str, str], _Fields] = {}
        self._event_fields: dict[str, _Fields] = {}
        fields: dict[str, _Fields] = {}
        for module in modules:
            names, by_class = _load(module)
            self._events.update(names.events)
            fields.update(names.fields)
            for class_name, operations in by_class:
                qualified_name = f"{wire_prefix(module.name)}.{class_name}"
                self._operations.setdefault(qualified_name, {}).update({each.name: each for each in operations})
        for module in modules:
            for name, register in module.registers.items():
                self._register_fields[wire_prefix(module.name), name] = _inherited(register, fields)
            for name, event in module.events.items():
                self._event_fields[name] = _inherited(event, fields)

    def operation(self, object_class: RemoteClass, name: str) -> Operation | None:
        """What serves the old operation `name` of a class or its ancestors; None when there was none."""
        for qualified_name in (object_class.qualified_name, *object_class.hierarchy):
            found = self._operations.get(qualified_name, {}).get(name)
            if found is not None:
                return found
        return None

    def event(self, object_class: RemoteClass, name: str) -> str | None:
        """Today's name of the old event `name`, if the class has it; otherwise None."""
        today = self._events.get(name)
        return today if today in object_class.events else None

    def today(self, name: str) -> str:
        """Today's name of an event, in whichever class; names of today are their own."""
        return self._events.get(name, name)

    def write(self, value: Any) -> Any:
        """Return wire JSON with the fields added that its registers had in 6.x."""
        if isinstance(value, list):
            return [self.write(each) for each in value]
        if not isinstance(value, dict):
            return value
        written = {name: self.write(each) for name, each in value.items()}
        return _add(self._register_fields.get((value.get(MODULE_KEY, ""), value.get(TYPE_KEY, ""))), value, written)

    def write_event(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return the data of an event, subscribed as `name`, with the name and the fields that it had in 6.x."""
        today = self.today(name)
        written: dict[str, Any] = self.write(data)
        if data.get("type") == today:  # an Error has a type of its own there
            written["type"] = name
        return _add(self._event_fields.get(today), data, written)


def _load(module: ModuleDescriptor) -> tuple[LegacyNames, list[tuple[str, list[Operation]]]]:
    """Named guard: a module whose old names cannot be had is used without them."""
    if module.legacy:
        path, _, attribute = module.legacy.partition(":")
        try:
            names: LegacyNames = getattr(importlib.import_module(path), attribute)
            return names, list(_operations(module, names))
        except Exception:
            logger.exception("the names of module %s in Kurento 6.x, %s, cannot be used", module.name, module.legacy)
    return LegacyNames(), []


def _operations(module: ModuleDescriptor, names: LegacyNames) -> Iterator[tuple[str, list[Operation]]]:
    """The old operations of a module, by class. Raises KeyError where what they stand for is not there."""
    for class_name, operations in names.operations.items():
        yield class_name, list(operations)
    for class_name, properties in names.properties.items():
        today_operations = module.classes[class_name].operations
        yield class_name, [each for old, today in properties.items() for each in _renamed(today_operations, old, today)]


def _renamed(operations: Mapping[str, Operation], old: str, today: str) -> Iterator[Operation]:
    """Getter and setter (where there is one) of a property under its old name."""
    yield attrs.evolve(operations[_accessor("get", today)], name=_accessor("get", old))
    setter = operations.get(_accessor("set", today))
    if setter is not None:
        parameters = tuple(attrs.evolve(parameter, name=old) for parameter in setter.parameters)
        yield attrs.evolve(setter, name=_accessor("set", old), parameters=parameters)


def _accessor(verb: str, name: str) -> str:
    return f"{verb}{name[:1].upper()}{name[1:]}"


def _inherited(record: type[Any], fields: Mapping[str, _Fields]) -> _Fields:
    """The old fields of a register or event and of what it extends."""
    merged: dict[str, Callable[[Mapping[str, Any]], Any]] = {}
    for each in record.__mro__:
        merged.update(fields.get(each.__dict__.get("TYPE", ""), {}))
    return merged


def _add(fields: _Fields | None, value: Mapping[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    for name, make in (fields or {}).items():
        old = make(value)
        if old is not None:
            written[name] = old
    return written
