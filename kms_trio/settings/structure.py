"""From the merged tree to typed settings, with every problem found in one pass."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from kms_trio.settings.options import Option, option_of, section_of, walk
from kms_trio.settings.tree import Leaf, Tree, leaves, lookup, without_source

T = TypeVar("T")

#: Keys that Kurento's own files carry and no server reads: accepted with a remark.
IGNORED_KEYS: Mapping[str, str] = {
    "modules.kurento.HttpEndpoint.port": "Kurento never read it; the port is serverPort",
    "modules.kurento.Composite.width": "only the constructor's value counts",
    "modules.kurento.Composite.height": "only the constructor's value counts",
    "modules.kurento.Composite.framerate": "only the constructor's value counts",
}

#: Set for each file by the reader itself; a file that sets it changes nothing.
CONFIG_PATH = "configPath"


@attrs.define
class Problems:
    """What was found wrong, as lines for the operator."""

    errors: list[str] = attrs.field(factory=list)
    unknown_keys: list[str] = attrs.field(factory=list)
    remarks: list[str] = attrs.field(factory=list)


def structure(settings_class: type[T], tree: Tree, problems: Problems, **extra: Any) -> T:
    """Build `settings_class` from `tree`; a bad value is noted in `problems` and keeps its default."""
    return _structure(settings_class, tree, (), problems, extra)


def _structure(
    settings_class: type[T], tree: Tree, path: tuple[str, ...], problems: Problems, extra: dict[str, Any]
) -> T:
    values = dict(extra)
    for field in attrs.fields(settings_class):  # type: ignore[arg-type]  # a class of attrs, which `type` does not say
        described = option_of(field)
        if described is not None:
            found = _find(described, tree, path, problems)
            if found is not None:
                values[field.name] = found[0]
            continue
        nested = section_of(field)
        if nested is not None:
            values[field.name] = _structure(nested.settings_class, tree, (*path, *nested.path), problems, {})
    return settings_class(**values)


def _find(option: Option, tree: Tree, path: tuple[str, ...], problems: Problems) -> tuple[Any] | None:
    """The parsed value of `option` in a tuple, or None to keep the default."""
    for key in (option.key, *option.aliases):
        node = lookup(tree, (*path, key))
        if node is None:
            continue
        if isinstance(node, Leaf):
            raw, source = node.value, node.source
        else:
            first = next(leaves(node), None)
            if first is None:
                raw, source = {}, None
            else:
                raw, source = without_source(node), first[1].source
        try:
            return (option.kind.parse(raw, source.folder if source else None),)
        except ValueError:
            where = source.name if source else "configuration"
            came = "a value that is not shown" if option.secret else repr(raw)
            problems.errors.append(f"{where}: {'.'.join((*path, key))}: expected {option.kind.expected}, got {came}")
            return None
    return None


def find_unknown_keys(settings_class: type, tree: Tree, problems: Problems) -> None:
    """Note every key that no option reads.

    Under `modules`, files of classes without settings here belong to their module and are left alone.
    """
    rows = list(walk(settings_class))
    known = {".".join((*row.path[:-1], key)) for row in rows for key in (row.option.key, *row.option.aliases)}
    whole = [tuple(row.path) for row in rows]
    module_classes = {row.path[:3] for row in rows if row.path[0] == "modules"}
    for path, leaf in leaves(tree):
        name = ".".join(path)
        if name in known or path[-1] == CONFIG_PATH or any(path[: len(row)] == row for row in whole):
            continue
        if name in IGNORED_KEYS:
            problems.remarks.append(f"{leaf.source.name}: {name} has no effect: {IGNORED_KEYS[name]}")
        elif path[0] != "modules" or path[:3] in module_classes:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            siblings = sorted(key.rpartition(".")[2] for key in known if key.rpartition(".")[0] == ".".join(path[:-1]))
            expected = f"did you mean {close[0]}?" if close else f"expected one of: {', '.join(siblings)}"
            if not close and not siblings:
                expected = "there is no such section"
            problems.unknown_keys.append(f"{leaf.source.name}: unknown key {name}; {expected}")
