"""What the server and a host say to each other: it comes through, and nothing else gets past the readers."""

from __future__ import annotations

import contextlib
import json
import os
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.hosting.data_json import message_from_json, message_to_json
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.memory import MAX_BLOCK_BYTES, SharedReader, SharedWriter
from kms_trio.hosting.messages import MessageReader, write_message
from kms_trio.hosting.process import describe_exit
from kms_trio.hosting.unit_header import HEADER_BYTES, Kind, Shape, UnitHeader
from kms_trio.hosting.unit_socket import MAX_NOTE_BYTES, UnitSocket, unit_sockets
from kms_trio.hosting.units import UnitPacker
from kms_trio.media.frames import DataMessage
from kms_trio.objects.filter_traits import FilterTraits
from kms_trio.testing.clips import numbered_picture, picture_number, tone

HEADER = UnitHeader(Kind.WORK, 7, Shape.YUV420, 160, 120, -5, 0, 1, 5)


def pair() -> tuple[UnitSocket, UnitSocket]:
    ours, theirs = unit_sockets()
    return UnitSocket(ours), UnitSocket(theirs)


def sent(frame: object, *, luma_only: bool = False) -> object:
    """A frame as it arrives."""
    ours, theirs = pair()
    ours.send_unit(*UnitPacker(luma_only=luma_only).pack(frame, Kind.WORK, 1))
    header = theirs.receive(10.0)
    assert isinstance(header, UnitHeader)
    return theirs.frame(header)


@given(st.binary(max_size=64))
def test_bytes_that_are_no_header_are_refused(data: bytes) -> None:
    with contextlib.suppress(HostProtocolError):
        assert UnitHeader.read(data).write() == data


@given(st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES))
def test_a_header_names_a_size_that_a_block_can_have(data: bytes) -> None:
    with contextlib.suppress(HostProtocolError):
        assert 0 <= UnitHeader.read(bytes([2, 2]) + data[2:]).size_bytes < 2 * MAX_BLOCK_BYTES


@given(st.lists(st.binary(max_size=40)))
def test_bytes_that_are_no_messages_are_refused(pieces: list[bytes]) -> None:
    reader = MessageReader()
    with contextlib.suppress(HostProtocolError):
        for piece in pieces:
            assert all(isinstance(message, dict) for message in reader.feed(piece))


@given(st.lists(st.dictionaries(st.text(), st.none() | st.integers() | st.text())), st.integers(1, 20))
def test_messages_come_through_in_whatever_pieces(messages: list[dict[str, object]], size: int) -> None:
    reader, data = MessageReader(), b"".join(map(write_message, messages))
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert [message for piece in pieces for message in reader.feed(piece)] == messages


@given(st.recursive(st.none() | st.booleans() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x)))
def test_json_that_is_no_data_message_is_refused(value: object) -> None:
    with contextlib.suppress(HostProtocolError):
        message_from_json(value)
    with contextlib.suppress(HostProtocolError):
        message_from_json({"data": value, "text": True, "label": ""})
    with contextlib.suppress(HostProtocolError):
        FilterTraits.read(value)


def test_a_header_reads_as_it_was_written() -> None:
    assert UnitHeader.read(HEADER.write()) == HEADER
    assert UnitHeader.read(UnitHeader(Kind.NOTHING, 1).write()).pts is None


def test_what_cannot_be_json_is_refused() -> None:
    for wrong in (object(), float("nan")):
        with pytest.raises(HostProtocolError, match="expected what JSON can say"):
            write_message({"x": wrong})


@pytest.mark.parametrize("format", ["yuv420p", "gray", "bgr24", "yuvj420p", "yuv444p", "nv12"])
@pytest.mark.parametrize("size", [(160, 120), (162, 122), (161, 121), (64, 48)])
def test_pictures_of_all_formats_and_sizes_arrive(format: str, size: tuple[int, int]) -> None:
    picture = numbered_picture(700).reformat(*size, format=format)
    picture.pts, picture.time_base = 4500, Fraction(1, 90_000)
    arrived = sent(picture)
    assert isinstance(arrived, av.VideoFrame)
    assert (arrived.width, arrived.height, arrived.pts, arrived.time_base) == (*size, 4500, Fraction(1, 90_000))
    assert arrived.format.name == ("gray" if format == "gray" else "yuv420p")
    assert picture_number(arrived) == 700


