"""The one error of module specs, and the places in files that it points to."""

from __future__ import annotations

import attrs


@attrs.frozen
class Location:
    """A line (from 1) of a spec file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class SpecError(Exception):
    """A module spec that cannot be used: unreadable, incomplete, contradictory, or at odds with its imports.

    `str()` gives `file:line: problem (expected ..., found ...)`; the parts are attributes for tools. `location` is None
    where no line is to blame (an empty folder).
    """

    def __init__(
        self,
        problem: str,
        location: Location | None = None,
        *,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        self.problem = problem
        self.location = location
        self.expected = expected
        self.found = found
        text = problem if location is None else f"{location}: {problem}"
        details = [f"{label} {value}" for label, value in (("expected", expected), ("found", found)) if value]
        super().__init__(f"{text} ({', '.join(details)})" if details else text)
