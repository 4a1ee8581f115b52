"""The addresses at which a server can be reached, as an operator would type them."""

from __future__ import annotations

from kms_trio.settings import Settings


def websocket_urls(settings: Settings) -> list[str]:
    """The URLs that an application connects to."""
    websocket = settings.media_server.net.websocket
    path = websocket.path.strip("/")
    urls = []
    if websocket.port:
        urls.append(f"ws://{_host(websocket.address or 'localhost')}:{websocket.port}/{path}")
    if websocket.secure.port:
        urls.append(f"wss://localhost:{websocket.secure.port}/{path}")
    return urls


def demo_url(settings: Settings) -> str | None:
    """The URL of the demo page, if it is served."""
    http = settings.http
    if not http.port or not http.demo:
        return None
    host = "localhost" if http.address in ("0.0.0.0", "::") else http.address
    return f"http://{_host(host)}:{http.port}/"


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
