"""The settings in effect as data in the shape of a main file, for logs and `config show`."""

from __future__ import annotations

from typing import Any

from kms_trio.settings.model import Settings
from kms_trio.settings.options import walk

HIDDEN = "(not shown)"


def effective(settings: Settings, *, changed_only: bool = False, show_secrets: bool = False) -> dict[str, Any]:
    """JSON data of every setting, at the places where a main file may have them.

    Reading it back gives the same settings, unless secrets are hidden. `changed_only` leaves out what
    equals its default.
    """
    shown: dict[str, Any] = {}
    for row in walk(Settings):
        value: Any = settings
        for name in row.attribute:
            value = getattr(value, name)
        if changed_only and value == row.option.default:
            continue
        branch = shown
        for name in row.path[:-1]:
            branch = branch.setdefault(name, {})
        rendered = row.option.kind.render(value)
        branch[row.path[-1]] = HIDDEN if row.option.secret and rendered and not show_secrets else rendered
    return shown
