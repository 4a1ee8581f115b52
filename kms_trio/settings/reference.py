"""The reference conf files in `conf/`, written from the table: every setting with its default and what it does.

A setting without a default stands there as a comment with an example.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

import attrs

from kms_trio.settings.model import Settings
from kms_trio.settings.options import Option, Section, option_of, section_of

_WIDTH = 100
#: Module files whose values are more than text.
_JSON_CLASSES = ("SdpEndpoint",)
_MAIN_INTRODUCTION = (
    "Main file of the server. Every key is shown with its default; a key that begins with // is a comment, "
    "and so is everything behind it. Settings of endpoints are in modules/kurento/."
)


def reference_files() -> dict[str, str]:
    """Text of each file, by its path below `conf/`."""
    files = {"kurento.conf.json": _json_file(_MAIN_INTRODUCTION, list(_main_lines()))}
    for field in attrs.fields(Settings):
        section = section_of(field)
        if section is None or section.path[0] != "modules":
            continue
        _modules, module, class_name = section.path
        introduction = f"{class_name}: {_doc_of(section)}"
        options = [option for each in attrs.fields(section.settings_class) if (option := option_of(each))]
        if class_name in _JSON_CLASSES:
            text = _json_file(introduction, [line for option in options for line in _json_option(option, 2)])
            files[f"modules/{module}/{class_name}.conf.json"] = text
        else:
            files[f"modules/{module}/{class_name}.conf.ini"] = _ini_file(introduction, options)
    return files


def _is_set(option: Option) -> bool:
    return option.kind.render(option.default) not in ("", [])


def _doc_of(section: Section) -> str:
    return (section.settings_class.__doc__ or "").split("\n\n")[0].replace("\n    ", " ").strip()


def _wrapped(text: str, prefix: str) -> list[str]:
    return [prefix + line for line in textwrap.wrap(text, _WIDTH - len(prefix))]


def _ini_file(introduction: str, options: list[Option]) -> str:
    lines = _wrapped(introduction, "; ")
    for option in options:
        lines += ["", *_wrapped(option.doc, "; "), *_wrapped(f"Expected: {option.kind.expected}.", "; ")]
        if _is_set(option):
            value = option.kind.render(option.default)
            lines.append(f"{option.key}={json.dumps(value) if isinstance(value, bool) else value}")
        else:
            lines.append(f";{option.key}={option.example}")
    return "\n".join(lines) + "\n"


def _json_file(introduction: str, lines: list[str]) -> str:
    """An object around `lines`, with commas where members follow."""
    members = [*_json_comment(introduction, 2), *lines]
    closed = []
    for line, following in zip(members, [*members[1:], "}"], strict=True):
        opens, last = line.endswith(("{", "[")), following.strip().startswith(("}", "]"))
        closed.append(line if opens or last else f"{line},")
    return "{\n" + "\n".join(closed) + "\n}\n"


def _json_comment(text: str, indent: int) -> list[str]:
    return [f'{" " * indent}"//": {json.dumps(line)}' for line in textwrap.wrap(text, _WIDTH - indent - 8)]


def _json_option(option: Option, indent: int) -> list[str]:
    lines = _json_comment(f"{option.doc} Expected: {option.kind.expected}.", indent)
    key = option.key if _is_set(option) else f"//{option.key}"
    value: Any = option.kind.render(option.default) if _is_set(option) else option.example
    return [*lines, *_json_member(key, value, indent)]


def _json_member(key: str, value: Any, indent: int) -> list[str]:
    """`"key": value`; an array gets one line for each item."""
    margin = " " * indent
    if isinstance(value, list):
        items = [f"{margin}  {json.dumps(item)}" for item in value]
        return [f"{margin}{json.dumps(key)}: [", *items, f"{margin}]"]
    return [f"{margin}{json.dumps(key)}: {json.dumps(value)}"]


def _main_lines() -> Iterator[str]:
    """Members of the main file; branches that several sections share are opened once."""
    branches: dict[str, list[str]] = {}
    for field in attrs.fields(Settings):
        section = section_of(field)
        if section is None:
            if option := option_of(field):
                branches[option.key] = _json_option(option, 2)
        elif section.path[0] != "modules":
            branch = branches.setdefault(section.path[0], [])
            branch += _section_lines(section, section.path[1:], 4)
    for key, lines in branches.items():
        if lines[0].startswith("    "):
            yield from (f"  {json.dumps(key)}: {{", *lines, "  }")
        else:
            yield from lines


def _section_lines(section: Section, path: tuple[str, ...], indent: int) -> list[str]:
    """Members of `section`, inside the objects that `path` names."""
    inner = indent + 2 * len(path)
    lines = _json_comment(_doc_of(section), inner)
    for field in attrs.fields(section.settings_class):
        if option := option_of(field):
            lines += _json_option(option, inner)
        elif nested := section_of(field):
            lines += _section_lines(nested, nested.path, inner)
    for depth, name in reversed(list(enumerate(path))):
        margin = " " * (indent + 2 * depth)
        lines = [f"{margin}{json.dumps(name)}: {{", *lines, f"{margin}}}"]
    return lines
