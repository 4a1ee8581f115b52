"""XML: elements are keys, their text is the value; attributes are keys too. Values are strings.

An element whose children are all called `item` is an array. The root element is a key like the others,
so the root of a main file is `mediaServer`; of module files the root is a wrapper with any name.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.tree import RawTree

_MAX_DEPTH = 100


def parse_xml(text: str) -> RawTree:
    """Read the document; of repeated elements the last counts. Raises SettingsError."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise SettingsError("document types and entities are not read")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise SettingsError(f"line {error.position[0]} column {error.position[1]}: {error}") from error
    except ValueError as error:
        raise SettingsError(f"not readable as XML: {error}") from error
    return {root.tag: _value(root, 0)}


def _value(element: ET.Element, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise SettingsError(f"elements nest deeper than {_MAX_DEPTH}")
    children = list(element)
    if children and all(child.tag == "item" for child in children):
        return [_value(child, depth + 1) for child in children]
    if not children and not element.attrib:
        return (element.text or "").strip()
    branch: RawTree = dict(element.attrib)
    branch.update({child.tag: _value(child, depth + 1) for child in children})
    return branch
