"""The configuration as it was read: nested names, and at the leaves a value and where it came from.

Kurento reads every format into one tree of this shape. Objects merge, scalars and arrays
replace, and what is read later wins. Names that start with `//` are comments in all formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import attrs

#: What a reader returns: JSON-like data; the INI, INFO and XML readers know only strings.
RawTree: TypeAlias = dict[str, Any]


@attrs.frozen
class Source:
    """Where a value came from, and the folder that its relative paths start at."""

    name: str
    folder: Path | None = None


@attrs.frozen
class Leaf:
    """A scalar or an array with its origin."""

    value: Any
    source: Source


#: A branch of the merged configuration.
Tree: TypeAlias = dict[str, "Tree | Leaf"]


def is_comment(name: str) -> bool:
    """Whether a name is a comment (`"//": "..."`) instead of a key."""
    return name.startswith("//")


def with_source(raw: RawTree, source: Source) -> Tree:
    """Mark every leaf of `raw` with its origin and drop the comments."""
    return {
        name: with_source(value, source) if isinstance(value, dict) else Leaf(value, source)
        for name, value in raw.items()
        if not is_comment(name)
    }


def nested(path: tuple[str, ...], value: Tree | Leaf) -> Tree:
    """The tree that holds only `value`, at `path` (which has at least one name)."""
    for name in reversed(path):
        value = {name: value}
    assert not isinstance(value, Leaf), "a path has at least one name"
    return value


def merge(target: Tree, addition: Tree) -> None:
    """Put `addition` over `target`, in place."""
    for name, value in addition.items():
        present = target.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            merge(present, value)
        else:
            target[name] = value


def lookup(tree: Tree, path: tuple[str, ...]) -> Tree | Leaf | None:
    """What stands at `path`, or None."""
    node: Tree | Leaf = tree
    for name in path:
        if isinstance(node, Leaf) or name not in node:
            return None
        node = node[name]
    return node


def without_source(node: Tree | Leaf) -> Any:
    """The plain data of a branch or leaf."""
    if isinstance(node, Leaf):
        return node.value
    return {name: without_source(value) for name, value in node.items()}


def leaves(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Leaf]]:
    """Every leaf with its path, in file order."""
    for name, value in tree.items():
        if isinstance(value, Leaf):
            yield (*path, name), value
        else:
            yield from leaves(value, (*path, name))
