"""Names and types of a module in the Java of its client, as Kurento's own clients have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from kms_trio.spec.code_settings import expanded_code
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import ComplexType, DataItem, EventSpec, RemoteClassSpec, TypeName
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.symbols import Symbol

_PRIMITIVES = {"String": "String", "boolean": "boolean", "int64": "long"}
_BOXED = {"boolean": "Boolean", "int": "Integer", "float": "Float", "double": "Double", "long": "Long"}

#: Words that cannot name a variable (Java Language Specification, section 3.9).
_WORDS = frozenset(
    """
    abstract assert boolean break byte case catch char class const continue default do double else enum extends
    final finally float for goto if implements import instanceof int interface long native new package private
    protected public return short static strictfp super switch synchronized this throw throws transient try void
    volatile while true false null _
    """.split()  # noqa: SIM905 - a list of fifty strings is harder to read
)


def java_name(name: str) -> str:
    """A name of the spec as a variable: words of the language get a `_`."""
    return f"{name}_" if name in _WORDS else name


def check_java(module: ResolvedModule) -> None:
    """Raises SpecError for a property that Java cannot have: `getClass` is every object's own."""
    spec = module.spec
    definitions: list[RemoteClassSpec | ComplexType | EventSpec] = [
        *spec.remote_classes,
        *spec.complex_types,
        *spec.events,
    ]
    for definition in definitions:
        for item in definition.properties:
            if item.name == "class":
                raise SpecError(
                    f"property 'class' of '{definition.name}' is none for Java, where each object has a 'getClass'",
                    item.location,
                    expected="another name",
                )


@attrs.frozen
class JavaNames:
    """Types as the sources of `module` spell them; `modules` has it and all that it imports."""

    module: ResolvedModule
    modules: Mapping[str, ResolvedModule]

    def type(self, name: TypeName, symbol: Symbol, *, boxed: bool = False) -> str:
        """A type: of this package bare, of others with the package, in containers and `boxed` as an object."""
        if symbol.module is None:
            java = _PRIMITIVES.get(symbol.name, symbol.name)
            if boxed or name.container:
                java = _BOXED.get(java, java)
        else:
            java = self._qualified(symbol)
        return {"[]": f"java.util.List<{java}>", "<>": f"java.util.Map<String, {java}>"}.get(name.container, java)

    def event(self, symbol: Symbol) -> str:
        """The class of an event."""
        return f"{self._qualified(symbol)}Event"

    def properties(self, links: list[Symbol]) -> list[dict[str, Any]]:
        """The properties of registers or events, with their Java types, in the order of `links`.

        A property says `name`, `javaName`, `type` (boxed when it is optional) and `optional`.
        """
        return [
            self._property(item, symbol.module or self.module.name)
            for symbol in links
            if symbol.definition is not None
            for item in symbol.definition.properties
        ]

    def _property(self, item: DataItem, owner: str) -> dict[str, Any]:
        symbol = self.modules[owner].type(attrs.evolve(item.type, container=""))
        java = self.type(item.type, symbol, boxed=item.optional)
        return {"name": item.name, "javaName": java_name(item.name), "type": java, "optional": item.optional}

    def _qualified(self, symbol: Symbol) -> str:
        if symbol.module is None or symbol.module == self.module.name:
            return symbol.name
        package = expanded_code(self.modules[symbol.module].spec)["api"]["java"]["packageName"]
        return f"{package}.{symbol.name}"
