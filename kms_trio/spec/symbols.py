"""Looking up type names: own types first, then those of `core`, `elements` and `filters`, others by `module.Type`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Literal, TypeVar

import attrs

from kms_trio.dispatch import KURENTO_MODULES, TypeKind
from kms_trio.spec.errors import Location, SpecError
from kms_trio.spec.model import PRIMITIVES, ComplexType, EventSpec, ModuleSpec, RemoteClassSpec, TypeName

Definition = RemoteClassSpec | ComplexType | EventSpec
D = TypeVar("D", RemoteClassSpec, ComplexType, EventSpec)


@attrs.frozen
class Symbol:
    """A type name resolved: what it is, in which module (None for a primitive), and its definition."""

    name: str
    kind: TypeKind | Literal["event"]
    module: str | None = None
    definition: Definition | None = None


def symbol_kind(definition: Definition) -> TypeKind | Literal["event"]:
    """What sort of thing a definition makes."""
    match definition:
        case RemoteClassSpec():
            return "remote"
        case EventSpec():
            return "event"
        case _:
            return "enum" if definition.type_format == "ENUM" else "register"


def with_article(word: str) -> str:
    """`a type`, `an event`."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


@attrs.frozen
class Scope:
    """The names that a module sees. Events have names of their own: an event may be called like a type."""

    module: str
    types: Mapping[str, Mapping[str, Symbol]]
    events: Mapping[str, Mapping[str, Symbol]]

    @classmethod
    def of(cls, spec: ModuleSpec, imported: Mapping[str, Scope]) -> Scope:
        """The scope of `spec` within those of its imports (by module name). Raises SpecError for clashing names."""
        types: dict[str, Mapping[str, Symbol]] = {}
        events: dict[str, Mapping[str, Symbol]] = {}
        for name, scope in imported.items():
            types[name] = scope.types[name]
            events[name] = scope.events[name]
        types[spec.name] = _own((*spec.remote_classes, *spec.complex_types), spec.name, types)
        events[spec.name] = _own(spec.events, spec.name, events)
        return cls(spec.name, types, events)

    def type(self, name: TypeName, location: Location) -> Symbol:
        """The type called `name`. Raises SpecError when there is none."""
        if name.module is None and name.name in PRIMITIVES:
            return Symbol(name.name, "primitive")
        return self._find(self.types, name, "type", location)

    def event(self, name: TypeName, location: Location) -> Symbol:
        """The event called `name`. Raises SpecError when there is none."""
        return self._find(self.events, name, "event", location)

    def _find(self, table: Mapping[str, Mapping[str, Symbol]], name: TypeName, what: str, location: Location) -> Symbol:
        if name.module is not None:
            if name.module not in table:
                raise SpecError(
                    f"unknown module '{name.module}' of {what} '{name}'",
                    location,
                    expected=f"one of {', '.join(sorted(table))}",
                )
            places = [name.module]
        else:
            places = [self.module, *(module for module in table if module in KURENTO_MODULES)]
        for place in places:
            if symbol := table[place].get(name.name):
                return symbol
        elsewhere = [module for module in table if name.name in table[module]]
        if elsewhere:
            hint = f"'{elsewhere[0]}.{name.name}'"
        else:
            hint = f"{with_article(what)} of {', '.join(sorted(set(places)))}"
            known = {known.lower(): known for place in places for known in table[place]}
            known.update({each.lower(): each for each in PRIMITIVES} if what == "type" else {})
            alike = difflib.get_close_matches(name.name.lower(), known, n=1)
            hint += f", such as '{known[alike[0]]}'" if alike else ""
        raise SpecError(f"unknown {what} '{name}'", location, expected=hint, found=f"'{name.name}'")


def _own(
    definitions: tuple[Definition, ...], module: str, imported: Mapping[str, Mapping[str, Symbol]]
) -> Mapping[str, Symbol]:
    own: dict[str, Symbol] = {}
    for definition in definitions:
        previous = own.get(definition.name)
        if previous is not None and previous.definition is not None:
            raise SpecError(
                f"name '{definition.name}' defined twice",
                definition.location,
                found=f"the first one at {previous.definition.location}",
            )
        if definition.name in PRIMITIVES:
            raise SpecError(f"name '{definition.name}' is that of a primitive type", definition.location)
        for other, symbols in imported.items():
            # A qualified name keeps two third-party modules apart; the bare names of the server's own are everybody's.
            if definition.name in symbols and other in KURENTO_MODULES:
                raise SpecError(
                    f"name '{definition.name}' is taken by module '{other}'",
                    definition.location,
                    expected="another name",
                )
        own[definition.name] = Symbol(definition.name, symbol_kind(definition), module, definition)
    return own
