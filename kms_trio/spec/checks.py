"""The rules that a spec must keep once its names are in scope. Each broken one is a SpecError at its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kms_trio.spec.defaults import check_default
from kms_trio.spec.errors import Location, SpecError
from kms_trio.spec.model import (
    ComplexType,
    DataItem,
    Method,
    ModuleSpec,
    RemoteClassSpec,
)
from kms_trio.spec.naming import accessor, snake_case
from kms_trio.spec.symbols import Definition, Scope, symbol_kind, with_article

MAX_ANCESTORS = 64

_KIND_WORDS = {
    "remote": "class",
    "register": "register",
    "enum": "enum",
    "primitive": "primitive type",
    "event": "event",
}


def check_module(spec: ModuleSpec, scope: Scope, *, written: bool = True) -> tuple[str, ...]:
    """Check every definition of `spec`. Returns remarks that stop nothing. Raises SpecError.

    Of a module that is only imported nothing is `written` in Python: two names of values may differ by capitals alone,
    as `streamID` and `streamId` do in Kurento 6.
    """
    compared = snake_case if written else str
    # Ancestors first: what follows walks up hierarchies and relies upon their having an end.
    definitions: tuple[Definition, ...] = (*spec.remote_classes, *spec.complex_types, *spec.events)
    for definition in definitions:
        _check_hierarchy(definition, scope)
    for remote_class in spec.remote_classes:
        _check_class(remote_class, scope)
    for complex_type in spec.complex_types:
        _check_complex_type(complex_type, scope, compared)
    for event in spec.events:
        what = f"event '{event.name}'"
        _unique_names(event.properties, what, compared)
        _check_items(event.properties, scope)
    return tuple(_check_defaults(spec, scope))


def _check_class(remote_class: RemoteClassSpec, scope: Scope) -> None:
    what = f"class '{remote_class.name}'"
    _check_items(remote_class.properties, scope)
    for method in remote_class.methods:
        _check_parameters(method, f"method '{remote_class.name}.{method.name}'", scope)
        if method.returns is not None:
            scope.type(method.returns.type, method.returns.location)
    if remote_class.constructor is not None:
        _check_constructor(remote_class.constructor, f"constructor of '{remote_class.name}'", scope)
    _unique_members(remote_class, what)
    seen: dict[str, Location] = {}
    for reference in remote_class.events:
        scope.event(reference.type, reference.location)
        _unique(str(reference.type), reference.location, seen, f"event '{reference.type}' of {what}")


def _check_constructor(constructor: Method, what: str, scope: Scope) -> None:
    _check_parameters(constructor, what, scope)
    for parameter in constructor.parameters:
        if parameter.optional and not parameter.has_default:
            raise SpecError(
                f"optional parameter '{parameter.name}' of {what} has no default",
                parameter.location,
                expected="a 'defaultValue'",
            )


def _check_parameters(method: Method, what: str, scope: Scope) -> None:
    _unique_names(method.parameters, what)
    _check_items(method.parameters, scope)
    optional: DataItem | None = None
    for parameter in method.parameters:
        if parameter.optional:
            optional = parameter
        elif optional is not None:
            raise SpecError(
                f"required parameter '{parameter.name}' of {what} follows the optional '{optional.name}'",
                parameter.location,
                expected="optional parameters last",
            )


def _check_complex_type(complex_type: ComplexType, scope: Scope, compared: Callable[[str], str]) -> None:
    if complex_type.type_format == "ENUM":
        seen: dict[str, Location] = {}
        for value in complex_type.values:
            _unique(value, complex_type.location, seen, f"value '{value}' of enum '{complex_type.name}'")
        return
    what = f"register '{complex_type.name}'"
    _unique_names(complex_type.properties, what, compared)
    _check_items(complex_type.properties, scope)


def _check_items(items: Iterable[DataItem], scope: Scope) -> None:
    for item in items:
        scope.type(item.type, item.location)


def _check_defaults(spec: ModuleSpec, scope: Scope) -> Iterator[str]:
    """Check the defaults that take effect; of those that only document (of what is not optional) yield remarks."""
    for item in _all_items(spec):
        if item.has_default:
            try:
                check_default(item, scope)
            except SpecError as error:
                if item.optional:
                    raise
                yield str(error)


def _all_items(spec: ModuleSpec) -> Iterator[DataItem]:
    for remote_class in spec.remote_classes:
        yield from remote_class.properties
        for method in (*remote_class.methods, remote_class.constructor):
            yield from () if method is None else method.parameters
    for complex_type in spec.complex_types:
        yield from complex_type.properties
    for event in spec.events:
        yield from event.properties


def _unique_names(items: Sequence[DataItem], what: str, compared: Callable[[str], str] = snake_case) -> None:
    seen: dict[str, Location] = {}
    for item in items:
        _unique(compared(item.name), item.location, seen, f"'{item.name}' of {what}")


def _unique_members(remote_class: RemoteClassSpec, what: str) -> None:
    """A property takes its own name and, on the wire, those of its getter and setter."""
    members: dict[str, Location] = {}
    operations: dict[str, Location] = {}
    for property_ in remote_class.properties:
        label = f"property '{property_.name}' of {what}"
        _unique(snake_case(property_.name), property_.location, members, label)
        _unique(accessor("get", property_.name), property_.location, operations, label)
        if property_.settable:
            _unique(accessor("set", property_.name), property_.location, operations, label)
    for method in remote_class.methods:
        label = f"method '{method.name}' of {what}"
        _unique(snake_case(method.name), method.location, members, label)
        _unique(method.name, method.location, operations, label)


def _unique(name: str, location: Location, seen: dict[str, Location], label: str) -> None:
    if name in seen:
        raise SpecError(f"{label} defined twice", location, found=f"the first one at {seen[name]}")
    seen[name] = location


def _check_hierarchy(definition: Definition, scope: Scope) -> None:
    """Follow `extends` up: each step must lead to the same kind of thing, and never back."""
    kind = symbol_kind(definition)
    what = f"{_KIND_WORDS[kind]} '{definition.name}'"
    path = [definition.name]
    current = definition
    while current.extends is not None:
        location = current.location
        symbol = scope.event(current.extends, location) if kind == "event" else scope.type(current.extends, location)
        if symbol.kind != kind or symbol.definition is None:
            raise SpecError(
                f"bad 'extends' of {_KIND_WORDS[kind]} '{current.name}'",
                location,
                expected=_with_article(kind),
                found=f"'{symbol.name}', {_with_article(symbol.kind)}",
            )
        path.append(symbol.name)
        if symbol.definition is definition:
            raise SpecError(f"{what} extends itself", definition.location, found=" -> ".join(path))
        if len(path) > MAX_ANCESTORS:
            raise SpecError(
                f"too many ancestors of {what}",
                definition.location,
                expected=f"at most {MAX_ANCESTORS}, without a circle",
            )
        current = symbol.definition


def _with_article(kind: str) -> str:
    word = _KIND_WORDS[kind]
    return with_article(word)
