"""Reading a Dockerfile as far as tests ask: its stages and their instructions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import attrs

INSTRUCTIONS = frozenset(
    [
        "USER",
        "WORKDIR",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "RUN",
        "STOPSIGNAL",
    ]
)


@attrs.frozen
class Instruction:
    """One instruction with its continuation lines joined."""

    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """The value as words; an exec form (JSON array) as its items."""
        return [str(item) for item in json.loads(self.value)] if self.value.startswith("[") else self.value.split()


def read_stages(file: Path) -> list[list[Instruction]]:
    """The instructions of each stage; each begins with its FROM. Raises ValueError for what is no Dockerfile."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    stages: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, value = line.partition(" ")
        if name not in INSTRUCTIONS or not value:
            raise ValueError(line)
        if name == "FROM":
            stages.append([])
        stages[-1].append(Instruction(name, value.strip()))
    return stages
