"""ChannelData, messages cut out of a stream, and URLs of servers."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kms_trio.rtc.stun import MessageClass, build_message
from kms_trio.rtc.turn import StreamReader, TurnError, TurnServer, TurnTransport, parse_turn_url
from kms_trio.rtc.turn.framing import channel_data, is_channel_data, read_channel_data

STUN = build_message(MessageClass.REQUEST, bytes(12), [], key=None)


def test_channel_data_bytes() -> None:
    assert channel_data(0x4001, b"abcde", padded=False) == bytes.fromhex("4001 0005 61 62 63 64 65")
    assert channel_data(0x4001, b"abcde", padded=True) == bytes.fromhex("4001 0005 61 62 63 64 65 000000")
    assert read_channel_data(bytes.fromhex("4001 0005 61 62 63 64 65 000000")) == (0x4001, b"abcde")
    assert is_channel_data(b"\x4f")
    assert not is_channel_data(b"\x50")
    assert not is_channel_data(b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x40\x00\x00", "at least 4 bytes"),
        (b"\x40\x00\x00\x05abcd", "5 bytes announced, 4 came"),
        (b"\x50\x00\x00\x00", "no channel number"),
    ],
)
def test_malformed_channel_data(data: bytes, reason: str) -> None:
    with pytest.raises(TurnError, match=reason):
        read_channel_data(data)


@given(st.lists(st.sampled_from([STUN, channel_data(0x4000, b"abcde", padded=True)]), max_size=6), st.data())
def test_a_stream_is_cut_alike_however_it_arrives(messages: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(messages)
    reader = StreamReader()
    got: list[bytes] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        got += reader.feed(stream[:size])
        stream = stream[size:]
    assert got == messages


@pytest.mark.parametrize("start", [b"\x80\x00\x00\x00", b"\x15\x03\x03\x00\x02\x02\x28\x00", b"\x00\x01\x00\x03"])
def test_a_stream_that_is_something_else(start: bytes) -> None:
    with pytest.raises(TurnError, match="neither STUN nor ChannelData"):
        StreamReader().feed(start)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_fuzz_stream(chunks: list[bytes]) -> None:
    reader = StreamReader()
    try:
        for chunk in chunks:
            reader.feed(chunk)
    except TurnError:
        pass


@given(st.binary(max_size=40))
@example(bytes.fromhex("4000000378797a00"))
def test_fuzz_channel_data(data: bytes) -> None:
    try:
        number, payload = read_channel_data(data)
    except TurnError:
        return
    assert 0x4000 <= number <= 0x4FFF
    assert len(payload) <= len(data) - 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user:password@198.51.100.1:3478", TurnServer("user", "password", "198.51.100.1", 3478)),
        ("u:p@turn.example.org:443?transport=tls", TurnServer("u", "p", "turn.example.org", 443, TurnTransport.TLS)),
        ("u:p@[2001:db8::1]:3478?transport=tcp", TurnServer("u", "p", "2001:db8::1", 3478, TurnTransport.TCP)),
        ("1700000000:alice:q1+/w==@h:1?transport=udp", TurnServer("1700000000:alice", "q1+/w==", "h", 1)),
        (" u:p@ss@h:1 ", TurnServer("u", "p@ss", "h", 1)),
    ],
)
def test_urls(text: str, expected: TurnServer) -> None:
    assert parse_turn_url(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "198.51.100.1:3478", "user@h:1", "u:p@h", "u:p@h:0", "u:p@h:70000", "u:p@h:1?transport=sctp", "u:p w@h:1"],
)
def test_what_is_no_url_is_not_repeated(text: str) -> None:
    with pytest.raises(TurnError) as caught:
        parse_turn_url(text)
    assert not text or text not in str(caught.value)


@given(st.text(max_size=60))
@example("u:p@h:1")
def test_fuzz_url(text: str) -> None:
    try:
        server = parse_turn_url(text)
    except TurnError:
        return
    assert 0 < server.port < 65536


def test_secrets_are_in_no_text_of_a_server() -> None:
    server = parse_turn_url("user:secret@198.51.100.1:3478")
    assert str(server) == "<user:password>@198.51.100.1:3478"
    assert "secret" not in repr(server)
    assert parse_turn_url("u:p@[2001:db8::1]:1").address == "[2001:db8::1]:1"
