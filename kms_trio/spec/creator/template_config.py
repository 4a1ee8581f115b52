"""`config.json`: what a folder of templates asks for, and what the user's own file of `--config` changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.errors import SpecError
from kms_trio.spec.lenient import parse

CONFIG_FILE = "config.json"


def read_config(file: Path) -> dict[str, Any]:
    """A JSON object, as lenient as specs are. Raises CreatorError."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CreatorError(f"Config file '{file}' does not exist or is not readable") from error
    try:
        config = parse(data, str(file)).plain()
    except SpecError as error:
        raise CreatorError(f"Config file {error}") from error
    if not isinstance(config, dict):
        raise CreatorError(f"Config file '{file}' is no object")
    return config


def template_config(folder: Path, user: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of the templates in `folder`, overridden by the keys of `user`. Raises CreatorError."""
    file = folder / CONFIG_FILE
    return {**(read_config(file) if file.is_file() else {}), **user}


def kept_names(config: Mapping[str, Any]) -> list[str]:
    """`no_delete`: names of files that `--delete` leaves. Raises CreatorError."""
    names = config.get("no_delete", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CreatorError("bad 'no_delete' in the config (expected a list of names)")
    return names


def expands_methods(config: Mapping[str, Any]) -> bool:
    """`expandMethodsWithOpsParams`: whether templates see a method once for each number of parameters it can take."""
    return config.get("expandMethodsWithOpsParams") is True


def expanded_methods(model: Mapping[str, Any]) -> dict[str, Any]:
    """A module's output model in which optional parameters are spelt as overloads, the shortest first."""
    classes = []
    for item in model["remoteClasses"]:
        methods = [overload for method in item["methods"] for overload in _overloads(method)]
        classes.append({**item, "methods": methods})
    return {**model, "remoteClasses": classes}


def _overloads(method: Mapping[str, Any]) -> list[dict[str, Any]]:
    parameters = method["params"]
    required = sum(not item.get("optional") for item in parameters)
    return [{**method, "params": parameters[:count]} for count in range(required, len(parameters) + 1)]
