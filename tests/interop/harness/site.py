"""A web site for the test pages, on http://localhost: cameras and ws:// need such an origin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import hypercorn.trio
import trio
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kms_trio.http.static_files import StaticFile, load_static_files
from tests.interop.harness.tools import BROWSER_BUNDLE, PAGES_FOLDER, require_npm_clients


@asynccontextmanager
async def serve_pages() -> AsyncIterator[str]:
    """Serves tests/interop/pages and the npm clients' bundle as `kurento.js`; yields the URL without final slash."""
    require_npm_clients()
    bundle = await trio.Path(BROWSER_BUNDLE).read_bytes()
    files = {**load_static_files(PAGES_FOLDER), "kurento.js": StaticFile(bundle, "text/javascript", '"bundle"')}

    async def page(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return file.response(request)

    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 0
    app = Starlette(routes=[Route("/{name}", page)])
    async with trio.open_nursery() as nursery:
        [bound] = await nursery.start(hypercorn.trio.serve, app, config)
        yield f"http://localhost:{bound.rsplit(':', 1)[1]}"
        nursery.cancel_scope.cancel()
