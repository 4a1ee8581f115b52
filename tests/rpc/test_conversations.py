"""Conversations recorded from a Kurento Media Server 7.3.0, had again with this server.

Each line of `tests/data/conversations/*.jsonl` opens or closes a connection, or sends a frame and holds the reply.
`{n}` stands for a UUID: what the server chooses is learnt at its first reply and must stay the same from then on.
`{"*": "int"}` stands for any value of that type. What differs on purpose (docs/compatibility.md) is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import trio
from trio_websocket import WebSocketConnection

from kms_trio.app import Server
from kms_trio.rpc.client_socket import open_socket
from kms_trio.testing.patience import PATIENCE_S
from tests.rpc.modules import standard_plugins

CONVERSATIONS = sorted((Path(__file__).parent.parent / "data" / "conversations").glob("*.jsonl"))
PLACEHOLDER = re.compile(r"\{(\d+)\}")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: For placeholders that the server never told: a client made them up.
INVENTED = "00000000-0000-4000-8000-{:012d}"


class Names:
    """UUIDs by the number of their placeholder."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def fill(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda match: self.known.setdefault(match[1], INVENTED.format(int(match[1]))), text)

    def differences(self, expected: Any, actual: Any, path: str = "reply") -> Iterator[str]:
        if isinstance(expected, dict) and list(expected) == ["*"]:
            if type(actual).__name__ != expected["*"]:
                yield f"{path}: {actual!r} is no {expected['*']}"
        elif isinstance(expected, dict) and isinstance(actual, dict):
            for key in expected.keys() | actual.keys():
                if key not in actual or key not in expected:
                    yield f"{path}.{key}: {'missing' if key in expected else f'extra {actual[key]!r}'}"
                else:
                    yield from self.differences(expected[key], actual[key], f"{path}.{key}")
        elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
            if all(isinstance(item, str) for item in expected):  # ids of objects: in any order
                actual = sorted(actual)
                expected = sorted(expected, key=self.fill)
            for index, (left, right) in enumerate(zip(expected, actual, strict=True)):
                yield from self.differences(left, right, f"{path}[{index}]")
        elif isinstance(expected, str) and isinstance(actual, str):
            if not self.learn(expected, actual):
                yield f"{path}: {expected!r} expected ({self.fill(expected)!r}), {actual!r} came"
        elif expected != actual or type(expected) is not type(actual):
            yield f"{path}: {expected!r} expected, {actual!r} came"

    def learn(self, expected: str, actual: str) -> bool:
        """Whether `actual` fits, taking the UUIDs that were unknown."""
        pattern, position = "", 0
        for match in PLACEHOLDER.finditer(expected):
            number = match[1]
            pattern += re.escape(expected[position : match.start()])
            pattern += re.escape(self.known[number]) if number in self.known else f"(?P<u{number}>{UUID})"
            position = match.end()
        found = re.fullmatch(pattern + re.escape(expected[position:]), actual)
        if found is not None:
            self.known.update({name[1:]: value for name, value in found.groupdict().items()})
        return found is not None


async def reply_text(websocket: WebSocketConnection) -> str:
    """The next frame that is no event."""
    while True:
        text = await websocket.get_message()
        if not isinstance(text, str) or '"method":"onEvent"' not in text:
            assert isinstance(text, str)
            return text


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_conversation(path: Path, serve: Callable[..., Awaitable[Server]]) -> None:
    server = await serve(plugins=standard_plugins())
    names = Names()
    sockets: dict[str, WebSocketConnection] = {}
    problems: list[str] = []
    async with AsyncExitStack() as stack:
        for line in (await trio.Path(path).read_text(encoding="utf-8")).splitlines():
            step = json.loads(line)
            name = step["connection"]
            if "open" in step:
                sockets[name] = await stack.enter_async_context(open_socket(server.control_url))
            elif "close" in step:
                await sockets[name].aclose()
            else:
                await sockets[name].send_message(names.fill(step["send"]))
                with trio.fail_after(PATIENCE_S):
                    text = await reply_text(sockets[name])
                actual = json.loads(text) if text else ""
                problems += [f"{step['step']}: {each}" for each in names.differences(step["reply"], actual)]
    assert not problems, "\n".join(problems)


def test_conversations_are_there() -> None:
    assert len(CONVERSATIONS) == 9
