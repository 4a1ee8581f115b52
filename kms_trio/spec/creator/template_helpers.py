"""The filters that templates have beside Jinja2's own; their names follow those of Kurento's templates."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from kms_trio.dispatch import wire_prefix
from kms_trio.spec.code_settings import expanded_code
from kms_trio.spec.creator.java_names import JavaNames, java_name
from kms_trio.spec.creator.js_names import js_name
from kms_trio.spec.errors import Location
from kms_trio.spec.model import PRIMITIVES, EventSpec, RemoteClassSpec, TypeName
from kms_trio.spec.naming import snake_case
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.symbols import Symbol

_TYPE = re.compile(r"(?:(?P<module>\w+)\.)?(?P<name>\w+)(?P<container>\[\]|<>|)")
_NOWHERE = Location("template", 1)
_JAVASCRIPT = {"String": "string", "boolean": "boolean"}


@attrs.frozen
class TemplateHelpers:
    """The filters for one module; `modules` has it and all that it imports."""

    module: ResolvedModule
    modules: Mapping[str, ResolvedModule]

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "camelToUnderscore": snake_case,
            "escapeString": lambda text: json.dumps(text, ensure_ascii=False),
            "json": lambda value: json.dumps(value, ensure_ascii=False),
            "packageToFolder": lambda package: package.replace(".", "/"),
            "typeKind": self.type_kind,
            "typeModule": self.type_module,
            "eventModule": self.event_module,
            "bareType": lambda text: self._name(text).name,
            "qualifiedType": self.qualified_type,
            "typeHierarchy": self.type_hierarchy,
            "inheritedProperties": self.inherited_properties,
            "isAbstract": self.is_abstract,
            "codeSettings": self.code_settings,
            "getJavaObjectType": self.java_type,
            "getJavaEvent": self.java_event,
            "getJavaProperties": self.java_properties,
            "javaName": java_name,
            "jsName": js_name,
            "getJsType": self.javascript_type,
            "comment": comment,
        }

    def type_kind(self, text: str) -> str:
        """`primitive`, `enum`, `register` or `remote`."""
        return self._symbol(text).kind

    def type_module(self, text: str) -> str:
        """The module of a type or event; empty for a primitive type."""
        return self._symbol(text).module or ""

    def event_module(self, text: str) -> str:
        """The module of an event."""
        return self._event(text).module or ""

    def qualified_type(self, text: str) -> str:
        """A type as clients write it: `kurento.MediaPipeline`, `chroma.WindowParam`, `int`; without `[]` and `<>`."""
        symbol = self._symbol(text)
        return symbol.name if symbol.module is None else f"{wire_prefix(symbol.module)}.{symbol.name}"

    def type_hierarchy(self, text: str) -> list[str]:
        """The names of all that a type or event extends, nearest first."""
        return [symbol.name for symbol in self._ancestors(self._symbol(text))]

    def inherited_properties(self, text: str) -> list[str]:
        """The names of the properties of a register or event, the eldest ancestor's first."""
        symbol = self._symbol(text)
        chain = [*reversed(self._ancestors(symbol)), symbol]
        return [item.name for link in chain if link.definition is not None for item in link.definition.properties]

    def is_abstract(self, text: str) -> bool:
        """Whether a class cannot be created."""
        definition = self._symbol(text).definition
        return isinstance(definition, RemoteClassSpec) and not definition.creatable

    def code_settings(self, module: str) -> dict[str, Any]:
        """The `code` section of the module or one of its imports, with defaults."""
        return expanded_code(self.modules[module].spec)

    def java_type(self, text: str, boxed: bool = False) -> str:
        """A type as Java spells it; types of other packages with their package."""
        return JavaNames(self.module, self.modules).type(self._name(text), self._symbol(text), boxed=boxed)

    def java_event(self, text: str) -> str:
        """The Java class of an event; one of another package with the package."""
        return JavaNames(self.module, self.modules).event(self._event(text))

    def java_properties(self, text: str) -> list[dict[str, Any]]:
        """The properties of a register or event for Java, the eldest ancestor's first: see `JavaNames.properties`."""
        symbol = self._symbol(text)
        return JavaNames(self.module, self.modules).properties([*reversed(self._ancestors(symbol)), symbol])

    def javascript_type(self, text: str) -> str:
        """A type for JSDoc."""
        name = self._name(text)
        javascript = _JAVASCRIPT.get(name.name, "number") if name.name in PRIMITIVES else name.name
        return {"[]": f"{javascript}[]", "<>": f"Object.<string, {javascript}>"}.get(name.container, javascript)

    def _ancestors(self, symbol: Symbol) -> list[Symbol]:
        found: list[Symbol] = []
        while symbol.definition is not None and symbol.definition.extends is not None and symbol.module is not None:
            scope = self.modules[symbol.module].scope
            is_event = isinstance(symbol.definition, EventSpec)
            symbol = (scope.event if is_event else scope.type)(symbol.definition.extends, symbol.definition.location)
            found.append(symbol)
        return found

    def _name(self, text: str) -> TypeName:
        match = _TYPE.fullmatch(text)
        if match is None:
            raise ValueError(f"no type: {text!r}")
        container = match["container"]
        return TypeName(match["module"], match["name"], "[]" if container == "[]" else "<>" if container else "")

    def _event(self, text: str) -> Symbol:
        return self.module.scope.event(self._name(text), _NOWHERE)

    def _symbol(self, text: str) -> Symbol:
        """A type, or when the module has none of that name an event of it."""
        name = self._name(text)
        scope = self.module.scope
        module = name.module or self.module.name
        if name.name in scope.events.get(module, {}) and name.name not in scope.types.get(module, {}):
            return scope.event(name, _NOWHERE)
        return scope.type(name, _NOWHERE)


def comment(text: str, prefix: str = " * ") -> str:
    """Lines of a block comment, with what would end it broken up."""
    lines = text.replace("*/", "* /").strip().splitlines() or ["Undocumented."]
    return "\n".join((prefix + line.strip()).rstrip() for line in lines)
