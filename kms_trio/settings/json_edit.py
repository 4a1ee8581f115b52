"""Changing one value in the text of a JSON conf file: comments, order and layout of everything else stay.

Of a repeated name the last counts, as when the file is read.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import attrs

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.readers.json_format import blank_comments, parse_json

_SPACE: Final = re.compile(r"\s*")
_INDENT: Final = "  "
_DECODER: Final = json.JSONDecoder()


@attrs.frozen
class _Object:
    """Where an object of the text lies, and the values of its members: name to begin and end."""

    begin: int
    end: int
    members: dict[str, tuple[int, int]]


def with_value(text: str, path: tuple[str, ...], value: Any) -> str:
    """`text` with `value` at `path`, branches on the way added where they are missing.

    Raises SettingsError when `text` is not readable, or something on the way is not an object.
    """
    parse_json(text)
    blank = blank_comments(text)
    at = _object_at(blank, _skip(blank, 0))
    for depth, name in enumerate(path):
        rest = path[depth + 1 :]
        found = at.members.get(name)
        if found is None:
            return _insert(text, at, name, _nested(rest, value), depth + 1)
        begin, end = found
        if not rest:
            return text[:begin] + _rendered(value, depth + 1) + text[end:]
        if blank[begin] != "{":
            raise SettingsError(f"{'.'.join(path[: depth + 1])}: expected an object")
        at = _object_at(blank, begin)
    raise AssertionError("a path has at least one name")


def _nested(path: tuple[str, ...], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _rendered(value: Any, depth: int) -> str:
    return json.dumps(value, indent=len(_INDENT), ensure_ascii=False).replace("\n", "\n" + _INDENT * depth)


def _insert(text: str, at: _Object, name: str, value: Any, depth: int) -> str:
    """A new last member."""
    member = f"\n{_INDENT * depth}{json.dumps(name)}: {_rendered(value, depth)}"
    if at.members:
        end = max(end for _, end in at.members.values())
        return f"{text[:end]},{member}{text[end:]}"
    return f"{text[: at.begin + 1]}{member}\n{_INDENT * (depth - 1)}{text[at.begin + 1 :].lstrip()}"


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    assert found is not None, "the pattern matches nothing, too"
    return found.end()


def _object_at(text: str, begin: int) -> _Object:
    """Scan the object that begins at `begin`; the text has been parsed before, so it is one."""
    members: dict[str, tuple[int, int]] = {}
    position = _skip(text, begin + 1)
    while text[position] != "}":
        name, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)  # the colon
        value_begin = _skip(text, position + 1)
        _, value_end = _DECODER.raw_decode(text, value_begin)
        members.pop(name, None)
        members[name] = value_begin, value_end
        position = _skip(text, value_end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return _Object(begin, position + 1, members)
