"""`kms-trio`: the command for people; `serve` unless told otherwise."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kms_trio import __version__
from kms_trio.cli.arguments import PATH, assigned, conf_file_option, set_option
from kms_trio.cli.doctor_command import doctor
from kms_trio.cli.health_command import health
from kms_trio.cli.modules_commands import modules
from kms_trio.cli.run_module import run_module
from kms_trio.cli.start import StartOptions, load_settings, run_server
from kms_trio.cli.urls import welcome
from kms_trio.cli.versions import KURENTO_VERSION
from kms_trio.log import DEFAULT_GST_DEBUG, LogConfig
from kms_trio.settings import SettingsError
from kms_trio.settings.reference import reference_files
from kms_trio.settings.show import effective

if TYPE_CHECKING:
    from kms_trio.app import Server


class _DefaultGroup(click.Group):
    """A group whose first command is run when none is named: `kms-trio --port 9000` is `kms-trio serve --port 9000`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `serve` first unless a command or the group's own option is there."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message=f"kms-trio %(version)s (Kurento {KURENTO_VERSION})")
def cli() -> None:
    """A media server that speaks the Kurento protocol."""


@cli.command()
@conf_file_option
@set_option
@click.option("--address", help="Address for the Kurento protocol; default: all.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port for the Kurento protocol; default: 8888.")
@click.option("--http-address", help="Address of the HTTP side; default: 127.0.0.1.")
@click.option("--http-port", type=click.IntRange(0, 65535), help="Port of the HTTP side and demo page; default: 8081.")
@click.option("--workers", metavar="N|auto", help="Media workers; 0: one process for all; default: one a core.")
@click.option("--logs-path", type=PATH, envvar="KURENTO_LOGS_PATH", help="Folder for log files, besides stderr.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", help="Layout of the log lines.")
@click.option(
    "--log-level", envvar="GST_DEBUG", default=DEFAULT_GST_DEBUG, help="Levels, as in GST_DEBUG: 3,Kurento*:5"
)
def serve(
    conf_file: Path | None,
    assignments: tuple[str, ...],
    address: str | None,
    port: int | None,
    http_address: str | None,
    http_port: int | None,
    workers: str | None,
    logs_path: Path | None,
    log_format: str,
    log_level: str,
) -> None:
    """Run the server until SIGINT, SIGTERM or SIGHUP."""
    named = {
        "mediaServer.net.websocket.address": address,
        "mediaServer.net.websocket.port": port,
        "kmsTrio.http.address": http_address,
        "kmsTrio.http.port": http_port,
        "kmsTrio.workers.count": workers,
    }
    overrides = {**assigned(assignments), **{key: value for key, value in named.items() if value is not None}}
    log = LogConfig(
        gst_debug=log_level,
        folder=logs_path,
        layout="json" if log_format == "json" else "text",
        colour=not os.environ.get("GST_DEBUG_NO_COLOR") and not os.environ.get("NO_COLOR"),
    )
    sys.exit(run_server(StartOptions(conf_file=conf_file, overrides=overrides, log=log), _announce))


@cli.group()
def config() -> None:
    """Look at the configuration."""


@config.command()
@conf_file_option
@set_option
def check(conf_file: Path | None, assignments: tuple[str, ...]) -> None:
    """Read the configuration and say what is wrong; exit code 1 if something is."""
    try:
        loaded = load_settings(StartOptions(conf_file=conf_file, overrides=assigned(assignments)))
    except SettingsError as error:
        for problem in error.problems:
            click.echo(f"error: {problem}")
        sys.exit(1)
    for file in loaded.files:
        click.echo(f"read: {file}")
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}")
    click.echo("The configuration is fine." if loaded.files else "No configuration file; the defaults are used.")


@config.command()
@conf_file_option
@set_option
@click.option("--changed", is_flag=True, help="Only what differs from the defaults.")
@click.option("--secrets", is_flag=True, help="Show passwords too.")
def show(conf_file: Path | None, assignments: tuple[str, ...], changed: bool, secrets: bool) -> None:
    """Print the settings in effect as a main file that would give the same."""
    try:
        loaded = load_settings(StartOptions(conf_file=conf_file, overrides=assigned(assignments)))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    shown = effective(loaded.settings, changed_only=changed, show_secrets=secrets)
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@config.command()
@click.argument("folder", type=PATH)
def reference(folder: Path) -> None:
    """Write the commented reference files into FOLDER; files of the same names are replaced."""
    for name, text in reference_files().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        click.echo(f"wrote: {file}")


@cli.command()
def version() -> None:
    """Print the versions of the server and of the Kurento that it stands in for."""
    click.echo(f"kms-trio {__version__} (Kurento {KURENTO_VERSION})")


cli.add_command(modules)
cli.add_command(doctor)
cli.add_command(health)
cli.add_command(run_module)


def _announce(server: Server) -> None:
    for line in welcome(server):
        click.echo(line)


def main() -> None:
    """Entry point of the console script."""
    cli(prog_name="kms-trio")


if __name__ == "__main__":
    main()
