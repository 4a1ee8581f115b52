"""How a module's definitions are spelled in the generated Python of its client.

A client has two flavours, one for Trio and one that blocks. Enumerations and registers are the same classes in both,
and for `core` those of the server; only what holds media objects (all events, a few registers) is made for each, as the
objects are of other classes.
"""

from __future__ import annotations

import attrs

from kms_trio.spec.defaults import register_properties
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import PRIMITIVES, ComplexType, TypeName
from kms_trio.spec.naming import class_name
from kms_trio.spec.python_names import PythonNames
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.symbols import Symbol

#: What the classes that all others extend have of their own; a method of a spec with such a name gets a trailing `_`.
RESERVED = frozenset({"create", "events", "id", "kurento", "release"})

_FILES = {"enum": "types", "register": "types", "remote": "classes", "event": "events"}


@attrs.define
class ClientNames(PythonNames):
    """Spells types for one file of a client; media objects are those of `classes.py`."""

    def reference(self, symbol: Symbol) -> str:
        """The Python name of a type, class or event."""
        if symbol.kind == "primitive":
            return PRIMITIVES[symbol.name].__name__
        assert symbol.module is not None
        file, name = _FILES[symbol.kind], class_name(symbol.name)
        if symbol.module == self.module.name and file == self.file:
            return name
        self.used.add((symbol.module, file))
        return f"{file}.{name}" if symbol.module == self.module.name else f"{symbol.module}_{file}.{name}"


def plain_types(module: ResolvedModule) -> list[str]:
    """The names of the enumerations and registers of a module that hold no media objects, in their order."""
    return [item.name for item in module.spec.complex_types if not _holds_objects(item, module, module.name, set())]


def _holds_objects(definition: ComplexType, module: ResolvedModule, owner: str, seen: set[tuple[str, str]]) -> bool:
    """Whether a media object can be in a value of a type of the module `owner`."""
    if definition.type_format == "ENUM" or (owner, definition.name) in seen:
        return False
    seen.add((owner, definition.name))
    try:
        properties = register_properties(definition, module.scope)
        symbols = [_symbol(item.type, module, owner) for item in properties]
    except SpecError:  # of a module that this one does not import itself: taken for the worse
        return True
    return any(
        symbol.kind == "remote"
        or (
            isinstance(symbol.definition, ComplexType)
            and _holds_objects(symbol.definition, module, symbol.module or owner, seen)
        )
        for symbol in symbols
    )


def _symbol(type_name: TypeName, module: ResolvedModule, owner: str) -> Symbol:
    """A type as the module `owner` names it, seen from `module`."""
    own = module.scope.types.get(owner, {}).get(type_name.name) if type_name.module is None else None
    return own or module.type(type_name)
