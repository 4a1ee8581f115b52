"""What one message can cost: linear reading, a bounded number of values, turns for others, a cache that has an end."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import trio

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.objects.media_object import MAX_NAME_CHARACTERS, MAX_TAG_CHARACTERS, TAG_OVERHEAD
from kms_trio.rpc import connection
from kms_trio.rpc.handler import Handler
from kms_trio.rpc.json_text import _STRING_OR_COMMENT, MAX_VALUES, JsonTextError, TooManyValuesError, decode
from kms_trio.rpc.request_cache import RequestCache
from kms_trio.rpc.transaction import MAX_DEPTH, MAX_LEVELS, MAX_REFERRED_VALUES, Allowance, run_transaction
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import open_client
from tests.rpc.plain_socket import HANDSHAKE
from tests.rpc.test_handler import Nobody


@pytest.mark.parametrize(
    "text",
    ['"' + '\\"' * 50, '"' + '\\"' * 50 + "\\", '"' + '"' * 98 + '\\"', "/* " * 50, '/*"' * 50, "//" * 50],
    ids=["quotes", "half an escape", "many strings", "comments", "both", "line comments"],
)
def test_what_does_not_end_is_looked_through_once(text: str) -> None:
    found = [match.span() for match in _STRING_OR_COMMENT.finditer(text)]
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    assert [end for _, end in found[:-1]] == [start for start, _ in found[1:]], "nothing is left to begin at"
    with pytest.raises(JsonTextError):
        decode("{" + text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "/* no comment */"} ', {"a": "/* no comment */"}),
        ('{"a": 1 /* one "quoted" */, "b": "\\"//"} // rest', {"a": 1, "b": '"//'}),
        ('{"a": 1} /* without an end', {"a": 1}),
        ('{"a": 1} "without an end', {"a": 1}),
    ],
)
def test_comments_are_skipped_and_what_follows_is_ignored(text: str, value: Any) -> None:
    assert decode(text) == value


def test_values_are_bounded_and_characters_are_not() -> None:
    assert decode("[" + "1," * (MAX_VALUES - 2) + "1]")[-1] == 1
    for text in ("[" + "[]," * MAX_VALUES + "[]]", "[" + "{}," * MAX_VALUES + "{}]", "[" * (MAX_VALUES + 1)):
        with pytest.raises(TooManyValuesError):
            decode(text)
    assert len(decode(json.dumps("x" * 8 * MAX_VALUES))) == 8 * MAX_VALUES


async def test_a_message_of_too_many_values_is_told_why() -> None:
    handler = Handler({}, cast(Any, None), None)
    reply = json.loads(await handler.handle("[" + "1," * MAX_VALUES + "1]", Nobody()))
    assert reply["error"]["code"] == -32700
    assert str(MAX_VALUES) in reply["error"]["message"]


@pytest.mark.parametrize("request_id", ["1e999", "-1e999", "9" * 400])
async def test_an_id_that_no_reply_could_repeat_is_refused(request_id: str) -> None:
    called: list[Any] = []

    async def ping(params: Any) -> Any:
        called.append(params)

    handler = Handler({"ping": ping}, cast(Any, None), RequestCache(lambda: 0.0))
    request = f'{{"jsonrpc": "2.0", "id": {request_id}, "method": "ping", "params": {{"sessionId": "s"}}}}'
    reply = json.loads(await handler.handle(request, Nobody()))
    assert (reply["id"], reply["error"]["code"], called) == (None, -32600, [])


async def test_others_get_their_turn_within_a_transaction() -> None:
    count = 500
    turns = most_between = since = 0

    async def execute(request: Any) -> dict[str, Any]:
        nonlocal since, most_between
        since += 1
        most_between = max(most_between, since)
        return {"result": {"value": "pong"}}

    async def other() -> None:
        nonlocal since, turns
        while True:
            since, turns = 0, turns + 1
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        operations = [{"id": number, "method": "ping"} for number in range(count)]
        result = await run_transaction({"operations": operations, "sessionId": "s"}, execute, Allowance())
        nursery.cancel_scope.cancel()
    assert len(result["value"]) == count
    assert turns > count // 10
    assert most_between <= 10


def transaction(*operations: dict[str, Any]) -> dict[str, Any]:
    """The operations with their ids, in a transaction."""
    numbered = [{"jsonrpc": "2.0", "id": number, **operation} for number, operation in enumerate(operations)]
    return {"method": "transaction", "params": {"operations": numbered}}


async def answer(server: Server, request: dict[str, Any]) -> dict[str, Any]:
    """What the server says to it."""
    async with open_client(server.control_url) as client:
        return await client.request_raw(request["method"], request["params"])


def error_of(reply: dict[str, Any]) -> str:
    """The first error in a reply, or in the replies within it; empty without one."""
    while "error" not in reply:
        value = reply["result"]["value"]
        if not isinstance(value, list):
            return ""
        reply = value[-1]
    return str(reply["error"]["message"])


async def test_references_of_one_message_stand_for_no_more_than_so_many_values(server: Server) -> None:
    """A reference to a list is cheap to write, and each transaction in a transaction takes the list once more."""
    pings = transaction(*[{"method": "ping"}] * 100)
    for references, inner in ((10_000, 1), (1_000, 10)):
        many = {"method": "ping", "params": {"x": ["newref:0"] * references}}
        reply = await answer(server, transaction(pings, *[transaction(many)] * inner))
        assert error_of(reply) == f"References stand for more than {MAX_REFERRED_VALUES} values"
    few = {"method": "ping", "params": {"x": ["newref:0"] * 10}}
    assert error_of(await answer(server, transaction(pings, transaction(few), few))) == ""


def test_long_texts_count_for_many_values() -> None:
    allowance = Allowance()
    for _ in range(10):
        allowance.refer_to("x" * 1_000_000)
    with pytest.raises(KurentoError, match="more than 250000 values"):
        allowance.refer_to({"x": ["x" * 10_000_000]})


async def test_transactions_lie_in_one_another_so_deep_and_no_deeper(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    for depth in (MAX_DEPTH, MAX_DEPTH + 1, 250):
        request: dict[str, Any] = {"method": "ping"}
        for _ in range(depth):
            request = transaction(request)
        reply = error_of(await answer(server, request))
        deep = (f"Transactions lie in one another {MAX_DEPTH} deep", f"Params are nested deeper than {MAX_LEVELS}")
        assert (reply == "") if depth == MAX_DEPTH else reply.startswith(deep), reply
    side_by_side = transaction(*[transaction({"method": "ping"})] * (3 * MAX_DEPTH))
    assert error_of(await answer(server, side_by_side)) == ""
    assert not [each for each in caplog.records if each.exc_info], "nothing that nobody foresaw"


def test_the_cache_is_bounded_by_size_too() -> None:
    cache = RequestCache(lambda: 0.0, capacity_characters=1_000)
    for request_id in range(100):
        cache.put("s", request_id, "x" * 97)  # 100 with its id and session, or 99
    assert len(cache) == 10
    assert cache.get("s", 89) is None
    assert cache.get("s", 90) is not None
    cache.put("s" * 900, 1, "y")
    assert cache.get("s", 99) is None, "names count as well"
    cache.put("s", "huge", "x" * 5_000)
    assert len(cache) == 0
    cache.put("s", "again", "x")
    cache.put("s", "again", "x" * 990)
    cache.put("s", "more", "x")
    assert [cache.get("s", each) for each in ("again", "more")] == [None, "x"], "one that is replaced counts once"


async def test_tags_and_names_of_an_object_are_bounded(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipeline = await client.create("MediaPipeline")
        long = "x" * (MAX_TAG_CHARACTERS // 2 - TAG_OVERHEAD - 1)
        for key in ("a", "b", "a"):  # one that is replaced counts once
            await client.invoke(pipeline, "addTag", key=key, value=long)
        with pytest.raises(KurentoError, match="Tags of an object may have") as refused:
            await client.invoke(pipeline, "addTag", key="c", value="")
        assert refused.value.code == 40107
        await client.invoke(pipeline, "removeTag", key="a")
        await client.invoke(pipeline, "addTag", key="c", value="")
        assert [tag["key"] for tag in await client.invoke(pipeline, "getTags")] == ["b", "c"]
        await client.invoke(pipeline, "setName", name="n" * MAX_NAME_CHARACTERS)
        with pytest.raises(KurentoError, match="A name may have"):
            await client.invoke(pipeline, "setName", name="n" * (MAX_NAME_CHARACTERS + 1))


async def test_a_message_in_pieces_without_end_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_PIECES", 100)
    piece = bytes([0, 0x80]) + bytes(4)
    async with (
        open_client(server.control_url) as other,
        await trio.open_tcp_stream("127.0.0.1", server.control_port) as endless,
    ):
        await endless.send_all(HANDSHAKE)
        assert (await endless.receive_some()).startswith(b"HTTP/1.1 101")
        await endless.send_all(bytes([1, 0x80]) + bytes(4) + 50 * piece)
        await until(lambda: 51 in [len(each._websocket._message_parts) for each in server.rpc._connections])
        [first] = [each for each in server.rpc._connections if each._websocket._message_parts]
        first.check(trio.current_time())
        await endless.send_all(50 * piece)
        await until(lambda: len(first._websocket._message_parts) == 101)
        first.check(trio.current_time())
        with trio.fail_after(PATIENCE_S):
            while await endless.receive_some():
                pass
        assert server.rpc.connection_count == 1
        assert await other.request("ping") == {"value": "pong"}
        assert (await other.request("describe", {"object": MANAGER_ID}))["type"] == "ServerManager"
