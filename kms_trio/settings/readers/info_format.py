r"""INFO, the native text format of boost's property trees, in which some old Kurento files are written.

    key value                ; comment
    section
    {
        "quoted key" "quoted value" \
            "continued"
    }

A section whose keys are all `""` is an array.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.tree import RawTree

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+)|(?P<comment>;[^\n]*)|(?P<end>\n)|(?P<brace>[{}])
    |(?P<string>"(?:[^"\\\n]|\\[^\n])*")|(?P<continue>\\[ \t\r]*\n)|(?P<word>[^\s;{}"]+)""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@attrs.frozen
class _Token:
    kind: str
    text: str
    line: int


@attrs.define
class _Entry:
    """A key with its value; children, once a brace opens, take the value's place."""

    key: str
    value: str
    children: list[_Entry] | None = None


def parse_info(text: str) -> RawTree:
    """Read the entries; of a repeated key the last counts. Raises SettingsError."""
    top: list[_Entry] = []
    open_lists = [top]
    line_words: list[str] = []
    for token in _tokens(text):
        if token.kind in ("word", "string"):
            line_words.append(token.text)
            continue
        if line_words:
            if len(line_words) > 2:
                raise SettingsError(f"line {token.line}: expected a key and one value, got {' '.join(line_words)!r}")
            open_lists[-1].append(_Entry(line_words[0], line_words[1] if len(line_words) == 2 else ""))
            line_words = []
        if token.text == "{":
            if not open_lists[-1]:
                raise SettingsError(f"line {token.line}: expected a key before {{")
            entry = open_lists[-1][-1]
            entry.children = entry.children or []
            open_lists.append(entry.children)
        elif token.text == "}":
            open_lists.pop()
            if not open_lists:
                raise SettingsError(f"line {token.line}: }} without {{")
    if len(open_lists) > 1:
        raise SettingsError(f"line {text.count(chr(10)) + 1}: expected }} before the end")
    tree = _tree(top)
    return tree if isinstance(tree, dict) else {}


def _tokens(text: str) -> Iterator[_Token]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SettingsError(f"line {line}: unexpected {text[position : position + 20]!r}")
        kind = match.lastgroup or ""
        if kind == "string":
            value = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match[0][1:-1])
            yield _Token("string", value, line)
        elif kind == "word" and match[0].startswith("#include"):
            raise SettingsError(f"line {line}: #include is not supported; put the settings into this file")
        elif kind in ("word", "brace", "end"):
            yield _Token(kind, match[0], line)
        line += match[0].count("\n")
        position = match.end()
    yield _Token("end", "\n", line)


def _tree(entries: list[_Entry]) -> Any:
    """Nested data of `entries`, without recursion: files may nest as deep as they like."""
    root: list[Any] = [None]
    work: list[tuple[list[_Entry], Any, Any]] = [(entries, root, 0)]
    while work:
        children, holder, slot = work.pop()
        is_array = bool(children) and all(entry.key == "" for entry in children)
        branch: Any = [None] * len(children) if is_array else {}
        holder[slot] = branch
        for index, entry in enumerate(children):
            place = index if is_array else entry.key
            if entry.children is None:
                branch[place] = entry.value
            else:
                branch[place] = None
                work.append((entry.children, branch, place))
    return root[0]
