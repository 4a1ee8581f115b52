"""The names that a new module has in its spec, in Python, on disk and in a package index, all made of one."""

from __future__ import annotations

import keyword
import re
from typing import Final

import attrs

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.naming import snake_case

__all__ = ["ModuleNames", "module_names"]

_ALLOWED: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
#: Modules that are there already, and a package that every bundle has.
_TAKEN: Final = frozenset({"core", "elements", "filters", "kurento", "generated"})


@attrs.frozen
class ModuleNames:
    """The names of a module and of its class: for `NeonSign` ..."""

    class_name: str
    """`NeonSign`"""
    module: str
    """`neonsign`, as Kurento writes it"""
    file: str
    """`neon_sign`, of the implementation, as the module creator names it"""
    folder: str
    """`neon-sign`"""

    @property
    def package(self) -> str:
        """`kms_neonsign`, what is imported."""
        return f"kms_{self.module}"

    @property
    def distribution(self) -> str:
        """`kms-neonsign`, what is installed."""
        return f"kms-{self.module}"


def module_names(name: str, folder: str | None = None) -> ModuleNames:
    """The names that follow from `NeonSign`, `neon-sign`, `neon_sign` or `neon sign`.

    `folder`, if given, is the name with its words separated, for Kurento's command line which takes both. Raises
    CreatorError for what makes no name.
    """
    for given in (name, *([folder] if folder is not None else [])):
        if not _ALLOWED.fullmatch(given):
            raise CreatorError(f"bad name (expected letters and digits beginning with a letter, found '{given}')")
    class_name = "".join(word[:1].upper() + word[1:] for word in re.split(r"[ _-]+", name))
    module, file = class_name.lower(), snake_case(class_name)
    if module in _TAKEN or keyword.iskeyword(module) or keyword.iskeyword(class_name):
        raise CreatorError(f"bad name (expected one that is not taken, found '{module}')")
    separated = re.sub(r"[ _-]+", "-", (folder or file).lower()).strip("-")
    return ModuleNames(class_name, module, file, separated)
