"""Writing generated files: what is kept, what is left alone because it has not changed, and what is told of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath

import attrs

from kms_trio.spec.creator.errors import CreatorError


@attrs.frozen
class OutputFolder:
    """The folder of `--codegen`. Every method raises CreatorError and nothing else."""

    path: Path
    overwrite: bool = True
    verbose: bool = False
    listed: bool = False
    say: Callable[[str], None] = print

    def prepare(self) -> None:
        """Make the folder."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CreatorError(f"cannot make the folder {self.path}: {error.strerror}") from error

    def read(self, name: str) -> str | None:
        """What is in a file now; None when there is none."""
        try:
            return self._file(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CreatorError(f"cannot read {self.path / name}: {error}") from error

    def write(self, name: str, text: str, *, only_new: bool = False) -> bool:
        """Write a file, unless it says the same already or, with `only_new` or without `overwrite`, exists.

        Returns whether it was written.
        """
        file = self._file(name)
        if self.verbose:
            self.say(f"--- {name}\n{text}")
        kept = file.exists() and (only_new or not self.overwrite)
        written = not kept and self.read(name) != text
        if written:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            except OSError as error:
                raise CreatorError(f"cannot write {file}: {error.strerror}") from error
        if self.listed:
            self.say(f"Processed file:\t{name}{' (not generated)' if kept else ''}")
        return written

    def empty(self, kept: Collection[str] = ()) -> None:
        """Delete all that is in the folder, but for the files and folders called `kept`, at any depth."""
        try:
            if self.path.is_dir():
                _empty(self.path, frozenset(kept))
        except OSError as error:
            raise CreatorError(f"cannot empty {self.path}: {error}") from error

    def _file(self, name: str) -> Path:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\0" in name:
            raise CreatorError(f"bad name of a generated file (expected a path inside the folder, found '{name}')")
        return self.path / parts


def _empty(folder: Path, kept: frozenset[str]) -> bool:
    """Whether nothing is left of it."""
    empty = True
    for item in sorted(folder.iterdir()):
        if item.name in kept:
            empty = False
        elif item.is_symlink() or not item.is_dir():
            item.unlink()
        elif _empty(item, kept):
            shutil.rmtree(item)
        else:
            empty = False
    return empty
