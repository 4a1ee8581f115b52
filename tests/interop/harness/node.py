"""Node programs of tests/interop/node."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.interop.harness.program import Program, run_program
from tests.interop.harness.tools import NODE_FOLDER, NPM_CLIENTS, require_npm_clients


@asynccontextmanager
async def run_node(script: str, *arguments: str, client: int = 7) -> AsyncIterator[Program]:
    """Starts a script with kurento-client of the major version `client`.

    Its transactions need the preload on today's Node.
    """
    node = require_npm_clients()
    command = [node, "--require", str(NODE_FOLDER / "preload.js"), str(NODE_FOLDER / script), *arguments]
    environment = {**os.environ, "KURENTO_CLIENT": str(NPM_CLIENTS[client])}
    async with run_program(command, NODE_FOLDER, environment) as program:
        yield program
