"""JSON as Kurento's JSON library reads and writes it.

Read: comments are skipped, of repeated keys the last counts, and what follows a complete document is ignored. Written:
compact, keys sorted, everything beyond ASCII escaped.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

#: What a text may hold of arrays, objects and their members together. Reading keeps the process from all else, media
#: too, and takes some 0.1 us for each; the longest texts that make sense are a few long strings.
MAX_VALUES: Final = 250_000


class JsonTextError(ValueError):
    """The text is no JSON."""


class TooManyValuesError(JsonTextError):
    """The text may be JSON, but of too many values to be read."""


def _no_such_constant(name: str) -> NoReturn:
    raise JsonTextError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_no_such_constant)
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)

#: A string, to be kept whole, or a comment. One that does not end reaches to the end of the text: were it no match, the
#: rest would be looked through anew from each quote in it.
_STRING_OR_COMMENT: Final = re.compile(r'("(?:[^"\\]++|\\.?)*+(?:"|\Z))|/\*.*?(?:\*/|\Z)|//[^\n]*', re.DOTALL)


def decode(text: str) -> Any:
    """Return the value of `text`. Raises JsonTextError, TooManyValuesError (one of them) for more than MAX_VALUES."""
    if len(text) > MAX_VALUES and sum(map(text.count, "[{,")) > MAX_VALUES:
        raise TooManyValuesError(f"Expected at most {MAX_VALUES} values in a message")
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
