"""How the definitions of a module are spelled and ordered in its generated Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs

from kms_trio.spec import pycode
from kms_trio.spec.defaults import register_properties
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import PRIMITIVES, ComplexType, EventSpec, RemoteClassSpec, TypeName
from kms_trio.spec.naming import class_name, enum_member, snake_case
from kms_trio.spec.pycode import Call, Raw
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.symbols import Symbol

D = TypeVar("D", RemoteClassSpec, ComplexType, EventSpec)

_FILES = {"enum": "types", "register": "types", "remote": "interfaces", "event": "events"}


@attrs.define
class PythonNames:
    """Spells the types of one module in the Python of one of its generated files, and collects the imports needed.

    `packages` maps a module to the package of its generated code. Names of the file itself are bare, others go through
    a module alias (`types.MediaType`, `core_types.MediaType`), so no two can clash.
    """

    module: ResolvedModule
    packages: Mapping[str, str]
    file: str
    used: set[tuple[str, str]] = attrs.field(factory=set)

    def reference(self, symbol: Symbol) -> str:
        """The Python name of a type, interface or event class."""
        if symbol.kind == "primitive":
            return PRIMITIVES[symbol.name].__name__
        assert symbol.module is not None
        file = _FILES[symbol.kind]
        name = f"{symbol.name}Interface" if symbol.kind == "remote" else class_name(symbol.name)
        if symbol.module == self.module.name:
            if file == self.file:
                return name
            self.used.add((symbol.module, file))
            return f"{file}.{name}"
        self.used.add((symbol.module, file))
        return f"{symbol.module}_{file}.{name}"

    def annotation(self, type_name: TypeName, *, optional: bool = False) -> str:
        """The annotation for a value of a type."""
        inner = self.reference(self.module.type(TypeName(type_name.module, type_name.name, "")))
        match type_name.container:
            case "[]":
                inner = f"Sequence[{inner}]"
            case "<>":
                inner = f"Mapping[str, {inner}]"
        return f"{inner} | None" if optional else inner

    def imports(self, *files: str) -> list[str]:
        """The import lines for what was used, of `files` only when given; one line a package."""
        by_package: dict[str, list[str]] = {}
        for module, file in sorted(self.used):
            if files and file not in files:
                continue
            if module not in self.packages:
                raise SpecError(f"no package known for module '{module}'", self.module.spec.location)
            alias = "" if module == self.module.name else f" as {module}_{file}"
            by_package.setdefault(self.packages[module], []).append(f"{file}{alias}")
        return [pycode.import_from(package, names) for package, names in sorted(by_package.items())]

    def literal(self, value: Any, type_name: TypeName) -> Any:
        """A default of the spec as an expression of Python (see `pycode`)."""
        element = TypeName(type_name.module, type_name.name, "")
        if type_name.container == "[]":
            return tuple(self.literal(item, element) for item in value)
        if type_name.container == "<>":
            return {key: self.literal(item, element) for key, item in value.items()}
        symbol = self.module.type(type_name)
        if not isinstance(symbol.definition, ComplexType):
            return float(value) if PRIMITIVES[symbol.name] is float else value
        if symbol.kind == "enum":
            return Raw(f"{self.reference(symbol)}.{enum_member(value)}")
        types = {item.name: item.type for item in register_properties(symbol.definition, self.module.scope)}
        keywords = {snake_case(key): self.literal(item, types[key]) for key, item in value.items()}
        return Call(self.reference(symbol), (), keywords)


def parents_first(definitions: Iterable[D]) -> list[D]:
    """Definitions in their order, but each after the one it extends."""
    waiting = {definition.name: definition for definition in definitions}
    ordered: list[D] = []

    def place(definition: D) -> None:
        if waiting.pop(definition.name, None) is None:
            return
        parent = definition.extends
        if parent is not None and parent.name in waiting:
            place(waiting[parent.name])
        ordered.append(definition)

    for definition in list(waiting.values()):
        place(definition)
    return ordered
