"""What the options `--show-values` and `--print-simple-kmd` print of a module."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from kms_trio.spec.creator.errors import CreatorError

Json = Mapping[str, Any]


def value_at(model: Json, path: str) -> str:
    """The text of what a dotted path such as `code.implementation.lib` leads to. Raises CreatorError for nothing.

    A step is a key, or a position in a list counted from 0; a key with dots in it may be given whole.
    """
    value: Any = model
    rest = path
    while rest:
        if isinstance(value, Mapping) and rest in value:
            return _text(value[rest])
        step, _, rest = rest.partition(".")
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise CreatorError(f"no value '{path}' in module '{model['name']}' (nothing called '{step}')")
    return _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def simple_kmd(model: Json) -> list[str]:
    """The lines of what a module defines and needs, with a digest of these names: it changes when they do."""
    names = [
        *(("RemoteClass:\t", item["name"]) for item in model["remoteClasses"]),
        *(("Event:\t", item["name"]) for item in model["events"]),
        *(("ComplexType:\t", item["name"]) for item in model["complexTypes"]),
        *(("Dep: ", f"{item['name']} {item['version']}") for item in model["imports"]),
    ]
    digest = hashlib.md5("".join(name for _, name in names).encode(), usedforsecurity=False)
    return [*(label + name for label, name in names), f"Digest: {digest.hexdigest()}"]
