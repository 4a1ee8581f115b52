"""What a person is told once the server is ready: where to point an application, where the demo page is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kms_trio.app import Server


def welcome(server: Server) -> list[str]:
    """One line for each way in."""
    websocket = server.settings.media_server.net.websocket
    lines = []
    if server.control_port:
        lines.append(f"Kurento protocol: {server.control_url}")
    if websocket.secure.port:
        lines.append(f"Kurento protocol: wss://localhost:{websocket.secure.port}/{websocket.path}")
    if server.http_url is not None and server.settings.http.demo:
        lines.append(f"Demo page:        {server.http_url}")
    return lines
