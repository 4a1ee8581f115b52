"""JSON as Kurento reads it: names may repeat (that is how its files carry `"//"` comments).

Files of old releases also have real comments (`// ...` to the end of the line, `/* ... */`), so those are read too.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.tree import RawTree, is_comment

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


def parse_json(text: str) -> RawTree:
    """Read an object; of a repeated name the last value counts. Raises SettingsError."""
    try:
        value = json.loads(blank_comments(text), object_pairs_hook=_object, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        raise SettingsError(f"line {error.lineno} column {error.colno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise SettingsError(f"not readable as JSON: {error}") from error
    if not isinstance(value, dict):
        raise SettingsError("line 1: expected a JSON object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> RawTree:
    return {name: value for name, value in pairs if not is_comment(name)}


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def blank_comments(text: str) -> str:
    """Put spaces where comments are, so that positions in error messages stay right."""

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        return found if found.startswith('"') else re.sub(r"[^\n]", " ", found)

    return _STRING_OR_COMMENT.sub(blank, text)
