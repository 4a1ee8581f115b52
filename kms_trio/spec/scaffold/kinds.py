"""The kinds of modules that can be scaffolded: a folder of templates each, over the one that they share."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from kms_trio.spec.creator.errors import CreatorError

__all__ = ["KINDS", "Kind", "kind_of"]

_TEMPLATES: Final = Path(__file__).parent / "templates"


@attrs.frozen
class Kind:
    """What a new module is."""

    name: str
    is_: str
    """What its class is, for the README and the help."""
    extends: str
    """The class of Kurento that it derives from."""
    dependencies: tuple[str, ...] = ()
    """What its wheel needs beside the server."""
    untyped: tuple[str, ...] = ()
    """Libraries without type information, which mypy must be told of."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Its templates; those of a later folder stand for those of the same name before."""
        shared = ("common", "pictures") if self.extends in ("Filter", "OpenCVFilter") else ("common",)
        return tuple(_TEMPLATES / name for name in (*shared, self.name))


KINDS: Final = (
    Kind("video-filter", "a filter that changes pictures", "Filter", ("numpy>=2.0",)),
    Kind("opencv", "a filter that changes pictures with OpenCV", "OpenCVFilter", ("kms-filters[opencv]", "numpy>=2.0")),
)


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises CreatorError."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise CreatorError(f"unknown kind '{name}' (expected one of {', '.join(kind.name for kind in KINDS)})")
