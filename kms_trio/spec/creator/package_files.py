"""`--npm-package` and `--maven-pom`: generated files united with those that an author keeps beside the spec.

What the author's file says stands; what it leaves out comes from the generated one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.dom import minidom
from xml.parsers.expat import ExpatError

from kms_trio.spec.creator.errors import CreatorError

#: Elements of which there are several beside each other; an author's stands as a whole.
_BY_COORDINATES = ("dependency", "plugin")
_PLUGIN_GROUP = "org.apache.maven.plugins"


def author_file(specs: Iterable[Path], name: str) -> Path | None:
    """The file called `name` beside the first spec that has one."""
    folders = [path if path.is_dir() else path.parent for path in specs]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def united_json(generated: str, author: Path) -> str:
    """`package.json`. Raises CreatorError when the author's is no JSON object."""
    try:
        kept = json.loads(author.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CreatorError(f"cannot read {author}: {error}") from error
    if not isinstance(kept, dict):
        raise CreatorError(f"cannot read {author}: expected an object")
    return json.dumps(_united(json.loads(generated), kept), indent=2, ensure_ascii=False) + "\n"


def _united(generated: dict[str, Any], author: dict[str, Any]) -> dict[str, Any]:
    united = {**generated, **author}
    for key in generated.keys() & author.keys():
        ours, theirs = generated[key], author[key]
        if isinstance(ours, dict) and isinstance(theirs, dict):
            united[key] = _united(ours, theirs)
    return united


def united_pom(generated: str, author: Path) -> str:
    """`pom.xml`: dependencies are united by group and artifact. Raises CreatorError when the author's is no XML."""
    try:
        document = minidom.parseString(author.read_bytes())
    except (OSError, ExpatError) as error:
        raise CreatorError(f"cannot read {author}: {error}") from error
    with document, minidom.parseString(generated.encode()) as ours:
        root = document.documentElement
        assert root is not None
        assert ours.documentElement is not None
        for element in _children(ours.documentElement):
            _unite(document, root, element)
        return document.toxml().replace("?><", "?>\n<", 1) + "\n"


def _unite(document: minidom.Document, parent: minidom.Element, element: minidom.Element) -> None:
    same = [child for child in _children(parent) if child.tagName == element.tagName]
    if element.tagName in _BY_COORDINATES:
        same = [child for child in same if _coordinates(child) == _coordinates(element)]
    if not same:
        parent.appendChild(document.importNode(element, deep=True))
    elif element.tagName not in _BY_COORDINATES:
        for child in _children(element):
            _unite(document, same[0], child)


def _children(element: minidom.Element) -> Sequence[minidom.Element]:
    return [child for child in element.childNodes if isinstance(child, minidom.Element)]


def _coordinates(item: minidom.Element) -> tuple[str, ...]:
    texts = {child.tagName: _text(child) for child in _children(item)}
    return texts.get("groupId", _PLUGIN_GROUP if item.tagName == "plugin" else ""), texts.get("artifactId", "")


def _text(element: minidom.Element) -> str:
    return "".join(child.data for child in element.childNodes if isinstance(child, minidom.Text)).strip()
