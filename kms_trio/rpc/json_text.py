"""JSON as Kurento's JSON library reads and writes it.

Read: comments are skipped, of repeated keys the last counts, and what follows a complete document is ignored. Written:
compact, keys sorted, everything beyond ASCII escaped.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn


class JsonTextError(ValueError):
    """The text is no JSON."""


def _no_such_constant(name: str) -> NoReturn:
    raise JsonTextError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_no_such_constant)
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)

#: A string, to be kept whole, or a comment.
_STRING_OR_COMMENT: Final = re.compile(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/|//[^\n]*', re.DOTALL)


def decode(text: str) -> Any:
    """Return the value of `text`. Raises JsonTextError."""
    try:
        return _DECODER.decode(text)
    except JsonTextError:
        raise
    except (ValueError, RecursionError):
        return _decode_leniently(text)


def encode(value: Any) -> str:
    """Return `value` as JSON text."""
    return _ENCODER.encode(value)


def _decode_leniently(text: str) -> Any:
    bare = _STRING_OR_COMMENT.sub(lambda match: match[1] or " ", text).lstrip(" \t\r\n\ufeff")
    try:
        return _DECODER.raw_decode(bare)[0]
    except JsonTextError:
        raise
    except (ValueError, RecursionError) as problem:
        raise JsonTextError(str(problem)) from None
