"""The dispatch table of a module, as expressions for the generated `module.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from kms_trio.spec.model import DataItem, Method, RemoteClassSpec, TypeName
from kms_trio.spec.naming import accessor, class_name, constant_case, member_name, snake_case
from kms_trio.spec.pycode import Call, Raw, assignment
from kms_trio.spec.python_names import PythonNames, parents_first
from kms_trio.spec.resolve import ResolvedModule

_CONTAINERS = {"": "", "[]": "_LIST", "<>": "_MAP"}


@attrs.define
class TableBuilder:
    """Builds the constants of a module's `module.py`; types used several times become one constant each."""

    module: ResolvedModule
    names: PythonNames
    _types: dict[str, TypeName] = attrs.field(factory=dict)

    def classes(self) -> list[str]:
        """The assignments of the constants of the remote classes, parents first."""
        definitions = parents_first(self.module.spec.remote_classes)
        return [assignment(class_constant(definition.name), self._class(definition)) for definition in definitions]

    def types(self) -> list[str]:
        """The assignments of the type constants that `classes` used; to be asked for after it."""
        return [assignment(constant, self._type(self._types[constant])) for constant in sorted(self._types)]

    def descriptor(self, package: str, factories: Mapping[str, str], generation_time: str, legacy: str) -> Call:
        """The module's descriptor."""
        spec = self.module.spec
        registers = [item.name for item in spec.complex_types if item.type_format == "REGISTER"]
        enums = [item.name for item in spec.complex_types if item.type_format == "ENUM"]
        classes = {item.name: Raw(class_constant(item.name)) for item in spec.remote_classes}
        requires = {item.name: item.version for item in self.module.imports}
        return Call(
            "ModuleDescriptor",
            (),
            {
                "name": spec.name,
                "version": spec.version,
                "generation_time": generation_time,
                "package": package,
                "classes": _proxy(classes),
                "registers": self._table("types", registers),
                "enums": self._table("types", enums),
                "events": self._table("events", [item.name for item in spec.events]),
                "factories": _proxy(dict(factories)),
                **({"legacy": legacy} if legacy else {}),
                **({"requires": _proxy(requires)} if requires else {}),
            },
        )

    def _table(self, file: str, names: Sequence[str]) -> Call:
        """Wire names with their classes in the generated `file`."""
        if names:
            self.names.used.add((self.module.name, file))
        return _proxy({name: Raw(f"{file}.{class_name(name)}") for name in names})

    def _class(self, definition: RemoteClassSpec) -> Call:
        keywords: dict[str, object] = {}
        parent = self.module.parent(definition)
        if parent is not None:
            own = parent.module == self.module.name
            if not own:
                self.names.used.add((str(parent.module), "module"))
            keywords["extends"] = Raw(
                class_constant(parent.name) if own else f'{parent.module}_module.MODULE.classes["{parent.name}"]'
            )
        if definition.abstract:
            keywords["abstract"] = True
        if definition.constructor is not None:
            keywords["constructor"] = self._parameters(definition.constructor.parameters)
        operations = (
            *(accessor_ for property_ in definition.properties for accessor_ in self._accessors(property_)),
            *(self._method(method) for method in definition.methods),
        )
        if operations:
            keywords["operations"] = operations
        if definition.events:
            keywords["events"] = tuple(event.type.name for event in definition.events)
        keywords.update(self._doc(definition))
        return Call("RemoteClass.declare", (definition.name, self.module.name), keywords)

    def _doc(self, definition: RemoteClassSpec) -> dict[str, object]:
        """Where a class's text is, as a keyword argument."""
        self.names.used.add((self.module.name, "interfaces"))
        return {"doc": Raw(f'interfaces.{definition.name}Interface.__doc__ or ""')}

    def _accessors(self, item: DataItem) -> list[Call]:
        attribute = member_name(item.name, self.module.name)
        reference = self._reference(item.type)
        getter: list[object] = [accessor("get", item.name), Raw("OperationKind.GETTER"), attribute]
        calls = [Call("Operation", getter, {"returns": reference})]
        if item.settable:
            parameter = Call("Parameter", (item.name, snake_case(item.name), reference))
            setter: list[object] = [accessor("set", item.name), Raw("OperationKind.SETTER"), attribute, (parameter,)]
            calls.append(Call("Operation", setter))
        return calls

    def _method(self, method: Method) -> Call:
        attribute = member_name(method.name, self.module.name)
        arguments: list[object] = [method.name, Raw("OperationKind.METHOD"), attribute]
        if method.parameters:
            arguments.append(self._parameters(method.parameters))
        keywords = {} if method.returns is None else {"returns": self._reference(method.returns.type)}
        return Call("Operation", arguments, keywords)

    def _parameters(self, parameters: Sequence[DataItem]) -> tuple[Call, ...]:
        return tuple(self._parameter(item) for item in parameters)

    def _parameter(self, item: DataItem) -> Call:
        keywords: dict[str, object] = {}
        if item.optional:
            keywords["optional"] = True
        if item.has_default:
            keywords["has_default"] = True
            keywords["default"] = item.default
        return Call("Parameter", (item.name, snake_case(item.name), self._reference(item.type)), keywords)

    def _reference(self, type_name: TypeName) -> Raw:
        constant = f"_{constant_case(type_name.name)}{_CONTAINERS[type_name.container]}"
        if type_name.module is not None and type_name.module != self.module.name:
            constant = f"_{type_name.module.upper()}{constant}"
        while self._types.setdefault(constant, type_name) != type_name:
            constant += "_"
        return Raw(constant)

    def _type(self, type_name: TypeName) -> Call:
        symbol = self.module.type(type_name)
        python = Raw(self.names.reference(symbol))
        return Call("TypeRef", (symbol.name, type_name.container, symbol.kind, python))


def class_constant(name: str) -> str:
    """The name of the constant of a class."""
    return f"_{constant_case(name)}_CLASS"


def _proxy(entries: Mapping[str, object]) -> Call:
    return Call("MappingProxyType", (dict(entries),))
