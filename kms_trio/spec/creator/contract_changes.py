"""What a new spec changes for clients and for the implementation, against the spec that was generated from before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def contract_changes(old_kmd: str | None, new: Json) -> list[str]:
    """Lines that begin with `-` for what is gone and `+` for what is new, sorted; none for a first generation."""
    if old_kmd is None:
        return []
    try:
        old = set(_contract(json.loads(old_kmd)))
    except (ValueError, LookupError, TypeError, AttributeError):  # edited by hand: there is nothing to compare with
        return []
    now = set(_contract(new))
    return [f"{'-' if entry in old else '+'} {entry}" for entry in sorted(old ^ now)]


def _contract(model: Json) -> Iterator[str]:
    for item in model["remoteClasses"]:
        name = item["name"]
        yield f"class {name}{_extends(item)}{' (abstract)' if item['abstract'] else ''}"
        if "constructor" in item:
            yield f"{name}({_parameters(item['constructor'])})"
        for property_ in item["properties"]:
            access = " (read only)" if property_.get("readOnly") or property_.get("final") else ""
            yield f"{name}.{property_['name']}: {property_['type']}{access}"
        for method in item["methods"]:
            result = f" -> {method['return']['type']}" if "return" in method else ""
            yield f"{name}.{method['name']}({_parameters(method)}){result}"
        yield from (f"{name} raises {event}" for event in item["events"])
    for kind, items in (("type", model["complexTypes"]), ("event", model["events"])):
        for item in items:
            yield f"{kind} {item['name']}{_extends(item)}"
            yield from (f"{item['name']} = {value}" for value in item.get("values", ()))
            yield from (f"{item['name']}.{_item(property_)}" for property_ in item.get("properties", ()))


def _extends(item: Json) -> str:
    return f" extends {item['extends']}" if "extends" in item else ""


def _parameters(method: Json) -> str:
    return ", ".join(_item(item) for item in method["params"])


def _item(item: Json) -> str:
    default = f" = {json.dumps(item['defaultValue'])}" if "defaultValue" in item else ""
    return f"{item['name']}{'?' if item.get('optional') else ''}: {item['type']}{default}"
