"""Wire JSON to Python's primitives, as forgiving as the JSON library that Kurento reads requests with.

null is "" or 0 or false, numbers and booleans turn into each other and into text. Text turns into a number or boolean
only where it reads as one. What cannot be turned raises `NotConvertibleError`.
"""

from __future__ import annotations

import math
from typing import Any, Final

INT32_RANGE: Final = range(-(2**31), 2**31)
INT64_RANGE: Final = range(-(2**63), 2**63)


class NotConvertibleError(Exception):
    """A value is not what was expected; `expected` says what, in the word of Kurento's messages."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def to_text(value: Any) -> str:
    """Text as it is, null as "", numbers and booleans as JSON writes them."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise NotConvertibleError("string")


def to_boolean(value: Any) -> bool:
    """Booleans, numbers (0 is false), null (false), and the texts "true" and "false"."""
    if isinstance(value, bool):
        return value
    if value is None or isinstance(value, (int, float)):
        return bool(value)
    if value in ("true", "false"):
        return bool(value == "true")
    raise NotConvertibleError("boolean")


def to_int32(value: Any) -> int:
    """A whole number of 32 bits; a fraction is cut off."""
    return _to_integer(value, INT32_RANGE, "integer")


def to_int64(value: Any) -> int:
    """A whole number of 64 bits; a fraction is cut off."""
    return _to_integer(value, INT64_RANGE, "int64")


def to_register_integer(value: Any) -> int:
    """A whole number in a register, whose generated code does not tell 32 bits from 64; a fraction is cut off."""
    return _to_integer(value, INT64_RANGE, "integer")


def to_double(value: Any) -> float:
    """Any finite number."""
    number = _to_number(value)
    if number is None:
        raise NotConvertibleError("double")
    try:
        return float(number)
    except OverflowError:
        raise NotConvertibleError("double") from None


def _to_integer(value: Any, bounds: range, expected: str) -> int:
    number = _to_number(value)
    if number is None or int(number) not in bounds:
        raise NotConvertibleError(expected)
    return int(number)


def _to_number(value: Any) -> int | float | None:
    if value is None:
        return 0
    if isinstance(value, str):
        try:
            value = int(value) if value.lstrip("-").isdigit() else float(value)
        except ValueError:
            return None
    if not isinstance(value, (int, float)) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value
