"""Hostile frames and bytes over a real socket: the server answers or closes, and the next client is served."""

from __future__ import annotations

import contextlib
import json
import struct
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.settings import Settings
from tests.rpc.frames import FRAME, MUTATED, fill, searches
from tests.rpc.plain_socket import BINARY, FINAL, TEXT, ClosedError, PlainSocket, open_plain_socket
from tests.rpc.server_thread import ServerThread, run_server_thread

PING = '{"jsonrpc":"2.0","id":"last","method":"ping"}'


@pytest.fixture(scope="module")
def thread() -> Iterator[ServerThread]:
    with run_server_thread(Settings()) as running:
        yield running


def served(port: int) -> bool:
    """Whether a new client gets its answer."""
    with open_plain_socket(port) as client:
        client.send(PING)
        [reply] = client.read_until("last")
        return bool(json.loads(reply)["result"]["value"] == "pong")


def make(client: PlainSocket) -> tuple[str, str]:
    """Create the objects that frames may name."""
    ids: list[str] = []
    session = str(uuid.uuid4())  # an old one would get its old replies again
    for type_name in ("MediaPipeline", "WebRtcEndpoint"):
        parameters = {"mediaPipeline": ids[0]} if ids else {}
        params = {"type": type_name, "constructorParams": parameters, "sessionId": session}
        request = {"jsonrpc": "2.0", "id": f"make {type_name}", "method": "create", "params": params}
        client.send(json.dumps(request))
        ids.append(json.loads(client.read_until(request["id"])[-1])["result"]["value"])
    return ids[0], ids[1]


@searches(60)
@given(frames=st.lists(FRAME | MUTATED, min_size=1, max_size=12))
def test_fuzz_every_frame_is_answered(thread: ServerThread, frames: list[str | bytes]) -> None:
    with open_plain_socket(thread.port) as client:
        pipeline, element = make(client)
        for frame in frames:
            client.send(fill(frame, pipeline, element))
        client.send(PING)
        assert len(client.read_until("last")) == len(frames) + 1
    assert served(thread.port)
    thread.release_all()


@searches(60)
@given(first=st.binary(max_size=200), handshake=st.booleans())
def test_fuzz_bytes_that_are_no_frames(thread: ServerThread, first: bytes, handshake: bool) -> None:
    with open_plain_socket(thread.port, handshake=handshake) as client, contextlib.suppress(ClosedError):
        client.send_bytes(first)
        assert served(thread.port)
    assert served(thread.port)


OPCODES = st.sampled_from([0x0, TEXT, BINARY, 0x3, 0x8, 0x9, 0xA, 0xB])
FIRST_BITS = st.sampled_from([0, FINAL, 0x40, 0x70])


@searches(60)
@given(parts=st.lists(st.tuples(OPCODES, FIRST_BITS, st.binary(max_size=130)), max_size=6))
def test_fuzz_frames_out_of_order(thread: ServerThread, parts: list[tuple[int, int, bytes]]) -> None:
    """Fragments, reserved bits and opcodes, oversized control frames (RFC 6455 sections 5.2, 5.4, 5.5)."""
    with open_plain_socket(thread.port) as client, contextlib.suppress(ClosedError):
        for opcode, bits, payload in parts:
            client.send_frame(opcode, payload, bits)
        client.send(PING)
    assert served(thread.port)


@pytest.mark.parametrize("announced", [2**31, 2**62, 2**64 - 1])
def test_a_frame_that_announces_more_than_there_can_be(thread: ServerThread, announced: int) -> None:
    with open_plain_socket(thread.port) as client:
        client.send_bytes(bytes([FINAL | TEXT, 0xFF]) + struct.pack("!Q", announced) + bytes(4) + b"{")
        assert served(thread.port)
        with contextlib.suppress(ClosedError):
            for _ in range(20):
                client.send_bytes(bytes(2**20))
            with pytest.raises(ClosedError):
                client.read()
    assert served(thread.port)
