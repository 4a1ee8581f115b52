"""The web application: routes and what they answer.

| route         | answer                                                                   |
|---------------|--------------------------------------------------------------------------|
| `/`           | the demo page (404 when `http.demo` is off)                                |
| `/module`     | the page that tries a class of a module on the camera                    |
| `/static/...` | modules, styles and icon of both                                         |
| `/health`     | 200 `{"status": "ok"}` when requests are served, else 503 `"unavailable"`; the media workers |
| `/metrics`    | figures in the text format of Prometheus                                 |
| `/api/config` | where the control socket is, and where the page may record to            |

The page loads nothing from elsewhere, and a Content-Security-Policy holds it to that.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kms_trio import __version__
from kms_trio.http.host_check import HostCheck
from kms_trio.http.metrics import CONTENT_TYPE, Metrics
from kms_trio.http.static_files import load_static_files

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kms_trio.http.status import ServerStatus
    from kms_trio.settings import Settings

#: Folder of the demo's recordings, inside the first folder that RecorderEndpoint may write to.
RECORDINGS_NAME = "kms-trio-demo"

#: Their files.
_PAGES: Mapping[str, str] = {"/": "index.html", "/module": "module.html"}

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob: mediastream:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class HeadersMiddleware:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def recordings_folder(settings: Settings) -> Path:
    """The folder that the demo page records to: one that the URI policy allows."""
    roots = settings.uri_policy.recorder_roots
    return (roots[0] if roots else Path(tempfile.gettempdir())) / RECORDINGS_NAME


def build_web_app(settings: Settings, server: ServerStatus) -> ASGIApp:
    """Builds the web application."""
    metrics = Metrics(server)

    async def health(request: Request) -> JSONResponse:
        workers = [attrs.asdict(each) for each in server.workers]
        good = server.accepting_requests and (not workers or any(each["up"] for each in workers))
        answer: dict[str, object] = {"status": "ok" if good else "unavailable", "version": __version__}
        if workers:
            answer["workers"] = workers
        return JSONResponse(answer, status_code=200 if good else 503)

    async def config(request: Request) -> JSONResponse:
        answer = {
            "version": __version__,
            "control": {"port": server.control_port, "path": settings.media_server.net.websocket.path},
            "recordings": recordings_folder(settings).as_uri(),
        }
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def static(request: Request) -> Response:
        file = files.get(request.path_params.get("name") or _PAGES[request.url.path])
        if file is None:
            raise HTTPException(404)
        return file.response(request)

    async def figures(request: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    routes = [Route("/health", health), Route("/metrics", figures)]
    if settings.http.demo:
        files = load_static_files()
        routes += [
            *(Route(path, static) for path in _PAGES),
            Route("/static/{name}", static),
            Route("/api/config", config),
        ]
    return HeadersMiddleware(HostCheck(Starlette(routes=routes), settings.http.address, settings.http.hosts))
