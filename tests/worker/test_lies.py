"""A worker that lies, as one that a stranger has taken over would: it loses its pipelines, and nobody else anything."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import socket
import struct
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.app import Server
from kms_trio.log.formats import JsonFormatter, KurentoFormatter
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import open_client
from kms_trio.worker import said
from kms_trio.worker.channel import Channel
from kms_trio.worker.figures import Figures
from kms_trio.worker.frames import FrameError
from kms_trio.worker.report import WorkerReport
from tests.worker.test_death import link_of, pipelines_apart

REPORT = WorkerReport(
    cpu=0.1, loop_cpu=0.1, lateness_s=0.0, memory_bytes=1, pipelines=1, objects=1, figures=Figures()
).to_message()
LOG = {"name": "x", "msg": "y", "levelno": 30, "levelname": "WARNING"}

LIES: list[dict[str, Any]] = [
    {"reply": "1", "result": None},
    {"reply": 1},
    {"reply": 1, "error": "all is lost"},
    {"reply": 1, "error": ["1", "2", "3"]},
    {"reply": 1, "result": {}, "known": 7, "legacy": False},
    {"reply": 1, "result": 5, "known": True, "legacy": False, "lasts": True},
    {"reply": 1, "result": {}, "known": True, "legacy": False, "lasts": True},
    {"forget": ["x"]},
    {"event": []},
    {"event": [["s"], "name", "id", "data"]},
    {"event": [[["s"]], "name", "id", {}]},
    {"born": {}},
    {"born": 5},
    {"died": None},
    {"died": ["x"]},
    {"report": {}},
    {"report": 5},
    {"report": REPORT | {"cpu": math.nan}},
    {"report": REPORT | {"pipelines": "many"}},
    {"report": REPORT | {"figures": {"counters": {"a": "b"}}}},
    {"report": REPORT | {"more": 1}},
    {"log": []},
    {"log": LOG | {"levelno": "high"}},
    {"log": LOG | {"msg": None}},
    {"log": LOG | {"created": "today"}},
    {"log": LOG | {"created": math.inf}},
    {"log": LOG | {"created": 1e18}},
    {"log": LOG | {"args": [1]}},
    {"log": LOG | {"getMessage": "y"}},
    {"listen": 1, "host": None, "port": 70_000, "back": "kms-trio-x"},
    {"listen": 1, "host": None, "port": 80, "back": "/somebody-elses"},
    {"failed": 5},
]


@pytest.mark.parametrize("lie", LIES, ids=str)
async def test_what_no_worker_says_is_refused(server: Server, lie: dict[str, Any]) -> None:
    assert server.pool is not None
    with pytest.raises(FrameError, match="expected"):
        await server.pool.links[0]._take(lie)


async def test_a_worker_cannot_speak_for_the_objects_of_another(server: Server) -> None:
    async with open_client(server.control_url) as client:
        first, second = await pipelines_apart(server, client)
        liar, victim = link_of(server, first), link_of(server, second)
        for lie in ({"died": second}, {"born": f"{second}/x"}):
            with pytest.raises(FrameError, match="of another one"):
                await liar._take(lie)
        with pytest.raises(FrameError, match="expected an event that clients can be told"):
            await liar._take({"event": [[client.session_id], "Error", first, {"errorCode": math.inf}]})
        assert link_of(server, second) is victim
        assert await client.invoke(second, "getName")


async def test_a_worker_that_says_what_makes_no_sense_is_replaced(fresh_server: Server) -> None:
    async with open_client(fresh_server.control_url) as client:
        lost, kept = await pipelines_apart(fresh_server, client)
        await client.subscribe(lost, "Error")
        link = link_of(fresh_server, lost)
        ours, theirs = socket.socketpair()
        # From now on the control process hears what this test says in place of the worker.
        real, link._channel._socket = link._channel._socket, ours
        ours.setblocking(False)
        trio.lowlevel.notify_closing(real)
        real.close()
        with theirs:
            theirs.send(struct.pack("!I", 12) + b'{"reply":"x"')
            await client.expect("Error", lost)
        assert await client.invoke(kept, "getName")
        await until(lambda: all(status.up for status in fresh_server.workers))


async def test_bytes_that_are_no_message_end_a_channel_with_that_very_error() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)

    async def take(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    with theirs, trio.fail_after(PATIENCE_S):
        theirs.send(struct.pack("!I", 2) + b"[]")
        with pytest.raises(FrameError, match="expected an object"):
            await channel.run(take)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.dictionaries(st.sampled_from(["result", "error", "known", "legacy", "host", "port", "back"]), JSON))
def test_fuzz_what_a_worker_says(value: Any, more: dict[str, Any]) -> None:
    for key, read in (
        ("reply", said.read_reply),
        ("event", said.read_event),
        ("report", said.read_report),
        ("log", said.read_log),
        ("listen", said.read_listen),
        ("failed", said.read_failure),
    ):
        with contextlib.suppress(FrameError):
            read({**more, key: value})
    with contextlib.suppress(FrameError):
        said.read_object({"born": value}, "born")


@given(st.sampled_from(sorted(REPORT)), JSON)
def test_fuzz_reports_that_are_nearly_right(field: str, value: Any) -> None:
    with contextlib.suppress(FrameError):
        report = said.read_report({"report": REPORT | {field: value}})
        assert math.isfinite(report.cpu + report.loop_cpu + report.lateness_s)


@given(st.sampled_from([*said.LOG_TYPES, "args", "getMessage"]), JSON)
def test_fuzz_records_that_are_nearly_right_become_lines(field: str, value: Any) -> None:
    try:
        fields = said.read_log({"log": LOG | {field: value}})
    except FrameError:
        return
    record = logging.makeLogRecord(fields)
    assert fields["msg"] in KurentoFormatter().format(record)
    assert json.loads(JsonFormatter().format(record))["message"] == fields["msg"]