def test_luma_alone_crosses_for_who_looks_at_nothing_else() -> None:
    picture = numbered_picture(3)
    arrived = sent(picture, luma_only=True)
    assert isinstance(arrived, av.VideoFrame)
    assert arrived.format.name == "gray"
    assert np.array_equal(arrived.to_ndarray(), picture.to_ndarray()[:120])


def test_samples_arrive() -> None:
    block = tone(440, 960, 960)
    arrived = sent(block)
    assert isinstance(arrived, av.AudioFrame)
    assert np.array_equal(arrived.to_ndarray(), block.to_ndarray())
    assert (arrived.pts, arrived.sample_rate) == (960, 48_000)


def test_memory_is_made_anew_only_when_it_is_too_small() -> None:
    writer = SharedWriter()
    writer.room(100)
    first = writer.unsent_file
    assert first is not None
    writer.sent()
    writer.room(4096)
    assert writer.unsent_file is None
    writer.room(4097)
    assert writer.unsent_file is not None
    writer.close()
    with pytest.raises(HostProtocolError, match="expected at most"):
        writer.room(MAX_BLOCK_BYTES + 1)


def test_memory_that_could_shrink_is_refused() -> None:
    reader = SharedReader()
    unsealed = os.memfd_create("unsealed", os.MFD_ALLOW_SEALING)
    os.ftruncate(unsealed, 4096)
    with pytest.raises(HostProtocolError, match="expected sealed memory, got 4096 bytes"):
        reader.adopt(unsealed)
    read_end, write_end = os.pipe()
    os.close(write_end)
    with pytest.raises(HostProtocolError, match="expected sealed memory, got a file that is none"):
        reader.adopt(read_end)
    with pytest.raises(HostProtocolError, match="expected at most 0 bytes of the block"):
        reader.view(1)


def test_a_header_larger_than_its_memory_is_refused() -> None:
    ours, theirs = unit_sockets()
    wire = UnitSocket(ours)
    with theirs:
        theirs.send(HEADER.write())
        header = wire.receive(10.0)
        assert isinstance(header, UnitHeader)
        with pytest.raises(HostProtocolError, match="expected at most 0 bytes"):
            wire.frame(header)
        theirs.send(b"x" * (MAX_NOTE_BYTES + 2))
        with pytest.raises(HostProtocolError, match="expected at most"):
            wire.receive(10.0)


def test_notes_and_the_end_come_through() -> None:
    ours, theirs = pair()
    theirs.send_note(json.dumps({"a": 1}).encode())
    assert ours.receive(10.0) == b'{"a": 1}'
    assert ours.receive(0.0) is None
    with pytest.raises(HostProtocolError, match="expected at most"):
        theirs.send_note(b" " * (MAX_NOTE_BYTES + 1))
    theirs.end()
    with pytest.raises(HostGoneError):
        ours.receive(10.0)
    with pytest.raises(HostGoneError):
        ours.send_unit(UnitHeader(Kind.NOTHING, 1))


def test_data_messages_come_through() -> None:
    message = message_from_json(message_to_json(DataMessage(b"\x00\xff", False, "label")))
    assert (message.data, message.is_text, message.label) == (b"\x00\xff", False, "label")


def test_how_a_process_ended_is_said_in_words() -> None:
    assert [describe_exit(code) for code in (0, 3, -11, -9, -64)] == [
        "ended with exit code 0",
        "ended with exit code 3",
        "was killed by SIGSEGV",
        "was killed by SIGKILL",
        "was killed by SIGRTMAX",
    ]
