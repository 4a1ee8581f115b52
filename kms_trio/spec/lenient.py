"""JSON as people write it in `*.kmd.json` files, read into nodes that know their line.

Accepted beyond RFC 8259, because existing modules use it: a byte order mark, `//`, `#` and `/* */` comments, raw line
breaks and tabs inside strings, and stray commas in lists and objects (an empty item is skipped). Refused although some
readers take it: a key given twice, NaN and infinities, escapes that leave half a surrogate pair.
"""

from __future__ import annotations

import math
import re
from typing import Any, NoReturn

import attrs

from kms_trio.spec.errors import Location, SpecError

MAX_DEPTH = 64
"""Nesting beyond this is refused; real specs stay below 10."""

_SPACE = re.compile(r"(?:[ \t\r\n\f\v\u00a0\ufeff]+|//[^\n]*|#[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,300})(?P<real>(?:\.\d{1,300})?(?:[eE][+-]?\d{1,4})?)", re.ASCII)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_PLAIN = re.compile(r'[^"\\]*')
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


@attrs.frozen
class Node:
    """A JSON value at a place: None, bool, int, float, str, a list of nodes or a dict from key to node."""

    value: bool | int | float | str | list[Node] | dict[str, Node] | None
    location: Location

    def plain(self) -> Any:
        """The value as `json.loads` would give it."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value


def parse(data: bytes, file: str) -> Node:
    """Read one document. `file` only names it in locations. Raises SpecError and nothing else."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(
            "not UTF-8 text", Location(file, line), expected="UTF-8", found=f"byte 0x{data[error.start]:02x}"
        ) from None
    return _Parser(text, file).document()


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._position = 0
        self._line = 1
        self._line_position = 0

    def document(self) -> Node:
        node = self._value(0)
        if self._peek():
            self._fail("text after the end of the document", expected="end of file")
        return node

    def _value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._fail("nested too deeply", expected=f"at most {MAX_DEPTH} levels")
        character = self._peek()
        location = self._location()
        if character == "{":
            return Node(self._object(depth), location)
        if character == "[":
            return Node(self._list(depth), location)
        if character == '"':
            return Node(self._string(), location)
        if number := _NUMBER.match(self._text, self._position):
            return Node(self._number(number), location)
        if (word := _WORD.match(self._text, self._position)) and word[0] in _WORDS:
            self._position = word.end()
            return Node(_WORDS[word[0]], location)
        return self._fail("not a value", expected="an object, list, string, number, true, false or null")

    def _object(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        self._position += 1
        while (character := self._peek()) != "}":
            if character == ",":
                self._position += 1
                continue
            if character != '"':
                self._fail("bad object", expected="a key in double quotes, or '}'")
            location = self._location()
            key = self._string()
            if key in entries:
                raise SpecError(
                    f"key '{key}' given twice", location, found=f"the first one at line {entries[key].location.line}"
                )
            if self._peek() != ":":
                self._fail(f"bad object after key '{key}'", expected="':'")
            self._position += 1
            entries[key] = attrs.evolve(self._value(depth + 1), location=location)
            if self._peek() not in (",", "}"):
                self._fail(f"bad object after the value of '{key}'", expected="',' or '}'")
        self._position += 1
        return entries

    def _list(self, depth: int) -> list[Node]:
        items: list[Node] = []
        self._position += 1
        while (character := self._peek()) != "]":
            if character == ",":
                self._position += 1
                continue
            items.append(self._value(depth + 1))
            if self._peek() not in (",", "]"):
                self._fail("bad list", expected="',' or ']'")
        self._position += 1
        return items

    def _string(self) -> str:
        start = self._location()
        self._position += 1
        parts: list[str] = []
        while True:
            plain = _PLAIN.match(self._text, self._position)
            assert plain is not None  # the pattern matches the empty string too
            parts.append(plain[0])
            self._position = plain.end()
            ending = self._text[self._position : self._position + 1]
            if not ending:
                raise SpecError("string without an end", start, expected="a closing '\"'", found="end of file")
            self._position += 1
            if ending == '"':
                break
            parts.append(self._escape())
        # Halves of a surrogate pair come as two escapes; joined they are one character, alone they are not text.
        try:
            return "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise SpecError("half a surrogate pair in a string", start, expected="both \\uXXXX escapes") from None

    def _escape(self) -> str:
        letter = self._text[self._position : self._position + 1]
        if letter == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", self._text[self._position + 1 : self._position + 5]):
            self._position += 5
            return chr(int(self._text[self._position - 4 : self._position], 16))
        if letter not in _ESCAPES:
            self._fail("bad escape in a string", expected='one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX')
        self._position += 1
        return _ESCAPES[letter]

    def _number(self, match: re.Match[str]) -> int | float:
        following = self._text[match.end() : match.end() + 1]
        if following.isalnum() or following == ".":
            self._fail("bad number", expected="a JSON number")
        value = float(match[0]) if match["real"] else int(match[0])
        if isinstance(value, float) and not math.isfinite(value):
            self._fail("number out of range", expected="a finite number")
        self._position = match.end()
        return value

    def _peek(self) -> str:
        """The next character that means something, `""` at the end."""
        if space := _SPACE.match(self._text, self._position):
            self._position = space.end()
        return self._text[self._position : self._position + 1]

    def _location(self) -> Location:
        self._line += self._text.count("\n", self._line_position, self._position)
        self._line_position = self._position
        return Location(self._file, self._line)

    def _fail(self, problem: str, *, expected: str) -> NoReturn:
        rest = self._text[self._position :].split("\n", 1)[0][:20]
        raise SpecError(problem, self._location(), expected=expected, found=repr(rest) if rest else "end of line")
