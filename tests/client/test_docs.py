"""The programs of docs/python-client.md do what they say: those in between share the names of the first."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import trio

from kms_trio.client import connect
from kms_trio.client.core import MediaPipeline
from kms_trio.client.elements import WebRtcEndpoint
from tests.interop.harness.server import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "python-client.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
PROGRAM, *FRAGMENTS, BLOCKING = BLOCKS
URL = "ws://localhost:8888/kurento"


def test_there_is_something_to_test() -> None:
    assert len(FRAGMENTS) == 4
    assert URL in PROGRAM
    assert URL in BLOCKING


async def test_first_program(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    program = PROGRAM.replace(URL, server.ws_url)
    await trio.to_thread.run_sync(exec, program, {"__name__": "__main__"})
    assert capsys.readouterr().out.startswith("v=0")


async def test_fragments(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    async with connect(server.ws_url) as kurento:
        pipeline = await kurento.create(MediaPipeline)
        endpoint = await WebRtcEndpoint.create(pipeline)
        names: dict[str, Any] = {"kurento": kurento, "pipeline": pipeline, "endpoint": endpoint}
        names |= {"MediaPipeline": MediaPipeline, "WebRtcEndpoint": WebRtcEndpoint}
        told = []
        for fragment in FRAGMENTS:
            await run(fragment, names)
            told.append(capsys.readouterr().out)
    objects, events, transaction, errors = told
    assert f"PassThrough {names['source'].id}" in objects
    assert "VIDEO " in objects
    assert events.startswith("candidate:")
    assert transaction.startswith(f"{names['bob'].id} v=0")
    assert errors.startswith("40201 True ")


async def run(fragment: str, names: dict[str, Any]) -> None:
    """Run code that awaits at its top level."""
    code = compile(fragment, str(PAGE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, names)
    if inspect.iscoroutine(result):
        await result


async def test_blocking_program(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    program = BLOCKING.replace(URL, server.ws_url)
    await trio.to_thread.run_sync(exec, program, {})
    source, name = capsys.readouterr().out.splitlines()
    assert source == f"<WebRtcEndpoint {name}>"
