"""`kms-trio health`: one question to a running server, for Docker's HEALTHCHECK and other supervisors.

`/health` of the HTTP side is asked; where that is off, whether the control port takes a WebSocket.
"""

from __future__ import annotations

import base64
import http.client
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from kms_trio.cli.arguments import assigned, conf_file_option, set_option
from kms_trio.cli.start import StartOptions, load_settings
from kms_trio.settings import Settings, SettingsError

_OK: Final = 200
_SWITCHING_PROTOCOLS: Final = 101
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@click.command()
@conf_file_option
@set_option
@click.option("--timeout", "timeout_s", type=float, default=4.0, show_default=True, help="Seconds to wait.")
def health(conf_file: Path | None, assignments: tuple[str, ...], timeout_s: float) -> None:
    """Ask the server that runs with these settings on this machine whether it serves; exit code 1 if not."""
    try:
        settings = load_settings(StartOptions(conf_file=conf_file, overrides=assigned(assignments))).settings
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    where, healthy, answer = _ask(settings, timeout_s)
    click.echo(f"{where}: {answer}")
    if not healthy:
        sys.exit(1)


def _ask(settings: Settings, timeout_s: float) -> tuple[str, bool, str]:
    """Where was asked, whether that is healthy, and what came."""
    if settings.http.port:
        host, port, path = _LOOPBACK.get(settings.http.address, settings.http.address), settings.http.port, "/health"
        headers: Mapping[str, str] = {}
        wanted = _OK
    else:
        websocket = settings.media_server.net.websocket
        host, port, path = websocket.address or "127.0.0.1", websocket.port, f"/{websocket.path}"
        key = base64.b64encode(os.urandom(16)).decode("ascii")
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
        }
        wanted = _SWITCHING_PROTOCOLS
    where = f"{host} port {port} {path}"
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        text = response.read(200).decode("utf-8", "replace") if wanted == _OK else ""
        return where, response.status == wanted, f"{response.status} {text}".strip()
    except (OSError, http.client.HTTPException) as error:
        return where, False, str(error) or type(error).__name__
    finally:
        connection.close()
