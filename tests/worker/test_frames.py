"""Messages on a stream socket: in whatever pieces they come, and what is no message."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.worker.frames import MAX_MESSAGE_BYTES, FrameError, FrameReader, read_first, write_frame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
MESSAGES = st.lists(st.dictionaries(st.text(), JSON), max_size=5)


@given(MESSAGES, st.lists(st.integers(1, 20)))
def test_messages_come_through_in_any_pieces(messages: list[dict[str, Any]], sizes: list[int]) -> None:
    data = b"".join(map(write_frame, messages))
    reader = FrameReader()
    read = []
    for size in sizes:
        read += reader.feed(data[:size])
        data = data[size:]
    assert [*read, *reader.feed(data)] == messages


@given(st.lists(st.binary()))
def test_what_is_no_message_raises_nothing_else(pieces: list[bytes]) -> None:
    reader = FrameReader()
    with contextlib.suppress(FrameError):
        for piece in pieces:
            reader.feed(piece)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (struct.pack("!I", MAX_MESSAGE_BYTES + 1), "expected at most"),
        (struct.pack("!I", 2) + b"[]", "expected an object"),
        (struct.pack("!I", 3) + b"{x}", "expected JSON"),
        (struct.pack("!I", 100_000) + b"[" * 100_000, "expected JSON"),
    ],
)
def test_says_what_is_wrong(data: bytes, text: str) -> None:
    with pytest.raises(FrameError, match=text):
        FrameReader().feed(data)


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(ValueError, match="longer than"):
        write_frame({"x": "a" * MAX_MESSAGE_BYTES})


def test_first_message_is_read_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(write_frame({"a": 1}) + write_frame({"b": 2})[:6])
        assert read_first(theirs) == {"a": 1}
        assert theirs.recv(100) == write_frame({"b": 2})[:6]
        ours.sendall(struct.pack("!I", 10) + b"{")
        ours.close()
        with pytest.raises(FrameError, match="expected 10 bytes, got 1"):
            read_first(theirs)
