"""Reading and writing wire JSON: leniency, messages, registers and their subtypes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.dispatch import TypeRef
from kms_trio.errors import KurentoError
from kms_trio.generated.core import events, interfaces, types
from kms_trio.generated.core.module import MODULE
from kms_trio.objects.directory import Directory
from kms_trio.objects.marshal import Marshaller

MARSHALLER = Marshaller(Directory(), {"core": MODULE})

STRING = TypeRef("String", "", "primitive", str)
BOOLEAN = TypeRef("boolean", "", "primitive", bool)
INT = TypeRef("int", "", "primitive", int)
INT64 = TypeRef("int64", "", "primitive", int)
DOUBLE = TypeRef("double", "", "primitive", float)
STRINGS = TypeRef("String", "[]", "primitive", str)
NUMBERS = TypeRef("int", "<>", "primitive", int)
MEDIA_TYPE = TypeRef("MediaType", "", "enum", types.MediaType)
VIDEO_CAPS = TypeRef("VideoCaps", "", "register", types.VideoCaps)
CODEC = TypeRef("CodecConfiguration", "", "register", types.CodecConfiguration)
SERVER_INFO = TypeRef("ServerInfo", "", "register", types.ServerInfo)
ELEMENT = TypeRef("MediaElement", "", "remote", interfaces.MediaElementInterface)


@pytest.mark.parametrize(
    ("type_ref", "value", "expected"),
    [
        (STRING, "x", "x"),
        (STRING, None, ""),
        (STRING, 5, "5"),
        (STRING, 1.5, "1.5"),
        (STRING, True, "true"),
        (BOOLEAN, 1, True),
        (BOOLEAN, 0.0, False),
        (BOOLEAN, None, False),
        (BOOLEAN, "true", True),
        (INT, 1.9, 1),
        (INT, "12", 12),
        (INT, "-3", -3),
        (INT, True, 1),
        (INT, None, 0),
        (INT, 2**31 - 1, 2**31 - 1),
        (INT64, -(2**63), -(2**63)),
        (DOUBLE, 3, 3.0),
        (DOUBLE, "0.5", 0.5),
        (STRINGS, ["a", 1], ["a", "1"]),
        (NUMBERS, {"a": 1}, {"a": 1}),
        (MEDIA_TYPE, "VIDEO", types.MediaType.VIDEO),
    ],
)
def test_lenient_reading(type_ref: TypeRef, value: Any, expected: Any) -> None:
    actual = MARSHALLER.read_parameter(value, type_ref, "p")
    assert actual == expected
    assert type(actual) is type(expected)


@pytest.mark.parametrize(
    ("type_ref", "value", "message"),
    [
        (STRING, [], "'p' parameter should be a string"),
        (STRING, {}, "'p' parameter should be a string"),
        (BOOLEAN, "yes", "'p' parameter should be a boolean"),
        (INT, "a", "'p' parameter should be a integer"),
        (INT, "²", "'p' parameter should be a integer"),
        (INT, 2**31, "'p' parameter should be a integer"),
        (INT, [1], "'p' parameter should be a integer"),
        (INT64, 2**63, "'p' parameter should be a int64"),
        (INT64, 1e300, "'p' parameter should be a int64"),
        (DOUBLE, "inf", "'p' parameter should be a double"),
        (DOUBLE, 10**400, "'p' parameter should be a double"),
        (STRINGS, "a", "'p' parameter should be a list"),
        (STRINGS, [[]], "'p' parameter should be a string"),
        (NUMBERS, [], "'p' parameter should be a map"),
        (MEDIA_TYPE, "video", "Invalid value for 'MediaType'"),
        (MEDIA_TYPE, 5, "Invalid value for 'MediaType'"),
        (MEDIA_TYPE, {}, "'p' parameter should be a string"),
        (VIDEO_CAPS, 5, "'p' parameter should be a object"),
        (VIDEO_CAPS, {}, "'codec' property should be a string"),
        (VIDEO_CAPS, {"codec": "XX"}, "Invalid value for 'VideoCodec'"),
        (VIDEO_CAPS, {"codec": "VP8"}, "'framerate' property should be a object"),
        (VIDEO_CAPS, {"codec": "VP8", "framerate": 5}, "'framerate' property should be a object"),
        (VIDEO_CAPS, {"codec": "VP8", "framerate": {"numerator": "x"}}, "'numerator' property should be a integer"),
        (CODEC, {"properties": []}, "'properties' property should be a map"),
        (SERVER_INFO, {"version": "7", "modules": 5}, "'modules' property should be a list"),
    ],
)
def test_what_does_not_fit(type_ref: TypeRef, value: Any, message: str) -> None:
    with pytest.raises(KurentoError) as mismatch:
        MARSHALLER.read_parameter(value, type_ref, "p")
    assert (mismatch.value.code, mismatch.value.message) == (40001, message)


def test_register_with_and_without_its_type() -> None:
    caps = {"codec": "VP8", "framerate": {"numerator": 10, "denominator": 1}}
    expected = types.VideoCaps(codec=types.VideoCodec.VP8, framerate=types.Fraction(numerator=10, denominator=1))
    typed = {**caps, "__module__": "kurento", "__type__": "VideoCaps"}
    assert MARSHALLER.read_parameter(caps, VIDEO_CAPS, "caps") == expected
    assert MARSHALLER.read_parameter(typed, VIDEO_CAPS, "caps") == expected
    written = MARSHALLER.write(expected)
    assert written["framerate"] == {
        "__module__": "kurento",
        "__type__": "Fraction",
        "numerator": 10,
        "denominator": 1,
    }
    assert MARSHALLER.read_parameter(written, VIDEO_CAPS, "caps") == expected


def test_subtype_of_a_register() -> None:
    stats = TypeRef("Stats", "", "register", types.Stats)
    value = {
        "__module__": "kurento",
        "__type__": "ElementStats",
        "id": "x",
        "type": "element",
        "timestampMillis": 1,
        "inputLatency": [],
    }
    read = MARSHALLER.read_parameter(value, stats, "p")
    assert isinstance(read, types.ElementStats)
    with pytest.raises(KurentoError) as mismatch:
        MARSHALLER.read_parameter({**value, "__type__": "Tag"}, stats, "p")
    assert (mismatch.value.code, mismatch.value.message) == (40003, "Type Tag is not compatible")
    with pytest.raises(KurentoError) as mismatch:
        MARSHALLER.read_parameter({**value, "__type__": "NoSuchType"}, stats, "p")
    assert mismatch.value.code == -32603


def test_defaults_of_optional_properties() -> None:
    options = TypeRef("OfferOptions", "", "register", types.OfferOptions)
    read = MARSHALLER.read_parameter({"offerToReceiveAudio": False, "offerToReceiveVideo": None}, options, "options")
    assert read == types.OfferOptions(offer_to_receive_audio=False, offer_to_receive_video=True)


def test_what_is_not_set_is_not_written() -> None:
    assert MARSHALLER.write(types.CodecConfiguration()) == {
        "__module__": "kurento",
        "__type__": "CodecConfiguration",
    }


def test_event_is_written_without_its_module() -> None:
    event = events.MediaFlowInStateChanged(
        state=types.MediaFlowState.FLOWING, pad_name="default", media_type=types.MediaType.AUDIO
    )
    assert json.loads(json.dumps(MARSHALLER.write_event(event))) == {
        "timestampMillis": "",
        "tags": [],
        "type": "MediaFlowInStateChanged",
        "state": "FLOWING",
        "padName": "default",
        "mediaType": "AUDIO",
    }


def test_number_that_json_does_not_know_is_null() -> None:
    assert MARSHALLER.write(math.nan) is None
    assert MARSHALLER.write([math.inf, 1.0]) == [None, 1.0]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=12), children, max_size=3),
    max_leaves=8,
)


@given(ANY_JSON, st.sampled_from([STRING, BOOLEAN, INT, INT64, DOUBLE, STRINGS, NUMBERS, MEDIA_TYPE, CODEC, ELEMENT]))
def test_nothing_but_the_declared_error(value: Any, type_ref: TypeRef) -> None:
    try:
        MARSHALLER.read_parameter(value, type_ref, "p")
    except KurentoError as error:
        assert error.code in (40001, 40101, 40109)
