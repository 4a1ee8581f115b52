"""``python -m kms_trio.net.native build``: make the compiled helper; that it cannot be made is no failure."""

from __future__ import annotations

import sys

from kms_trio.net.native.build import BuildError, build


def main(arguments: list[str]) -> int:
    """Exit status: 0, also when the server will have to do without; 2 for a wrong command line."""
    if arguments != ["build"]:
        print("usage: python -m kms_trio.net.native build", file=sys.stderr)
        return 2
    try:
        print(f"built {build()}")
    except BuildError as problem:
        print(f"the server will forward without its compiled helper: {problem}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
