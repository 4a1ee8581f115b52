"""Where a recording goes: a file, or an upload by HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from kms_elements.recorder.upload import HttpBody, HttpDestination
from kms_trio.api import file_path

__all__ = ["Destination", "FileDestination", "destination_of"]


class Destination(Protocol):
    """All methods block, and raise OSError, ValueError or `http.client.HTTPException`."""

    path: Path | None
    """The file, which can be written anew; None for what is gone once it is sent."""

    def prepare(self) -> None:
        """Find out whether it can be written to."""

    def open(self) -> str | HttpBody:
        """What PyAV is to open, or to write to."""

    def finish(self) -> None:
        """All was written."""

    def remove(self) -> None:
        """Nothing was written, and nothing shall be left."""


class FileDestination:
    """A file of the machine; folders are made."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self._file = path

    def prepare(self) -> None:
        """Make the file, empty, and its folders."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.open("wb").close()

    def open(self) -> str:
        """Its name, with a prefix that keeps it from being anything else to FFmpeg."""
        return f"file:{self._file}"

    def finish(self) -> None:
        """Nothing is left to do."""

    def remove(self) -> None:
        """Delete it."""
        self._file.unlink(missing_ok=True)


def destination_of(uri: str, content_type: str) -> Destination:
    """Raises ValueError for URIs that cannot be recorded to."""
    path = file_path(uri)
    if path is not None:
        if uri.endswith("/"):
            raise ValueError("expected the name of a file, it is that of a folder")
        return FileDestination(path)
    if urlsplit(uri).scheme.lower() in ("http", "https"):
        return HttpDestination(uri, content_type)
    raise ValueError("recordings go to file:, http: and https: URIs")
