"""Options that several commands of `kms-trio` share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

PATH: Final = click.Path(path_type=Path)

conf_file_option = click.option(
    "--conf-file",
    "-f",
    type=PATH,
    envvar="KURENTO_CONF_FILE",
    help="Main configuration file; default: /etc/kurento/kurento.conf.json if there is one.",
)
set_option = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set one key, named as in the files: --set mediaServer.net.websocket.port=9000. May be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


def assigned(assignments: tuple[str, ...]) -> dict[str, Any]:
    """`KEY=VALUE` pairs; a value that is a JSON array or object is read as such."""
    overrides: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not all(key.split(".")):
            raise click.BadParameter(f"expected KEY=VALUE, got {assignment!r}", param_hint="--set")
        overrides[key] = value
        if value.startswith(("[", "{")):
            try:
                overrides[key] = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise click.BadParameter(f"{key}: not readable as JSON: {error}", param_hint="--set") from error
    return overrides
