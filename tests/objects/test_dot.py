"""The graph of a pipeline as DOT text: complete, quoted, and what Graphviz' grammar allows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from kms_trio.generated.core.types import GstreamerDotDetails, MediaType

Create = Callable[..., Awaitable[Any]]

STRING = r'"(?:[^"\\]|\\.)*"'
ATTRIBUTES = rf"\[\w+=(?:{STRING}|\w+)(?:, \w+=(?:{STRING}|\w+))*\]"
STATEMENT = re.compile(rf"  (?:\w+=(?:{STRING}|\w+)|node {ATTRIBUTES}|{STRING}(?: -> {STRING})? {ATTRIBUTES});\n")


def statements(text: str) -> list[str]:
    """Split DOT text by the subset of the grammar that is used here; fails on anything else."""
    assert text.startswith("digraph pipeline {\n")
    assert text.endswith("}\n")
    body = text.removeprefix("digraph pipeline {\n").removesuffix("}\n")
    found = STATEMENT.findall(body)
    assert "".join(found) == body
    return found


async def test_graph_of_a_pipeline(create: Create) -> None:
    pipeline = await create("MediaPipeline")
    a = await create("PassThrough", mediaPipeline=pipeline.id)
    b = await create("PassThrough", mediaPipeline=pipeline.id)
    a.name = 'he said "x"\n\\'
    a.connect(b, MediaType.VIDEO)
    a.connect(b, MediaType.AUDIO, "", "left")
    for details in (None, *GstreamerDotDetails):
        found = statements(pipeline.get_gstreamer_dot(details))
        assert len([each for each in found if f'"{a.id}" -> "{b.id}"' in each]) == 2
        assert sum(" -> " not in each and each.startswith('  "') for each in found) == 2
    assert len(statements(a.get_gstreamer_dot())) == 5


async def test_dump_goes_where_the_environment_says(
    create: Create, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = await create("MediaPipeline")
    monkeypatch.delenv("GST_DEBUG_DUMP_DOT_DIR", raising=False)
    await pipeline.dump_gstreamer_dot()
    monkeypatch.setenv("GST_DEBUG_DUMP_DOT_DIR", str(tmp_path))
    await pipeline.dump_gstreamer_dot()
    [dumped] = await trio.Path(tmp_path).iterdir()
    assert dumped.name.endswith(f"{pipeline.id}.dot")
    assert await dumped.read_text(encoding="utf-8") == pipeline.get_gstreamer_dot()
