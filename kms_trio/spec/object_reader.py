"""Reading one JSON object of a spec key by key, with errors that say what was expected and what came."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from kms_trio.spec.errors import Location, SpecError
from kms_trio.spec.lenient import Node
from kms_trio.spec.model import TypeName

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_TYPE = re.compile(r"(?:(?P<module>[A-Za-z]\w*)\.)?(?P<name>[A-Za-z]\w*)(?P<container>\[\]|<>|)", re.ASCII)
_KINDS: dict[type, str] = {str: "a string", bool: "true or false", list: "a list", dict: "an object"}


def describe(value: Any) -> str:
    """A JSON value in words, for what an error found."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the string '{value[:40]}'"
        case int() | float():
            return f"the number {value}"[:60]
        case list():
            return "a list"
        case _:
            return "an object"


class ObjectReader:
    """One JSON object, read key by key; `finish` remarks upon the keys that nobody asked for."""

    def __init__(self, node: Node, what: str, warnings: list[str]) -> None:
        if not isinstance(node.value, dict):
            raise SpecError(f"bad {what}", node.location, expected="an object", found=describe(node.value))
        self.location = node.location
        self.what = what
        self._entries = node.value
        self._asked: set[str] = set()
        self._warnings = warnings

    def node(self, key: str) -> Node | None:
        """The value of `key`; None when absent or null."""
        self._asked.add(key)
        node = self._entries.get(key)
        return None if node is None or node.value is None else node

    def get(self, key: str, kind: type[T]) -> T | None:
        """The value of `key`, of type `kind`, or None when absent or null."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node.value, kind):
            raise SpecError(
                f"bad '{key}' of {self.what}", node.location, expected=_KINDS[kind], found=describe(node.value)
            )
        return node.value

    def text(self, key: str) -> str:
        """A string, `""` when absent."""
        return self.get(key, str) or ""

    def flag(self, key: str) -> bool:
        """A boolean, False when absent."""
        return self.get(key, bool) or False

    def required(self, key: str) -> str:
        """A string that must be there."""
        value = self.get(key, str)
        if value is None:
            raise SpecError(f"{self.what} has no '{key}'", self.location, expected=f"a string '{key}'")
        return value

    def name(self) -> str:
        """The mandatory `name`, an identifier."""
        name = self.required("name")
        if not _NAME.fullmatch(name):
            raise SpecError(
                f"bad name of {self.what}", self.where("name"), expected="letters, digits and '_'", found=f"'{name}'"
            )
        self.what = f"{self.what} '{name}'"
        return name

    @overload
    def type(self, key: str, *, required: Literal[True]) -> TypeName: ...
    @overload
    def type(self, key: str, *, required: bool = False) -> TypeName | None: ...
    def type(self, key: str, *, required: bool = False) -> TypeName | None:
        """A type name."""
        text = self.required(key) if required else self.get(key, str)
        return None if text is None else parse_type(text, self.where(key))

    def items(self, key: str, read: Callable[[Node, list[str]], T]) -> tuple[T, ...]:
        """The entries of a list, read one by one; empty when absent. Null entries are skipped."""
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node.value, list):
            raise SpecError(f"bad '{key}' of {self.what}", node.location, expected="a list", found=describe(node.value))
        return tuple(read(item, self._warnings) for item in node.value if item.value is not None)

    def where(self, key: str) -> Location:
        """The line of `key`, or of the object when it is absent."""
        node = self._entries.get(key)
        return self.location if node is None else node.location

    def has(self, key: str) -> bool:
        """Whether `key` is present, even as null."""
        self._asked.add(key)
        return key in self._entries

    def finish(self) -> None:
        """Remark upon keys that mean nothing here."""
        for key, node in self._entries.items():
            if key not in self._asked:
                self._warnings.append(f"{node.location}: {self.what} has an unknown key '{key}'")


def parse_type(text: str, location: Location) -> TypeName:
    """Read a type as written. Raises SpecError for what is no type name."""
    match = _TYPE.fullmatch(text)
    if match is None:
        raise SpecError("bad type", location, expected="Type, Type[], Type<> or module.Type", found=f"'{text[:60]}'")
    container: Any = match["container"]
    return TypeName(match["module"], match["name"], container)
