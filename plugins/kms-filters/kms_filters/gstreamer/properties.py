"""Properties of elements: what they are, and how texts become values."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Mapping
from typing import Final

import attrs

from kms_trio.api import ErrorCode, KurentoError

__all__ = ["Kind", "Property", "Value", "value_from_client", "value_from_command"]

Value = int | float | str

_INT: Final = re.compile(r"\s*[+-]?\d+")
_DOUBLE: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INT_RANGE: Final = (-(2**31), 2**31 - 1)


class Kind(enum.Enum):
    """Types of properties, by the names that Kurento's messages have for them."""

    INT = "int"
    DOUBLE = "double"
    ENUM = "enum"
    STRING = "string"
    BOOLEAN = "boolean"
    """Settable in the command only, as in Kurento."""


@attrs.frozen
class Property:
    """One property; `nicks` are the names of an enumeration's values."""

    kind: Kind
    default: Value
    lowest: float = -math.inf
    highest: float = math.inf
    nicks: Mapping[str, int] = attrs.field(factory=dict)

    def within(self, value: float) -> float:
        """The nearest value that the property can have."""
        return min(self.highest, max(self.lowest, value))


def value_from_command(prop: Property, text: str) -> Value:
    """Read a value of a command: strictly, enumerations by nick or number. Raises ValueError."""
    if prop.kind is Kind.STRING:
        return text
    if prop.kind is Kind.ENUM:
        number = prop.nicks.get(text, None)
        if number is None:
            number = int(text)
        if number not in prop.nicks.values():
            raise ValueError(text)
        return number
    if prop.kind is Kind.BOOLEAN:
        return {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}[text.lower()]
    return _number(prop, int(text) if prop.kind is Kind.INT else float(text))


def value_from_client(prop: Property, text: str) -> Value:
    """Read what a client sets while the element runs, as C++'s `stoi` and `stod` read it: the number it begins with.

    Raises KurentoError 40001 for what cannot be converted, and 40006 for properties of other types.
    """
    if prop.kind is Kind.STRING:
        return text
    if prop.kind is Kind.ENUM:
        if text not in prop.nicks:
            raise _cannot_convert(text, prop, f"none of {', '.join(prop.nicks)}")
        return prop.nicks[text]
    if prop.kind is Kind.INT:
        whole = _INT.match(text)
        if whole is None or not _INT_RANGE[0] <= int(whole[0]) <= _INT_RANGE[1]:
            raise _cannot_convert(text, prop, "stoi")
        return _number(prop, int(whole[0]))
    if prop.kind is Kind.DOUBLE:
        real = _DOUBLE.match(text)
        if real is None or not math.isfinite(float(real[0])):
            raise _cannot_convert(text, prop, "stod")
        return _number(prop, float(real[0]))
    raise KurentoError(ErrorCode.NOT_IMPLEMENTED, f"Properties of type {prop.kind.value} cannot be set while running")


def _number(prop: Property, value: float) -> Value:
    if not math.isfinite(value):
        raise ValueError(value)
    within = prop.within(value)
    return int(within) if prop.kind is Kind.INT else within


def _cannot_convert(text: str, prop: Property, reason: str) -> KurentoError:
    return KurentoError(ErrorCode.MARSHALL_ERROR, f"Cannot convert '{text}' to {prop.kind.value}: {reason}")
