"""The one error of everything that reads configuration."""

from __future__ import annotations

from collections.abc import Iterable


class SettingsError(Exception):
    """What is wrong with the configuration, for the operator: one line a problem.

    Each line names where (file, variable or option), the key, what was expected and what came.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))
