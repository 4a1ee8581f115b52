"""`python -m kms_trio.spec generate`: write the generated code of a repository's modules, or check that it is current.

Every generated module carries the time of its generation. It is kept as long as nothing else changes, so that
generating twice changes no file.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kms_trio.spec.bundles import BUNDLES_FILE, generate_bundles, read_bundles, reference_folder
from kms_trio.spec.errors import SpecError

_TIME = re.compile(r'(?<=generation_time=")[^"]*(?=")')
_PLACEHOLDER = "@generation-time@"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0 done or current, 1 out of date or a bad spec."""
    parser = argparse.ArgumentParser(prog="python -m kms_trio.spec", description="Module specs to Python code.")
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write the generated code of all modules of a repository")
    generate.add_argument("--check", action="store_true", help="write nothing; fail when a file is not up to date")
    generate.add_argument(
        "--bundles", type=Path, default=Path("module_specs", BUNDLES_FILE), help="the list of modules (%(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        files = stale_files(options.bundles, time.strftime("%b %e %Y %H:%M:%S", time.gmtime()))
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    for path, text in files.items():
        if options.check:
            print(f"out of date: {path}", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"written: {path}")
    return 1 if options.check and files else 0


def stale_files(bundles_file: Path, now: str) -> dict[Path, str]:
    """The files that differ from what they should be, with their new contents, stamped `now`. Raises SpecError."""
    stale: dict[Path, str] = {}
    bundles, reference = read_bundles(bundles_file), reference_folder(bundles_file)
    for path, text in generate_bundles(bundles, _PLACEHOLDER, reference).items():
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        if _TIME.sub(_PLACEHOLDER, current) != text:
            stale[path] = text
    folders = {path.parent for path in stale}
    # A module is stamped anew when any of its files changes, its spec above all.
    for path, text in generate_bundles(bundles, now, reference).items():
        if path in stale or (path.parent in folders and now in text):
            stale[path] = text
    return stale


if __name__ == "__main__":
    sys.exit(main())
