"""`kms-trio run-module`: a server with the module in a folder, not installed, and a page to try it on a camera."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kms_trio.cli.arguments import PATH, assigned, conf_file_option, set_option
from kms_trio.cli.reload import run_until_done
from kms_trio.cli.start import StartOptions, run_server
from kms_trio.log import LogConfig
from kms_trio.plugins.project import BundleProject, ProjectError, read_project

if TYPE_CHECKING:
    from kms_trio.app import Server

#: Only this machine: what an author has half written is nobody else's business.
_LOCAL = "127.0.0.1"


@click.command("run-module")
@click.argument("folder", type=PATH, default=".")
@conf_file_option
@set_option
@click.option("--port", type=click.IntRange(0, 65535), help="Port for the Kurento protocol; default: 8888.")
@click.option("--http-port", type=click.IntRange(0, 65535), help="Port of the page; default: 8081.")
@click.option("--reload", is_flag=True, help="Start again whenever a file of the module changes.")
@click.option(
    "--log-level", envvar="GST_DEBUG", help="Levels, as in GST_DEBUG; default: 2, and 5 for the module's own."
)
def run_module(
    folder: Path,
    conf_file: Path | None,
    assignments: tuple[str, ...],
    port: int | None,
    http_port: int | None,
    reload: bool,
    log_level: str | None,
) -> None:
    """Run a server with the module in FOLDER, without installing it, until SIGINT, SIGTERM or SIGHUP.

    It listens on 127.0.0.1 unless --set says otherwise.
    """
    try:
        project = read_project(folder)
    except ProjectError as error:
        raise click.ClickException(str(error)) from error
    if reload:
        arguments = [argument for argument in sys.argv[1:] if argument != "--reload"]
        sys.exit(run_until_done([sys.executable, "-m", "kms_trio.cli.main", *arguments], project.folder))
    named = {"mediaServer.net.websocket.port": port, "kmsTrio.http.port": http_port}
    overrides: dict[str, Any] = {"mediaServer.net.websocket.address": _LOCAL, **assigned(assignments)}
    overrides.update({key: value for key, value in named.items() if value is not None})
    with tempfile.TemporaryDirectory(prefix="kms-trio-module-") as metadata:
        _put_on_path(project, Path(metadata))
        module_levels = _checked(project)
        log = LogConfig(gst_debug=log_level or module_levels, colour=not os.environ.get("GST_DEBUG_NO_COLOR"))
        options = StartOptions(conf_file=conf_file, overrides=overrides, log=log)
        code = run_server(options, lambda server: _announce(server, project))
    sys.exit(code)


def _put_on_path(project: BundleProject, metadata: Path) -> None:
    """For this process and those that it starts."""
    folders = [str(folder) for folder in project.path(metadata)]
    sys.path[:0] = folders
    os.environ["PYTHONPATH"] = os.pathsep.join([*folders, *filter(None, [os.environ.get("PYTHONPATH")])])


def _checked(project: BundleProject) -> str:
    """Say what is wrong with the module instead of starting a server without it; what to log, if all is well.

    Raises ClickException.
    """
    from kms_trio.cli.module_health import Health, class_healths
    from kms_trio.plugins import Plugins

    plugins = Plugins()  # writes tracebacks, which the author wants to see
    reasons = [f"{each.plugin}: {each.reason}" for each in plugins.problems if each.plugin in project.names]
    reasons += [
        f"{each.module}.{each.name}: {each.reason}"
        for each in class_healths(plugins)
        if each.module in project.names and each.health is Health.BROKEN
    ]
    if reasons:
        raise click.ClickException("the module does not load: " + "; ".join(reasons))
    classes = sorted({name for module in project.names for name in plugins.modules[module].classes})
    return ",".join(["2", *(f"{name.lower()}:5" for name in classes)])


def _announce(server: Server, project: BundleProject) -> None:
    click.echo(f"Kurento protocol: {server.control_url}")
    if server.http_url is not None and server.settings.http.demo:
        click.echo(f"Try the module:   {server.http_url}module#{project.names[0]}")
