"""Frames for fuzzing the protocol: requests made of its words, nonsense, recorded requests with a few bytes changed.

`$pipeline` and `$element` stand for the ids of two objects that whoever sends the frames has made.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from kms_trio.objects.ids import MANAGER_ID

WORDS = [
    "sessionId", "object", "operation", "operationParams", "type", "constructorParams", "subscription", "operations",
    "mediaPipeline", "sink", "mediaType", "description", "key", "value", "name", "interval", "moduleName", "newref:0",
    "newref:", "MediaPipeline", "PassThrough", "HubPort", "kurento.PassThrough", "ServerManager", MANAGER_ID, "VIDEO",
    "connect", "getName", "setName", "addTag", "getTags", "getInfo", "getKmd", "getChildren", "getChilds", "getParent",
    "getGstreamerDot", "getSinkConnections", "setMinOutputBitrate", "getStats", "setAudioFormat", "ObjectCreated",
    "ElementConnected", "MediaFlowInStateChange", "Error", "s", "$pipeline", "$element",
]  # fmt: skip
METHODS = [
    "ping", "connect", "create", "describe", "invoke", "subscribe", "unsubscribe", "release", "ref", "unref",
    "keepAlive", "closeSession", "transaction", "nonsense",
]  # fmt: skip

TEXT = st.sampled_from(WORDS) | st.text(max_size=6)
VALUE = st.recursive(
    TEXT | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=12,
)
KNOWN_PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "sessionId": TEXT,
        "object": st.sampled_from([MANAGER_ID, "$pipeline", "$element"]) | VALUE,
        "operation": TEXT,
        "operationParams": VALUE | st.dictionaries(TEXT, VALUE, max_size=3),
        "type": TEXT | VALUE,
        "constructorParams": st.dictionaries(TEXT, TEXT | VALUE, max_size=2) | VALUE,
        "subscription": TEXT,
    },
)


def _request(params: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"jsonrpc": st.just("2.0"), "id": st.integers(0, 3) | TEXT, "method": st.sampled_from(METHODS)},
        optional={"params": params},
    )


REQUEST = _request(KNOWN_PARAMS | VALUE)
TRANSACTION = st.lists(REQUEST, max_size=3).map(
    lambda requests: {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "transaction",
        "params": {"operations": [{**each, "id": index} for index, each in enumerate(requests)]},
    }
)


def recorded_requests() -> list[str]:
    """Requests that real clients made, with the objects that they named replaced."""
    folder = Path(__file__).parent.parent / "data" / "conversations"
    requests: dict[str, None] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("send", "")
            text = re.sub(r"\{\d+\}_kurento\.MediaPipeline/[^\"]+", "$element", text)
            text = re.sub(r"\{\d+\}_kurento\.\w+", "$pipeline", text)
            requests[re.sub(r"\{\d+\}", "s", text)] = None
    return [text for text in requests if text]


def _mutated(text: str, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Replace, at each position, so many bytes by others; positions wrap around."""
    frame = bytearray(text.encode())
    for position, removed, added in edits:
        start = position % (len(frame) + 1)
        frame[start : start + removed] = added
    return bytes(frame)


EDITS = st.lists(st.tuples(st.integers(0, 2**12), st.integers(0, 8), st.binary(max_size=4)), max_size=5)
MUTATED = st.builds(_mutated, st.sampled_from(recorded_requests()), EDITS)

FRAME: st.SearchStrategy[str | bytes] = (
    (REQUEST | TRANSACTION | VALUE).map(json.dumps) | st.text() | st.binary() | MUTATED
)


def searches(count: int) -> settings:
    """So many examples each of which talks to a server; a great many in `make fuzz`."""
    return settings(max_examples=count * (50 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 1))


def fill(frame: str | bytes, pipeline: str, element: str) -> str | bytes:
    """Put the ids of real objects in."""
    if isinstance(frame, str):
        return frame.replace("$pipeline", pipeline).replace("$element", element)
    return frame.replace(b"$pipeline", pipeline.encode()).replace(b"$element", element.encode())
