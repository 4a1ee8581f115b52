"""`kms-module-scaffold`, also installed as `kurento-module-scaffold`.

    kms-module-scaffold NeonSign --kind video-filter

and as Kurento's tool has been called, `true` or `opencv_filter` asking for OpenCV:

    kurento-module-scaffold Gst NeonSign neon_sign [true|false]
    kurento-module-scaffold NeonSign ./folder [opencv_filter]

Exit codes: 0 done (or help shown), 1 for whatever keeps the bundle from being written.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import attrs

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.errors import SpecError
from kms_trio.spec.scaffold.bundle import write_bundle
from kms_trio.spec.scaffold.kinds import KINDS, kind_of
from kms_trio.spec.scaffold.names import ModuleNames, module_names

_OPENCV: Final = {"true": True, "false": False, "opencv_filter": True, "opencv": True}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong, then how it is used, and leave with 1."""
        print(message, file=sys.stderr)
        self.print_usage(sys.stderr)
        raise SystemExit(1)


@attrs.frozen
class _Request:
    names: ModuleNames
    folder: Path
    opencv: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.names:
        parser.print_help()
        return 0
    try:
        request = _requested(options.names, options.output)
        kind = kind_of(options.kind or ("opencv" if request.opencv else "video-filter"))
        now = time.strftime("%b %e %Y %H:%M:%S", time.gmtime())
        files = write_bundle(request.folder, request.names, kind, now, force=options.force)
    except (SpecError, CreatorError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(f"{request.folder}: the module '{request.names.module}', {kind.is_}")
    for file in files:
        print(f"  {file}")
    print(f"  {request.names.package}/generated/ (from spec/, by kms-module-creator)")
    print(f"Try it: kms-trio run-module {request.folder}")
    return 0


def _requested(words: Sequence[str], output: Path | None) -> _Request:
    """What the positional arguments ask for. Raises CreatorError."""
    if len(words) == 1:
        names = module_names(words[0])
        return _Request(names, output or Path(names.folder))
    last = words[-1].lower()
    opencv = _OPENCV.get(last, False)
    rest = words[:-1] if last in _OPENCV and len(words) > 2 else words
    if len(rest) == 2 and _is_folder(rest[1]):
        return _Request(module_names(rest[0]), output or Path(rest[1]), opencv)
    if len(rest) > 3:
        raise CreatorError(f"too many arguments (expected PREFIX NAME FILE_NAME [true|false], found {' '.join(words)})")
    # Kurento's prefix is that of the GStreamer element, of which there is none here.
    names = module_names(rest[1], rest[2] if len(rest) == 3 else None)
    return _Request(names, output or Path(names.folder), opencv)


def _is_folder(word: str) -> bool:
    """Whether the second word is Kurento 6's output folder; in Kurento 7 it is the name, which has a capital."""
    return "/" in word or "." in word or not word[:1].isupper() or Path(word).is_dir()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kms-module-scaffold",
        description="A new module: its spec, an implementation that runs, tests, and what belongs to a project.",
        epilog="kinds: " + "; ".join(f"{kind.name}, {kind.is_}" for kind in KINDS),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="NeonSign; or Kurento's arguments")
    parser.add_argument("-k", "--kind", metavar="KIND", help="what to make; video-filter unless told otherwise")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="where to; a new folder called neon-sign")
    parser.add_argument("-f", "--force", action="store_true", help="write over files that are there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
