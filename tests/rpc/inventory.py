"""What clients may rely on: the API inventory of Kurento 7.3 (`tests/data/api`), and whether a value fits it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs

FOLDER = Path(__file__).parent.parent / "data" / "api"
MODULES = ("core", "elements", "filters")

Json = Mapping[str, Any]

#: What JSON holds for each primitive type; a whole number will do where a fraction may stand.
PRIMITIVES: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "boolean": (bool,),
    "int": (int,),
    "int64": (int,),
    "float": (float, int),
    "double": (float, int),
}


@attrs.frozen
class Member:
    """Something to invoke: a method, or the getter or setter of a property. `owner` is the class that declares it."""

    owner: str
    name: str
    parameters: tuple[Json, ...] = ()
    returns: str | None = None
    is_setter: bool = False

    @property
    def key(self) -> str:
        return f"{self.owner}.{self.name}"


@attrs.frozen
class Inventory:
    """Classes, types and events by name."""

    classes: Mapping[str, Json]
    types: Mapping[str, Json]
    events: Mapping[str, Json]

    def lineage(self, name: str) -> Iterator[str]:
        """A class (`kurento.` may stand before it) or register, and what it extends, nearest first."""
        name = name.removeprefix("kurento.")
        table = self.classes if name in self.classes else self.types
        while name:
            yield name
            name = table[name].get("extends") or ""

    def creatable(self) -> list[str]:
        return [name for name, each in self.classes.items() if "constructor" in each and not each.get("abstract")]

    def constructor(self, name: str) -> tuple[Json, ...]:
        return tuple(self.classes[name]["constructor"]["params"])

    def members(self, name: str) -> list[Member]:
        """All members of a class; what it declares itself hides what it inherits."""
        found: dict[str, Member] = {}
        for owner in self.lineage(name):
            for member in _own_members(self.classes[owner]):
                found.setdefault(member.name, member)
        return list(found.values())

    def events_of(self, name: str) -> list[str]:
        return [event for owner in self.lineage(name) for event in self.classes[owner]["events"]]

    def misfits(self, value: Any, type_text: str, path: str = "value") -> Iterator[str]:
        """What is wrong with `value` as a `type_text`."""
        if type_text.endswith("[]"):
            items = value if isinstance(value, list) else []
            if items is not value:
                yield f"{path}: {value!r} is no list"
            for index, item in enumerate(items):
                yield from self.misfits(item, type_text[:-2], f"{path}[{index}]")
        elif type_text.endswith("<>"):
            entries = value if isinstance(value, dict) else {}
            if value is not None and entries is not value:  # an empty map is null
                yield f"{path}: {value!r} is no map"
            for key, item in entries.items():
                yield from self.misfits(item, type_text[:-2], f"{path}.{key}")
        elif type_text in PRIMITIVES:
            is_boolean = isinstance(value, bool)
            if not isinstance(value, PRIMITIVES[type_text]) or is_boolean is not (type_text == "boolean"):
                yield f"{path}: {value!r} is no {type_text}"
        elif type_text in self.classes:
            if not isinstance(value, str) or type_text not in self.lineage(value.rpartition("_")[2]):
                yield f"{path}: {value!r} is no id of a {type_text}"
        elif "values" in self.types[type_text]:
            if value not in self.types[type_text]["values"]:
                yield f"{path}: {value!r} is no {type_text}"
        else:
            yield from self._register_misfits(value, type_text, path)

    def _register_misfits(self, value: Any, type_text: str, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no {type_text}"
            return
        actual = value.get("__type__", "")
        if value.get("__module__") != "kurento" or actual not in self.types or type_text not in self.lineage(actual):
            yield f"{path}: {value.get('__module__')}.{actual} is no {type_text}"
            return
        declared = self.properties(actual)
        for name in value.keys() - declared.keys() - {"__module__", "__type__"}:
            yield f"{path}.{name}: not declared"
        for name, each in declared.items():
            if name in value:
                yield from self.misfits(value[name], each["type"], f"{path}.{name}")
            elif not each.get("optional"):
                yield f"{path}.{name}: missing"

    def properties(self, register: str) -> dict[str, Json]:
        """The properties of a register, inherited ones included."""
        return {each["name"]: each for name in self.lineage(register) for each in self.types[name]["properties"]}


def accessor(verb: str, name: str) -> str:
    """`getName` for `name`."""
    return f"{verb}{name[:1].upper()}{name[1:]}"


def _own_members(declared: Json) -> Iterator[Member]:
    owner = declared["name"]
    for each in declared["properties"]:
        yield Member(owner, accessor("get", each["name"]), returns=each["type"])
        if not each.get("readOnly") and not each.get("final"):
            parameter = {"name": each["name"], "type": each["type"]}
            yield Member(owner, accessor("set", each["name"]), (parameter,), is_setter=True)
    for each in declared["methods"]:
        yield Member(owner, each["name"], tuple(each["params"]), each["return"])


@cache
def inventory() -> Inventory:
    """The modules core, elements and filters."""
    models = [json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in MODULES]
    tables = (
        {each["name"]: each for model in models for each in model[key]}
        for key in ("remoteClasses", "complexTypes", "events")
    )
    return Inventory(*tables)
