"""A host that means harm: what it sends is a lie or too much, and the server refuses it, waits for nothing and keeps
nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.memory import SharedReader
from kms_trio.hosting.messages import MAX_FILES, MAX_SAID_BYTES, ControlSocket, MessageReader, write_message
from kms_trio.hosting.unit_header import HEADER_BYTES, MAX_AREA, Kind, Shape, UnitHeader
from kms_trio.hosting.unit_link import MAX_NOTES, UnitLimits, UnitLink
from kms_trio.hosting.unit_socket import UnitSocket, unit_sockets
from kms_trio.hosting.units import UnitPacker
from kms_trio.testing.clips import numbered_picture
from kms_trio.testing.patience import PATIENCE_S

PAGE = os.sysconf("SC_PAGE_SIZE")


class Owner:
    """The element of a link."""

    def __init__(self) -> None:
        self.lies: list[str] = []

    def host_note(self, note: bytes) -> None:
        raise AssertionError(note)

    def host_late(self, number: int, waited_s: float) -> None:
        raise AssertionError(number)

    def host_lied(self, problem: HostProtocolError) -> None:
        self.lies.append(str(problem))


@contextlib.contextmanager
def link_and_host() -> Iterator[tuple[UnitLink, Owner, socket.socket]]:
    ours, theirs = unit_sockets()
    owner = Owner()
    link = UnitLink(owner, UnitLimits(PATIENCE_S, PATIENCE_S), luma_only=False, strict=False)
    with theirs:
        link.connect(UnitSocket(ours))
        yield link, owner, theirs
        link.disconnect()


def kept_files() -> int:
    """How many descriptors of a host's memory there are in this process; a mapping has one, too."""
    gc.collect()
    kept = 0
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            kept += file.readlink().name.startswith("memfd:host")
    return kept


