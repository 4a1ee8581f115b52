"""INI: `key=value` lines, `[section]` headers (dots nest), `;` and `#` comments. Values are strings."""

from __future__ import annotations

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.tree import RawTree


def parse_ini(text: str) -> RawTree:
    """Read the lines; of a repeated key the last value counts. Raises SettingsError."""
    root: RawTree = {}
    section = root
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith((";", "#", "//")):
            continue
        if line.startswith("["):
            if not line.endswith("]"):
                raise SettingsError(f"line {number}: expected ] at the end of {line!r}")
            section = _section(root, line[1:-1].strip(), number)
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip():
            raise SettingsError(f"line {number}: expected key=value, [section] or a comment, got {line!r}")
        section[key.strip()] = value.strip()
    return root


def _section(root: RawTree, name: str, number: int) -> RawTree:
    section = root
    for part in name.split("."):
        if not part:
            raise SettingsError(f"line {number}: expected a section name, got [{name}]")
        section = section.setdefault(part, {})
        if not isinstance(section, dict):
            raise SettingsError(f"line {number}: {part!r} of [{name}] is a value already")
    return section
