"""The sets of templates that come along: folders with the same rules as a user's own, and those in Python."""

from __future__ import annotations

from pathlib import Path

from kms_trio.spec.creator.errors import CreatorError

DOC = "doc"
CLIENT_JAVA = "client-java"
PYTHON_SERVER = "python-server"
PYTHON_CLIENT = "python-client"
_FOLDER = Path(__file__).parent / "templates"


def set_names() -> list[str]:
    """The names of all sets, sorted."""
    return sorted(item.name for item in _FOLDER.iterdir() if item.is_dir())


def set_folder(name: str) -> Path:
    """Where the templates of a set are. Raises CreatorError."""
    if name not in set_names():
        raise CreatorError(
            f"The internal templates folder '{name}' doesn't exist (expected one of {', '.join(set_names())})"
        )
    return _FOLDER / name
