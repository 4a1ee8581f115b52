"""The HTTP server of all HttpPostEndpoints of a media server, on the port of `HttpEndpoint.conf.ini`.

| request                    | answer                                                      |
|----------------------------|-------------------------------------------------------------|
| `OPTIONS` of an endpoint   | 200 with `Allow: POST` and, for browsers, the CORS headers  |
| `POST` to an endpoint      | 200 when the media is taken in                              |
|                            | 400 when its session is another client's, or for a bad form |
|                            | 415 when the media cannot be played                         |
| another method             | 405                                                         |
| another URL                | 404                                                         |
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Protocol
from uuid import uuid4

import trio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount

from kms_elements.http_post.form import BadFormError, FormFile, is_form
from kms_elements.http_post.session import COOKIE_NAME, HttpSession
from kms_trio.api import ErrorCode, HttpListenError, KurentoError, listen_http, local_addresses, serve_asgi

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from kms_trio.api import ObjectContext

__all__ = ["HttpPostServer", "NotPlayableError", "Target"]

logger = logging.getLogger("httpendpoint")

ALLOWED: Final = {"Allow": "POST"}


class NotPlayableError(Exception):
    """What was posted cannot be played."""


class Target(Protocol):
    """An endpoint, as the server sees it."""

    session: HttpSession

    async def take_in(self, pieces: AsyncIterator[bytes]) -> None:
        """Play a media file. Raises NotPlayableError, and what `pieces` raises."""


class HttpPostServer:
    """See the module docstring. Made by `ObjectContext.shared`; listens from the first endpoint on."""

    def __init__(self, context: ObjectContext) -> None:
        self._context = context
        self._targets: dict[str, Target] = {}
        self._starting = trio.Lock()
        self._address: str | None = None

    async def register(self, target: Target) -> str:
        """Give an endpoint a URL. Raises KurentoError 40300 when there is no port to listen on."""
        async with self._starting:
            if self._address is None:
                self._address = await self._listen()
        shared = self._context.shared_http
        name = f"{shared.prefix if shared is not None else ''}{uuid4()}"
        self._targets[name] = target
        return f"http://{self._address}/{name}"

    def forget(self, url: str) -> None:
        """The URL is not served any more; an unknown one is ignored."""
        self._targets.pop(url.rpartition("/")[2], None)

    async def _listen(self) -> str:
        settings = self._context.settings.http_endpoint
        host, shared = settings.server_address or None, self._context.shared_http
        try:
            if shared is not None:
                listeners, port = await shared.listen(host, settings.server_port)
            else:
                listeners = await listen_http(host, settings.server_port)
                port = listeners[0].getsockname()[1]
        except HttpListenError as error:
            raise KurentoError(ErrorCode.HTTP_END_POINT_REGISTRATION_ERROR, str(error)) from error

        async def serve() -> None:
            try:
                app = Starlette(routes=[Mount("/", app=self._answer)])
                await serve_asgi(app, listeners, logger)
            finally:
                for listener in listeners:
                    listener.close()

        self._context.supervisor.adopt(serve)
        logger.info("HTTP server of HttpPostEndpoint listens on port %d", port)
        return f"{_announced(settings.announced_address or settings.server_address)}:{port}"

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            response = await self._response(request)
            response.headers.update(_cors(request))
            if self._context.shared_http is not None:
                response.headers["Connection"] = "close"  # the next request may be for another process
            await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        target = self._targets.get(request.url.path.removeprefix("/"))
        if target is None:
            return PlainTextResponse("There is no such endpoint", 404)
        if request.method == "OPTIONS":
            return Response(headers=ALLOWED)
        if request.method != "POST":
            return PlainTextResponse("Only POST is possible here", 405, headers=ALLOWED)
        session = target.session
        if not session.admits(request.cookies.get(COOKIE_NAME)):
            return PlainTextResponse("This URL is used by another client", 400)
        session.connected()
        try:
            response = await _post(target, request)
        finally:
            session.disconnected()
        response.set_cookie(COOKIE_NAME, session.cookie or "", path=request.url.path, httponly=True)
        return response


async def _post(target: Target, request: Request) -> Response:
    content_type = request.headers.get("content-type", "")
    try:
        file = FormFile(content_type) if is_form(content_type) else None
        async with aclosing(request.stream()) as body:
            await target.take_in(_Pieces(body, file))
    except BadFormError as error:
        return PlainTextResponse(f"Bad request: {error}", 400)
    except NotPlayableError as error:
        return PlainTextResponse(f"This cannot be played: {error}", 415)
    except ClientDisconnect:
        logger.debug("a client left before the end of its upload")
        return Response(status_code=400)  # nobody reads it
    return Response()


class _Pieces(AsyncIterator[bytes]):
    """The pieces of a media file in a body: of all of it, or of the file in a form. Raises BadFormError."""

    def __init__(self, body: AsyncIterator[bytes], file: FormFile | None) -> None:
        self._body = body
        self._file = file

    async def __anext__(self) -> bytes:
        async for data in self._body:
            piece = data if self._file is None else self._file.feed(data)
            if piece:  # Starlette ends with an empty one
                return piece
        if self._file is not None:
            self._file.end()
        raise StopAsyncIteration


def _cors(request: Request) -> dict[str, str]:
    """What lets pages from elsewhere use the URL: knowing it is the permission."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    headers = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "POST"
        asked = request.headers.get("access-control-request-headers")
        if asked:
            headers["Access-Control-Allow-Headers"] = asked
    return headers


def _announced(host: str | None) -> str:
    """The host part of URLs: what the operator says, else the first address of this machine."""
    if not host:
        addresses = local_addresses()
        host = addresses[0].host if addresses else "localhost"
    return f"[{host}]" if ":" in host else host
