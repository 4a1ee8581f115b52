"""The one error of the creator itself; mistakes in specs are SpecError."""

from __future__ import annotations


class CreatorError(Exception):
    """Something around the spec cannot be used: a template, a config file, a folder. `str()` is the whole text."""
