"""The fenced code of a page as something to run: commands, files to write, and what commands are to print.

The first word behind the fence is the language. `sh` is run, `text` is what the commands before it print, and a second
word is the name of the file that holds the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

_FENCE = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Snippet:
    """A block of code."""

    language: str
    file: str | None
    text: str


def snippets(page: str) -> Iterator[Snippet]:
    """The blocks of a page, in order."""
    for match in _FENCE.finditer(page):
        yield Snippet(match[1], match[2], match[3])
