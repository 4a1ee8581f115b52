"""Python text laid out as ruff lays it out, so that generated files need no formatter after them.

The rule that makes this possible: what fits a line goes on one line without a trailing comma, what does not is opened
to one entry a line, each with its comma; a formatter leaves both alone.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

WIDTH = 120
INDENT = "    "


@attrs.frozen
class Raw:
    """Text that is code already: a name or an attribute."""

    text: str


@attrs.frozen
class Call:
    """A call with positional and keyword arguments."""

    function: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = attrs.field(factory=dict)


def string(value: str) -> str:
    """A string literal in the quotes that need fewer escapes, double ones where it makes no difference."""
    literal = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")
    if '"' in value and value.count('"') > value.count("'"):
        inner = literal[1:-1].replace('\\"', '"').replace("'", "\\'")
        return f"'{inner}'"
    return literal


def expression(value: Any, before: str = "", depth: int = 0, after: int = 0) -> str:
    """The code of `value`, to be put behind `before` (indentation included) with `after` more characters to follow."""
    flat = _flat(value)
    if len(before) + len(flat) + after <= WIDTH or (opened := _open(value, depth)) is None:
        return flat
    return opened


def assignment(target: str, value: Any, depth: int = 0) -> str:
    """`target = value` as a whole statement, indented by `depth` levels."""
    before = f"{INDENT * depth}{target} = "
    return before + expression(value, before, depth)


def signature(
    name: str, parameters: Sequence[str], returns: str, depth: int, end: str = ":", keyword: str = "def"
) -> str:
    """`def name(parameters) -> returns:`; `keyword` may be `async def`."""
    pad = INDENT * depth
    flat = f"{pad}{keyword} {name}({', '.join(parameters)}) -> {returns}{end}"
    if len(flat) <= WIDTH:
        return flat
    lines = "".join(f"{pad}{INDENT}{parameter},\n" for parameter in parameters)
    return f"{pad}{keyword} {name}(\n{lines}{pad}) -> {returns}{end}"


def import_from(package: str, names: Sequence[str]) -> str:
    """`from package import names`."""
    flat = f"from {package} import {', '.join(names)}"
    if len(flat) <= WIDTH:
        return flat
    return f"from {package} import (\n" + "".join(f"{INDENT}{name},\n" for name in names) + ")"


def docstring(text: str, depth: int) -> str:
    """A docstring with its paragraphs and `- ` lists wrapped to the width."""
    pad = INDENT * depth
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    paragraphs = _paragraphs(safe)
    if paragraphs[0].startswith('"'):
        paragraphs[0] = f" {paragraphs[0]}"
    if len(paragraphs) == 1 and len(pad) + len(paragraphs[0]) + 6 <= WIDTH and not paragraphs[0].endswith('"'):
        return f'{pad}"""{paragraphs[0]}"""'
    lines: list[str] = []
    for index, paragraph in enumerate(paragraphs):
        item = paragraph.startswith("- ")
        if index and not (item and paragraphs[index - 1].startswith("- ")):
            lines.append("")
        lines.extend(
            textwrap.wrap(
                paragraph,
                WIDTH - (3 if index == 0 else 0),
                initial_indent=pad,
                subsequent_indent=f"{pad}  " if item else pad,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    if len(lines) == 1 and not lines[0].endswith('"'):
        # It fits the line but for its quotes. A formatter would pull them up, so it is broken once more.
        lines = textwrap.wrap(paragraphs[0], WIDTH - 6, initial_indent=pad, subsequent_indent=pad)
    return "\n".join([f'{pad}"""{lines[0][len(pad) :]}', *lines[1:], f'{pad}"""'])


def _paragraphs(text: str) -> list[str]:
    """Paragraphs and list items, each on one line of single-spaced words."""
    paragraphs: list[list[str]] = [[]]
    for line in text.strip().splitlines():
        line = line.strip()
        if not line or line.startswith("- "):
            paragraphs.append([])
        paragraphs[-1].extend(line.split())
    return [" ".join(words) for words in paragraphs if words] or ["Undocumented."]


def _flat(value: Any) -> str:
    match value:
        case Raw():
            return value.text
        case Call():
            arguments = [_flat(item) for item in value.arguments]
            arguments += [f"{key}={_flat(item)}" for key, item in value.keywords.items()]
            return f"{value.function}({', '.join(arguments)})"
        case str():
            return string(value)
        case tuple():
            return f"({', '.join(_flat(item) for item in value)}{',' if len(value) == 1 else ''})"
        case list():
            return f"[{', '.join(_flat(item) for item in value)}]"
        case dict():
            return f"{{{', '.join(f'{_flat(key)}: {_flat(item)}' for key, item in value.items())}}}"
        case _:
            return repr(value)


def _open(value: Any, depth: int) -> str | None:
    """`value` with one entry a line; None for what cannot be opened."""
    pad = INDENT * (depth + 1)
    match value:
        case Call():
            labelled = [("", item) for item in value.arguments]
            labelled += [(f"{key}=", item) for key, item in value.keywords.items()]
            begin, end = f"{value.function}(", ")"
        case tuple():
            labelled, begin, end = [("", item) for item in value], "(", ")"
        case list():
            labelled, begin, end = [("", item) for item in value], "[", "]"
        case dict():
            labelled, begin, end = [(f"{_flat(key)}: ", item) for key, item in value.items()], "{", "}"
        case _:
            return None
    lines = [f"{pad}{label}{expression(item, pad + label, depth + 1, 1)},\n" for label, item in labelled]
    return f"{begin}\n{''.join(lines)}{INDENT * depth}{end}"
