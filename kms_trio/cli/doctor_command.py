"""`kms-trio doctor`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from kms_trio.cli.arguments import PATH, assigned, conf_file_option, json_option, set_option
from kms_trio.cli.start import StartOptions, load_settings
from kms_trio.settings import SettingsError


@click.command()
@conf_file_option
@set_option
@click.option("--logs-path", type=PATH, envvar="KURENTO_LOGS_PATH", help="Folder for log files that will be used.")
@json_option
def doctor(conf_file: Path | None, assignments: tuple[str, ...], logs_path: Path | None, as_json: bool) -> None:
    """Look at ports, limits, codecs, STUN and TURN, certificates, modules and folders, and say how to cure what ails.

    Exit code 1 if something is broken. Give it the options that the server gets.
    """
    import trio

    from kms_trio.cli.doctor import examine
    from kms_trio.cli.doctor import findings as told
    from kms_trio.cli.doctor.examine import check_configuration, unreadable_configuration

    try:
        loaded = load_settings(StartOptions(conf_file=conf_file, overrides=assigned(assignments)))
    except SettingsError as error:
        findings = unreadable_configuration(error.problems)
    else:
        findings = [*check_configuration(loaded), *trio.run(examine, loaded.settings, logs_path)]
    if as_json:
        click.echo(json.dumps(told.as_json(findings), indent=2, ensure_ascii=False))
    else:
        told.print_table(findings)
    if told.any_broken(findings):
        sys.exit(1)
