"""`kurento-media-server`: Kurento's own command line, for the scripts that operators have.

Options come from the command line, then from `KURENTO_<OPTION>` variables. Options that are
not known (GStreamer's, for instance) are passed over. Keys of conf files that are not known are
warnings here, because a file that worked must keep working.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from kms_trio.cli.start import StartOptions, add_modules_path, run_server
from kms_trio.cli.versions import KURENTO_VERSION
from kms_trio.log import DEFAULT_GST_DEBUG, LogConfig

_ENVIRONMENT_PREFIX = "KURENTO_"
_MEGABYTE = 1024 * 1024


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as Kurento does: one line, exit code 1."""

    def error(self, message: str) -> NoReturn:
        """Print the line and leave."""
        print(f"Error : {message}", file=sys.stderr)
        raise SystemExit(1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = _parser()
    known, _unknown = parser.parse_known_args([*_from_environment(parser, os.environ), *(arguments or sys.argv[1:])])
    if known.help:
        parser.print_help()
        return 0
    add_modules_path(_folders(known.modules_path))
    if known.version or known.list:
        from kms_trio.cli.inventory import print_factories, print_modules

        if known.version:
            print(f"Kurento Media Server version: {KURENTO_VERSION}")
            print_modules()
        else:
            print_factories()
        return 0
    return run_server(
        StartOptions(
            conf_file=known.conf_file,
            modules_config_path=_folders(known.modules_config_path) if known.modules_config_path else None,
            modules_path=_folders(known.modules_path),
            unknown_keys="warn",
            log=LogConfig(
                gst_debug=_gst_debug(known),
                folder=known.logs_path,
                file_size_bytes=known.log_file_size * _MEGABYTE,
                file_count=known.number_log_files,
                colour=not known.gst_debug_no_color and not os.environ.get("GST_DEBUG_NO_COLOR"),
            ),
        )
    )


def _parser() -> _Parser:
    parser = _Parser(prog="kurento-media-server", add_help=False, description="Kurento Media Server")
    parser.add_argument("-h", "--help", action="store_true", help="show this text and leave")
    parser.add_argument("-v", "--version", action="store_true", help="show the version and the modules, and leave")
    parser.add_argument("-l", "--list", action="store_true", help="show what can be created, and leave")
    parser.add_argument(
        "-p", "--modules-path", default="", metavar="DIRS", help="folders of more modules, colons between"
    )
    parser.add_argument("-f", "--conf-file", type=Path, metavar="FILE", help="the main configuration file")
    parser.add_argument("-c", "--modules-config-path", default="", metavar="DIRS", help="folders of the modules' files")
    parser.add_argument("-d", "--logs-path", type=Path, metavar="DIR", help="folder for log files")
    parser.add_argument("-s", "--log-file-size", type=_count, default=100, metavar="MB", help="size of a log file")
    parser.add_argument("-n", "--number-log-files", type=_count, default=10, metavar="N", help="log files to keep")
    # GStreamer's own, of which those about logging mean something here.
    parser.add_argument("--gst-debug", default="", metavar="LIST", help="log levels, as in GST_DEBUG")
    parser.add_argument("--gst-debug-level", default="", metavar="N", help="log level of everything else, 0 to 9")
    parser.add_argument("--gst-debug-no-color", action="store_true", help="no colours in the log")
    return parser


def _from_environment(parser: argparse.ArgumentParser, environment: Mapping[str, str]) -> list[str]:
    """`KURENTO_X_Y=value` as `--x-y=value`, for the options that take a value."""
    valued = {
        option[2:]
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and action.nargs != 0
    }
    arguments = []
    for name, value in environment.items():
        option = name.removeprefix(_ENVIRONMENT_PREFIX).lower().replace("_", "-")
        if name.startswith(_ENVIRONMENT_PREFIX) and option in valued and value:
            arguments.append(f"--{option}={value}")
    return arguments


def _gst_debug(known: argparse.Namespace) -> str:
    base = known.gst_debug or os.environ.get("GST_DEBUG") or DEFAULT_GST_DEBUG
    return f"{base},{known.gst_debug_level}" if known.gst_debug_level else str(base)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _folders(text: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in text.split(":") if part)


if __name__ == "__main__":
    sys.exit(main())
