"""Reading a command in the language of `gst-launch`, as far as it names one element."""

from __future__ import annotations

import re
import shlex
from typing import Final

import attrs

__all__ = ["Command", "LaunchError", "SeveralElementsError", "parse_command"]

_NAME: Final = re.compile(r"[A-Za-z][\w+:.-]*\Z")
_ASSIGNMENT: Final = re.compile(r"\s*=\s*")
_QUOTED: Final = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*')""")


class LaunchError(ValueError):
    """The command cannot be read, or there is no such element; the text is GStreamer's."""


class SeveralElementsError(LaunchError):
    """The command describes more than one element."""


@attrs.frozen
class Command:
    """An element and the properties that it is made with, as texts, in order."""

    element: str
    properties: tuple[tuple[str, str], ...]


def parse_command(text: str) -> Command:
    """Read a command. Raises LaunchError or SeveralElementsError."""
    words = _words(text)
    if not words:
        raise LaunchError("empty pipeline not allowed")
    elements = [word for word in words if "=" not in word]
    if any(word == "!" or word.endswith((".(", ")")) or word.startswith("(") for word in elements) or len(elements) > 1:
        raise SeveralElementsError("more than one element")
    element, *assignments = words
    if "=" in element or not _NAME.match(element):
        raise LaunchError("syntax error")
    properties = tuple((name, value) for name, _, value in (word.partition("=") for word in assignments))
    if not all(_NAME.match(name) for name, _ in properties):
        raise LaunchError("syntax error")
    return Command(element, properties)


def _words(text: str) -> list[str]:
    """Split at spaces that are neither quoted nor beside an equals sign; an exclamation mark is a word of its own."""
    parts = _QUOTED.split(text)
    for i in range(0, len(parts), 2):
        parts[i] = _ASSIGNMENT.sub("=", parts[i]).replace("!", " ! ")
    try:
        return shlex.split("".join(parts))
    except ValueError as error:
        raise LaunchError("syntax error") from error
