"""Check the changelog fragments: names, types, not empty; with --since, that a change of code has one."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

TYPES = ("feature", "fix", "change", "removal", "doc")
ROOT = Path(__file__).resolve().parent.parent
CODE = ("kms_trio/", "plugins/", "module_specs/", "conf/")


def problems_of(folder: Path) -> list[str]:
    """What is wrong with the fragments in `folder`, one line each."""
    problems = []
    for file in sorted(folder.iterdir()):
        if file.name == "README.md":
            continue
        parts = file.name.split(".")
        if len(parts) != 3 or not parts[0] or parts[1] not in TYPES or parts[2] != "md":
            problems.append(f"{file.name}: expected <topic>.<type>.md with a type of {', '.join(TYPES)}")
        elif not file.read_text(encoding="utf-8").strip():
            problems.append(f"{file.name}: expected a sentence, found nothing")
    return problems


def changed_since(revision: str) -> list[str]:
    """Paths of all files that differ from `revision`."""
    command = ["git", "diff", "--name-only", f"{revision}...HEAD"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def main() -> int:
    """Print the problems; exit code 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", metavar="REVISION", help="ask for a fragment when code changed since then")
    arguments = parser.parse_args()
    problems = problems_of(ROOT / "changelog")
    if arguments.since:
        changed = changed_since(arguments.since)
        if any(path.startswith(CODE) for path in changed) and not any(
            path.startswith("changelog/") for path in changed
        ):
            problems.append(f"code has changed since {arguments.since}: add changelog/<topic>.<type>.md")
    for problem in problems:
        print(f"changelog: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
