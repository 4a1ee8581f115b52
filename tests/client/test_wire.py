"""Values on the wire: what is written, what is read, and that nothing that a server sends does more than raise."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.client import ClientError, KurentoError, ProtocolError
from kms_trio.client.core import ElementConnected, MediaPipeline, MediaType, PassThrough, Stats
from kms_trio.client.core.module import MODULE as CORE
from kms_trio.client.core.types import ElementConnectionData, Fraction, RTCInboundRTPStreamStats, VideoCaps, VideoCodec
from kms_trio.client.elements import IceCandidateFound
from kms_trio.client.elements.module import MODULE as ELEMENTS
from kms_trio.client.events import EventQueue, EventRouter, Overflow, Sink
from kms_trio.client.kurento import OWN_PACKAGES
from kms_trio.client.module import Modules
from kms_trio.client.pending import read_reply
from kms_trio.client.recorder import Recorder
from kms_trio.client.session import Options, Session
from kms_trio.client.wire import Reader, write
from kms_trio.dispatch import TypeRef

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@attrs.frozen
class Handle:
    """An object of no connection."""

    python: type[Any]
    id: str


READER = Reader(Modules(OWN_PACKAGES), Handle)
STATS = TypeRef("Stats", "<>", "register", Stats)


def test_registers_are_written_with_their_type() -> None:
    caps = VideoCaps(codec=VideoCodec.VP8, framerate=Fraction(numerator=30, denominator=1))
    assert write({"caps": [caps, None, True, 1.5, MediaType.AUDIO]}) == {
        "caps": [
            {
                "__module__": "kurento",
                "__type__": "VideoCaps",
                "codec": "VP8",
                "framerate": {"__module__": "kurento", "__type__": "Fraction", "numerator": 30, "denominator": 1},
            },
            None,
            True,
            1.5,
            "AUDIO",
        ]
    }
    with pytest.raises(TypeError, match="cannot be sent: <object"):
        write([object()])


def test_registers_are_read_as_what_they_are() -> None:
    sent = {"__module__": "kurento", "__type__": "Fraction", "numerator": 25.0, "denominator": 1, "newer": "field"}
    fraction = TypeRef("Fraction", "", "register", Fraction)
    assert READER.result(sent, fraction, "x") == Fraction(numerator=25, denominator=1)
    names = RTCInboundRTPStreamStats.WIRE_NAMES
    numbers = dict.fromkeys(names.values(), 0)
    texts = dict.fromkeys(("id", "ssrc", "associateStatsId", "mediaTrackId", "transportId", "codecId"), "")
    entry = numbers | texts | {"type": "inboundrtp", "__module__": "kurento", "__type__": "RTCInboundRTPStreamStats"}
    assert isinstance(READER.result({"a": entry | {"isRemote": False}}, STATS, "x")["a"], Stats)


def test_objects_are_read_by_what_their_ids_say() -> None:
    for object_id, expected in (
        ("1_kurento.MediaPipeline/2_kurento.PassThrough", PassThrough),
        ("1_kurento.MediaPipeline", None),  # no MediaElement, so what was declared
        ("1_other.Thing", None),
        ("x", None),
    ):
        connection = {"source": object_id, "sink": "1_kurento.MediaPipeline/3_kurento.PassThrough", "type": "VIDEO"}
        connection |= {"sourceDescription": "default", "sinkDescription": "default"}
        read = READER.result(connection, TypeRef("x", "", "register", ElementConnectionData), "x")
        assert read.source.python is (expected or CORE.handles["MediaElement"])
    assert READER.result(None, TypeRef("MediaPipeline", "", "remote", MediaPipeline), "x") is None
    assert READER.result(None, TypeRef("MediaPipeline", "[]", "remote", MediaPipeline), "x") == ()
    assert READER.result({"anything": 1}, None, "x") is None


@pytest.mark.parametrize(
    ("value", "type_ref", "text"),
    [
        (3, TypeRef("String", "", "primitive", str), "x: expected a string, found 3"),
        (True, TypeRef("int", "", "primitive", int), "x: expected a whole number, found True"),
        (1.5, TypeRef("int", "", "primitive", int), "x: expected a whole number, found 1.5"),
        ("1", TypeRef("float", "", "primitive", float), "x: expected a number, found '1'"),
        (10**400, TypeRef("float", "", "primitive", float), "x: expected a number of 64 bits"),
        ("SMELL", TypeRef("MediaType", "", "enum", MediaType), "x: expected one of AUDIO, DATA, VIDEO, found 'SMELL'"),
        ([], TypeRef("MediaType", "", "enum", MediaType), "x: expected one of AUDIO"),
        ([1, "a"], TypeRef("int", "[]", "primitive", int), r"x\[1\]: expected a whole number, found 'a'"),
        ({"a": "b"}, TypeRef("int", "<>", "primitive", int), "x.a: expected a whole number"),
        ({"numerator": 1}, TypeRef("Fraction", "", "register", Fraction), "x.denominator is missing"),
        ("x" * 500, TypeRef("int", "", "primitive", int), r"found 'xxx.*\.\.\."),
    ],
)
def test_what_does_not_fit_is_told(value: Any, type_ref: TypeRef, text: str) -> None:
    with pytest.raises(ProtocolError, match=text):
        READER.result(value, type_ref, "x")


RESULTS = [
    operation.returns
    for module in (CORE, ELEMENTS)
    for table in module.classes.values()
    for operation in table.operations.values()
    if operation.returns is not None
]


@given(JSON, st.sampled_from(RESULTS))
def test_fuzz_results(value: Any, type_ref: TypeRef) -> None:
    with contextlib.suppress(ProtocolError):
        READER.result(value, type_ref, "result")


@given(JSON, st.sampled_from([*CORE.events.values(), *ELEMENTS.events.values()]))
def test_fuzz_events(data: Any, event_type: type[Any]) -> None:
    with contextlib.suppress(ProtocolError):
        READER.event(data, event_type)


@given(st.dictionaries(st.sampled_from(["result", "error", "id"]), JSON, max_size=3))
def test_fuzz_replies(message: dict[str, Any]) -> None:
    with contextlib.suppress(ProtocolError, KurentoError):
        read_reply(message, "create")


@given(JSON)
def test_fuzz_transactions(result: Any) -> None:
    recorder = Recorder()
    recorder.record_create({})
    recorder.record("invoke", {}, lambda value: READER.result(value, STATS, "x"))
    with contextlib.suppress(ClientError, KurentoError):
        recorder.settle(result)


@given(st.binary(max_size=40) | st.text(max_size=40) | JSON.map(json.dumps))
def test_fuzz_messages(text: str | bytes) -> None:
    session = Session(Options("ws://localhost"), None)
    event = session._sort(json.dumps({"method": "onEvent", "params": {"value": {"object": "o", "type": "t"}}}))
    assert event is None
    session._sort(text)


def test_events_go_where_they_belong() -> None:
    router = EventRouter()
    woken: list[None] = []
    queue = EventQueue(2, Overflow.DROP_OLDEST, lambda: woken.append(None))
    for event_type in (IceCandidateFound, ElementConnected):
        router.add(Sink("a/b", event_type, queue))
    for object_id, name in (("a/b", "IceCandidateFound"), ("a", "IceCandidateFound"), ("a/b", "EndOfStream")):
        router.route(object_id, name, {"n": object_id})
    assert queue.take() == (IceCandidateFound, {"n": "a/b"})
    assert not queue.ready
    router.object_gone("a/bc")
    assert not queue.ready
    router.object_gone("a")
    assert (queue.ready, queue.take(), len(woken)) == (True, None, 2)
