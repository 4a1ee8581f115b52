"""Descriptors of what a module offers: its classes, operations, types and factories.

The module creator (`kms_trio.spec`) writes one `ModuleDescriptor` per module from its `*.kmd.json` files; the
dispatcher, the marshaller and the plugin manager read them. Everything here is immutable and is built from literals,
so importing a module's tables costs next to nothing and never imports an implementation.

Names keep both forms: `name` is what travels on the wire (camelCase, `addIceCandidate`), `attribute` is the Python
member (`add_ice_candidate`).
"""

from __future__ import annotations

import enum
import importlib.resources
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeVar

import attrs

Container = Literal["", "[]", "<>"]
TypeKind = Literal["primitive", "enum", "register", "remote"]

T = TypeVar("T")
MaybeAwaitable: TypeAlias = T | Awaitable[T]
"""What a method of an interface returns: an implementation may be a plain or an async method, as it likes."""

KURENTO_MODULES = frozenset({"core", "elements", "filters"})
"""The modules that share the wire prefix `kurento`; any other module uses its own name."""


def wire_prefix(module: str) -> str:
    """The prefix of qualified names and the `__module__` of registers of `module`."""
    return "kurento" if module in KURENTO_MODULES else module


class OperationKind(enum.Enum):
    """What an `invoke` operation does on the object: call a method, or read or write a property."""

    METHOD = "method"
    GETTER = "getter"
    SETTER = "setter"


@attrs.frozen
class TypeRef:
    """The type of a parameter, a property or a result, as the spec declares it.

    `name` is the bare type name (`String`, `int64`, `MediaType`, `IceCandidate`, `MediaElement`), `container` is `"[]"`
    for a list of it and `"<>"` for a map from string to it. `python` is `str`, `bool`, `int` or `float` for a
    primitive, the generated class for an enum or register, and the generated interface for a remote class.
    """

    name: str
    container: Container
    kind: TypeKind
    python: type[Any] | None = None

    def __str__(self) -> str:
        return f"{self.name}{self.container}"


@attrs.frozen
class Parameter:
    """A parameter of a method or constructor, or the value of a setter.

    `default` is the raw JSON value of the spec, meaningful only with `has_default`; it still has to be structured with
    `type`. A default without `optional` is documentation: the parameter stays required.
    """

    name: str
    attribute: str
    type: TypeRef
    optional: bool = False
    has_default: bool = False
    default: Any = None


@attrs.frozen
class Operation:
    """Something that `invoke` can call: `connect`, or `getName` and `setName` for the property `name`."""

    name: str
    kind: OperationKind
    attribute: str
    parameters: tuple[Parameter, ...] = ()
    returns: TypeRef | None = None


@attrs.frozen
class RemoteClass:
    """A class of media objects as clients see it.

    `hierarchy` lists the qualified ancestors, nearest first. `operations` (by wire name) and `events` include the
    inherited ones. `constructor` is None where the spec declares none; such a class, like an abstract one, cannot be
    created.
    """

    name: str
    module: str
    qualified_name: str
    hierarchy: tuple[str, ...]
    abstract: bool
    constructor: tuple[Parameter, ...] | None
    operations: Mapping[str, Operation] = attrs.field(repr=False)
    events: frozenset[str] = attrs.field(repr=False)
    doc: str = attrs.field(repr=False)

    @property
    def creatable(self) -> bool:
        """Whether `create` may make one."""
        return not self.abstract and self.constructor is not None

    def is_a(self, qualified_name: str) -> bool:
        """Whether this class is `qualified_name` (`kurento.MediaElement`) or extends it."""
        return qualified_name == self.qualified_name or qualified_name in self.hierarchy

    @classmethod
    def declare(
        cls,
        name: str,
        module: str,
        *,
        extends: RemoteClass | None = None,
        abstract: bool = False,
        constructor: tuple[Parameter, ...] | None = None,
        operations: Iterable[Operation] = (),
        events: Iterable[str] = (),
        doc: str = "",
    ) -> RemoteClass:
        """A class from its own declarations, with those of `extends` added; own operations win over inherited ones."""
        inherited = dict(extends.operations) if extends else {}
        inherited.update({operation.name: operation for operation in operations})
        return cls(
            name=name,
            module=module,
            qualified_name=f"{wire_prefix(module)}.{name}",
            hierarchy=(extends.qualified_name, *extends.hierarchy) if extends else (),
            abstract=abstract,
            constructor=constructor,
            operations=MappingProxyType(inherited),
            events=frozenset(events) | (extends.events if extends else frozenset()),
            doc=doc,
        )


@attrs.frozen
class LegacyNames:
    """What a module called differently in Kurento 6.x, for clients of that time: old wire names to today's.

    `properties`: by class, an old property to the property of today. `operations`: by class, old operations that are
    more than another name, each with the `attribute` that serves it today. `events`: an old event to today's. `fields`:
    by the name of a register or event, fields that it had beside today's, each with a function that makes the value of
    today's fields (as wire JSON); None leaves the field out.
    """

    properties: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    operations: Mapping[str, Sequence[Operation]] = attrs.field(factory=dict)
    events: Mapping[str, str] = attrs.field(factory=dict)
    fields: Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], Any]]] = attrs.field(factory=dict)


@attrs.frozen
class ModuleDescriptor:
    """All that a module brings: its own classes, types and events, and where its implementations live.

    `factories` maps a creatable class to the import path of its implementation, `"package.module:Class"`, which is
    imported when the first object of that class is created. `generation_time` has the shape
    `Nov 21 2026 19:25:00`. `package` is the package that holds the resolved spec as `module.kmd.json`. `legacy` is the
    import path of the module's `LegacyNames`, empty when it has none. `requires` maps the modules that it imports to
    the ranges of versions that will do.
    """

    name: str
    version: str
    generation_time: str
    package: str
    classes: Mapping[str, RemoteClass] = attrs.field(repr=False)
    registers: Mapping[str, type[Any]] = attrs.field(repr=False)
    enums: Mapping[str, type[enum.Enum]] = attrs.field(repr=False)
    events: Mapping[str, type[Any]] = attrs.field(repr=False)
    factories: Mapping[str, str] = attrs.field(repr=False)
    legacy: str = ""
    requires: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    @property
    def kmd(self) -> str:
        """The resolved spec as JSON text on one line, as `ServerManager.getKmd` answers it; read at each call.

        Raises OSError when the package was installed without its `module.kmd.json`.
        """
        text = importlib.resources.files(self.package).joinpath("module.kmd.json").read_text(encoding="utf-8")
        return "".join(line.strip() for line in text.splitlines())
