"""Kinds of setting values: how the text of a conf file becomes a typed value, and back.

A value arrives as a string from INI, INFO and XML files and from the environment, and as a string
or any JSON value from JSON files; Kurento makes no difference between `0.8` and `"0.8"`, nor do we.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import attrs

T = TypeVar("T")

#: In place of an address: find it out.
AUTO: Final = "auto"

_TURN_URL = re.compile(r"[^:@\s]+:[^@\s]+@(\[[0-9A-Fa-f:.]+\]|[^:@?\s\[\]]+):(\d{1,5})(\?transport=(udp|tcp|tls))?")


@attrs.frozen
class Kind(Generic[T]):
    """One kind of value. `parse(raw, folder)` raises ValueError when `raw` is not of this kind."""

    expected: str
    parse: Callable[[Any, Path | None], T]
    #: The JSON value that `parse` reads back as the same value.
    render: Callable[[T], Any] = lambda value: value


def _text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str | int | float):
        text = str(raw).strip()
        if "\0" in text:
            raise ValueError(raw)
        return text
    raise ValueError(raw)


def integer(minimum: int, maximum: int) -> Kind[int]:
    """A whole number within bounds, both included."""

    def parse(raw: Any, folder: Path | None) -> int:
        text = _text(raw)
        if not re.fullmatch(r"[+-]?\d{1,18}(\.0+)?", text, re.ASCII):
            raise ValueError(text)
        value = int(text.split(".")[0])
        if not minimum <= value <= maximum:
            raise ValueError(text)
        return value

    return Kind(f"a whole number from {minimum} to {maximum}", parse)


def automatic(kind: Kind[T]) -> Kind[T | None]:
    """The same kind, or the word `auto` for what the server finds out; that is None."""

    def parse(raw: Any, folder: Path | None) -> T | None:
        return None if _text(raw).lower() == AUTO else kind.parse(raw, folder)

    return Kind(f"{kind.expected}, or {AUTO}", parse, lambda value: AUTO if value is None else kind.render(value))


def clamped_integer(minimum: int, maximum: int) -> Kind[int]:
    """A whole number that is moved into its bounds, as Kurento does with ports."""
    inner = integer(-(10**17), 10**17)
    return Kind(
        f"a whole number (used within {minimum} to {maximum})",
        lambda raw, folder: min(max(inner.parse(raw, folder), minimum), maximum),
    )


def fraction() -> Kind[float]:
    """A number above 0 and at most 1."""

    def parse(raw: Any, folder: Path | None) -> float:
        value = float(_text(raw))
        if not (math.isfinite(value) and 0 < value <= 1):
            raise ValueError(raw)
        return value

    return Kind("a number above 0 and at most 1", parse)


def seconds(minimum: float, maximum: float) -> Kind[float]:
    """A time in seconds within bounds, both included."""

    def parse(raw: Any, folder: Path | None) -> float:
        value = float(_text(raw))
        if not minimum <= value <= maximum:
            raise ValueError(raw)
        return value

    return Kind(f"seconds from {minimum:g} to {maximum:g}", parse)


def boolean() -> Kind[bool]:
    """A switch: `true`, `false`, `1` or `0`."""

    def parse(raw: Any, folder: Path | None) -> bool:
        return {"true": True, "1": True, "false": False, "0": False}[_text(raw).lower()]

    def guarded(raw: Any, folder: Path | None) -> bool:
        try:
            return parse(raw, folder)
        except KeyError:
            raise ValueError(raw) from None

    return Kind("true, false, 1 or 0", guarded)


def text() -> Kind[str]:
    """Any text."""
    return Kind("a text", lambda raw, folder: _text(raw))


def choice(*names: str) -> Kind[str]:
    """One of a few words, in any case; the value has the spelling given here."""
    spelling = {name.lower(): name for name in names}

    def parse(raw: Any, folder: Path | None) -> str:
        try:
            return spelling[_text(raw).lower()]
        except KeyError:
            raise ValueError(raw) from None

    return Kind("one of " + ", ".join(names), parse)


def ip_address(version: int | None = None) -> Kind[str]:
    """An IP address, of the given version only if one is given."""

    def parse(raw: Any, folder: Path | None) -> str:
        address = ipaddress.ip_address(_text(raw))
        if version is not None and address.version != version:
            raise ValueError(raw)
        return str(address)

    return Kind(f"an IPv{version} address" if version else "an IP address", parse)


def external_address(version: int) -> Kind[str]:
    """An IP address, or the word `auto` for one that is found out at start."""
    address = ip_address(version)

    def parse(raw: Any, folder: Path | None) -> str:
        return AUTO if _text(raw).lower() == AUTO else address.parse(raw, folder)

    return Kind(f"an IPv{version} address or {AUTO}", parse)


def path() -> Kind[Path]:
    """A file or folder; a relative one starts at the folder of the file that names it."""

    def parse(raw: Any, folder: Path | None) -> Path:
        value = Path(_text(raw))
        return (folder or Path.cwd()) / value

    return Kind("a path", parse, str)


def words() -> Kind[tuple[str, ...]]:
    """A list of words: an array, or one text with commas; empty means none."""

    def parse(raw: Any, folder: Path | None) -> tuple[str, ...]:
        items = raw if isinstance(raw, list) else _text(raw).split(",")
        return tuple(word for item in items if (word := _text(item)))

    return Kind("a list of words with commas between", parse, lambda value: ",".join(value))


def paths() -> Kind[tuple[Path, ...]]:
    """A list of folders: an array, or one text with colons; relative ones as in `path`."""
    one = path()

    def parse(raw: Any, folder: Path | None) -> tuple[Path, ...]:
        items = raw if isinstance(raw, list) else _text(raw).split(":")
        return tuple(one.parse(item, folder) for item in items if _text(item))

    return Kind("a list of folders", parse, lambda value: [str(item) for item in value])


def port_range() -> Kind[tuple[int, int]]:
    """Two ports `min-max`; `0-0` means any."""

    def parse(raw: Any, folder: Path | None) -> tuple[int, int]:
        match = re.fullmatch(r"(\d{1,5})\s*-\s*(\d{1,5})", _text(raw), re.ASCII)
        if match is None:
            raise ValueError(raw)
        low, high = int(match[1]), int(match[2])
        if not low <= high <= 65535:
            raise ValueError(raw)
        return low, high

    return Kind("two ports as min-max, 0-0 for any", parse, lambda value: f"{value[0]}-{value[1]}")


def turn_url() -> Kind[str]:
    """`user:password@address:port[?transport=udp|tcp|tls]`."""

    def parse(raw: Any, folder: Path | None) -> str:
        value = _text(raw)
        match = _TURN_URL.fullmatch(value)
        if match is None or not 0 < int(match[2]) <= 65535:
            raise ValueError(raw)
        return value

    return Kind("user:password@address:port, optionally with ?transport=udp, tcp or tls", parse)


def codecs() -> Kind[tuple[str, ...]]:
    """Codecs in SDP's spelling (`VP8/90000`): an array of `{"name": ...}` or of texts, best first."""

    def parse(raw: Any, folder: Path | None) -> tuple[str, ...]:
        if not isinstance(raw, list):
            raise ValueError(raw)
        names = [_text(item.get("name") if isinstance(item, Mapping) else item) for item in raw]
        if not all(re.fullmatch(r"[^\s/]+/\d{1,9}(/\d{1,3})?", name, re.ASCII) for name in names):
            raise ValueError(raw)
        return tuple(names)

    return Kind(
        'an array of codecs, each {"name": "VP8/90000"}', parse, lambda value: [{"name": name} for name in value]
    )


def json_object() -> Kind[Mapping[str, Any]]:
    """Any JSON object; the server keeps it as it is."""

    def parse(raw: Any, folder: Path | None) -> Mapping[str, Any]:
        if raw == "":
            return {}
        if not isinstance(raw, Mapping):
            raise ValueError(raw)
        return raw

    return Kind("a JSON object", parse, dict)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """The same kind, where empty text (a key with nothing behind it) means that it is not set."""

    def parse(raw: Any, folder: Path | None) -> T | None:
        if raw is None or raw == "":
            return None
        return kind.parse(raw, folder)

    return Kind(f"{kind.expected}, or nothing", parse, lambda value: "" if value is None else kind.render(value))