def sealed_memory(size: int) -> int:
    file = os.memfd_create("host", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(file, size)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return file


def test_notes_without_end_are_a_lie() -> None:
    with link_and_host() as (link, owner, host):
        host.setblocking(False)
        frame = numbered_picture(1)
        with contextlib.suppress(BlockingIOError):
            for _ in range(MAX_NOTES + 2):
                host.send(bytes([Kind.NOTE]) + b"{}")
        # What did not fit at once is sent while the link reads.
        filler = _Filler(host)
        with filler:
            *_, tell, passed = link.convert(frame)
        assert passed is frame
        assert callable(tell)
        tell()
        assert owner.lies == [f"expected at most {MAX_NOTES} notes with a unit"]


class _Filler:
    """Sends notes from a thread until nobody takes them."""

    def __init__(self, host: socket.socket) -> None:
        self._host = host
        self._thread = threading.Thread(target=self._fill)

    def _fill(self) -> None:
        self._host.setblocking(True)
        with contextlib.suppress(OSError):
            while True:
                self._host.send(bytes([Kind.NOTE]) + b"{}")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def test_a_host_that_answers_without_reading_does_not_hold_up_the_thread() -> None:
    with link_and_host() as (link, owner, host):
        frame = numbered_picture(1)
        for number in range(1, 100_000):
            try:
                host.send(UnitHeader(Kind.UNCHANGED, number).write())
            except OSError:
                break  # the link has hung up
            for told in link.convert(frame):
                if told is not frame:
                    told()
        assert owner.lies == ["expected that what is sent is read"]


@pytest.mark.parametrize(
    "header",
    [
        UnitHeader(Kind.RESULT, 1, Shape.YUV420, 16_384, 16_384),
        UnitHeader(Kind.RESULT, 1, Shape.YUV420, 16, 16, color_range=9),
        UnitHeader(Kind.RESULT, 1, Shape.GRAY, 16, 16, colorspace=200),
        UnitHeader(Kind.RESULT, 2, Shape.GRAY, 16, 16),
        UnitHeader(Kind.WORK, 1, Shape.GRAY, 16, 16),
        UnitHeader(Kind.RESULT, 1, Shape.GRAY, 64, 64),
    ],
)
def test_answers_that_cannot_be_are_lies_and_the_picture_passes(header: UnitHeader) -> None:
    with link_and_host() as (link, owner, host):
        frame = numbered_picture(1)
        socket.send_fds(host, [header.write()], [file := sealed_memory(PAGE // 2)])
        os.close(file)
        tell, passed = link.convert(frame)
        assert passed is frame
        assert callable(tell)
        tell()
        assert len(owner.lies) == 1


async def test_files_that_nobody_asked_for_are_not_kept() -> None:
    ours, theirs = socket.socketpair()
    control = ControlSocket(ours)
    file = sealed_memory(PAGE)
    with theirs:
        for number in range(MAX_FILES + 1):
            socket.send_fds(theirs, [write_message({"number": number})], [file])
        os.close(file)
        with trio.fail_after(PATIENCE_S):
            for _ in range(MAX_FILES):
                await control.receive()
            with pytest.raises(HostProtocolError, match="expected at most 4 files"):
                await control.receive()
        assert kept_files() == MAX_FILES + 1
        control.close()
        assert kept_files() == 0


def test_a_message_that_would_take_long_to_read_is_refused_by_its_length() -> None:
    reader = MessageReader(MAX_SAID_BYTES)
    with pytest.raises(HostProtocolError, match=f"at most {MAX_SAID_BYTES} bytes"):
        reader.feed(struct.pack("<I", MAX_SAID_BYTES + 1))
    with pytest.raises(HostProtocolError, match="expected JSON"):
        MessageReader().feed(struct.pack("<I", 11) + b'{"a":   NaN}'[:11])
    with pytest.raises(HostProtocolError, match="expected JSON"):
        MessageReader().feed(struct.pack("<I", 9) + b'{"a":NaN}')


def test_what_changes_while_it_is_read_harms_nobody() -> None:
    """The frame is a copy: what the host writes later is not seen."""
    ours, theirs = unit_sockets()
    host, server = UnitSocket(theirs), UnitSocket(ours)
    host.send_unit(*UnitPacker().pack(numbered_picture(1), Kind.RESULT, 1))
    header = server.receive(PATIENCE_S)
    assert isinstance(header, UnitHeader)
    frame = server.frame(header)
    before = bytes(frame.planes[0])
    host._writer.room(header.size_bytes)[:] = 0
    assert bytes(frame.planes[0]) == before


def headers() -> st.SearchStrategy[bytes]:
    """Some that are nearly right."""
    right = st.builds(
        UnitHeader,
        kind=st.sampled_from(Kind),
        number=st.integers(0, 3),
        shape=st.sampled_from(Shape),
        width=st.integers(0, 70) | st.integers(0, 2**32 - 1),
        height=st.integers(0, 70) | st.integers(0, 2**32 - 1),
        pts=st.none() | st.integers(-(2**63), 2**63 - 1),
        rate_hz=st.sampled_from([0, 8000, 48_000, 2**32 - 1]),
        color_range=st.integers(0, 255),
        colorspace=st.integers(0, 255),
    ).map(UnitHeader.write)
    return right | st.binary(max_size=2 * HEADER_BYTES)


@settings(deadline=None)
@given(st.lists(headers(), max_size=6), st.integers(0, 3 * PAGE), st.binary(max_size=64))
def test_fuzz_units_of_a_host(datagrams: list[bytes], size: int, content: bytes) -> None:
    ours, theirs = unit_sockets()
    wire = UnitSocket(ours)
    with theirs:
        if size:
            file = sealed_memory(size)
            os.pwrite(file, content[:size], 0)
            socket.send_fds(theirs, [UnitHeader(Kind.NOTHING, 0).write()], [file])
            os.close(file)
        for data in datagrams:
            theirs.send(data or b"\0")
        while True:
            try:
                came = wire.receive(0.0)
                if came is None:
                    break
                if isinstance(came, UnitHeader) and came.shape is not Shape.NONE:
                    assert came.width * came.height <= MAX_AREA
                    wire.frame(came)
            except HostProtocolError:
                continue
            except HostGoneError:
                break
        wire.end()
    del wire
    assert kept_files() == 0


@settings(deadline=None)
@given(st.integers(0, 2 * PAGE), st.booleans(), st.integers(0, 2**32))
def test_fuzz_shared_memory(size: int, sealed: bool, wanted: int) -> None:
    reader = SharedReader()
    file = sealed_memory(size) if sealed else os.memfd_create("host", os.MFD_ALLOW_SEALING)
    with contextlib.suppress(HostProtocolError):
        reader.adopt(file)
        assert sealed
        assert reader._block.size == size
    with contextlib.suppress(HostProtocolError):
        memory = reader.view(wanted)
        assert memory.size == wanted
        assert not memory.any()
        del memory
    del reader
    assert kept_files() == 0


@settings(deadline=None)
@given(st.lists(st.binary(max_size=64) | st.binary(max_size=60).map(lambda text: struct.pack("<I", len(text)) + text)))
def test_fuzz_what_a_host_says(pieces: list[bytes]) -> None:
    reader = MessageReader(MAX_SAID_BYTES)
    with contextlib.suppress(HostProtocolError):
        for piece in pieces:
            for message in reader.feed(piece):
                write_message(message)  # whatever is read can be told to a client
