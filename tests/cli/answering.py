"""Servers on the network that answer as a test says: STUN, TURN and DNS."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import attrs
import trio

from kms_trio.rtc.stun import Message, MessageClass, build_message, parse_message
from kms_trio.rtc.stun.attributes import encode_error, encode_xor_address
from kms_trio.rtc.stun.constants import ERROR_CODE, NONCE, REALM, XOR_MAPPED_ADDRESS

Respond = Callable[[bytes, tuple[str, int]], bytes | None]

ALLOCATE, REFRESH = 3, 4
RELAYED_ADDRESS = 0x0016


@asynccontextmanager
async def udp_server(respond: Respond) -> AsyncIterator[int]:
    """Answers each datagram with what `respond` returns, if anything; the port."""
    with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as sock:
        await sock.bind(("127.0.0.1", 0))

        async def run(task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
            task_status.started()
            while True:
                data, address = await sock.recvfrom(65_535)
                answer = respond(data, address)
                if answer is not None:
                    await sock.sendto(answer, address)

        async with trio.open_nursery() as nursery:
            await nursery.start(run)
            yield sock.getsockname()[1]
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def tcp_server(respond: Respond) -> AsyncIterator[int]:
    """The same over TCP, in pieces of three bytes; None closes the connection."""

    async def serve(stream: trio.SocketStream) -> None:
        async for data in stream:
            answer = respond(bytes(data), ("127.0.0.1", 9))
            if answer is None:
                return
            for start in range(0, len(answer), 3):
                await stream.send_all(answer[start : start + 3])

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        await nursery.start(trio.serve_listeners, serve, listeners)
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


def stun_says(host: str, port: int = 5000) -> Respond:
    """A STUN server that sees everybody under one address."""

    def respond(data: bytes, _address: tuple[str, int]) -> bytes:
        request = parse_message(data)
        mapped = encode_xor_address((host, port), request.transaction_id)
        return build_message(MessageClass.SUCCESS, request.transaction_id, [(XOR_MAPPED_ADDRESS, mapped)], key=None)

    return respond


@attrs.define
class TurnAnswers:
    """A TURN server with one account; `error` is what it answers to somebody who has it."""

    username: str = "user"
    password: str = "secret"
    error: int = 0
    open_to_all: bool = False
    relays: list[str] = attrs.field(factory=list)

    def __call__(self, data: bytes, _address: tuple[str, int]) -> bytes:
        request = parse_message(data)
        key = hashlib.md5(f"{self.username}:realm:{self.password}".encode(), usedforsecurity=False).digest()
        if not self.open_to_all and not request.has_integrity:
            return self._refuse(request, 401, [(REALM, b"realm"), (NONCE, b"nonce")])
        if not self.open_to_all and not (request.username == self.username and request.verify(key)):
            return self._refuse(request, 401, [(REALM, b"realm"), (NONCE, b"nonce")])
        if self.error:
            return self._refuse(request, self.error, [])
        attributes = []
        if request.method == ALLOCATE:
            self.relays.append("allocated")
            attributes.append((RELAYED_ADDRESS, encode_xor_address(("203.0.113.9", 50_000), request.transaction_id)))
        elif request.method == REFRESH:
            self.relays.append("freed")
        return self._answer(request, MessageClass.SUCCESS, attributes)

    def _refuse(self, request: Message, code: int, attributes: list[tuple[int, bytes]]) -> bytes:
        return self._answer(request, MessageClass.ERROR, [(ERROR_CODE, encode_error(code)), *attributes])

    @staticmethod
    def _answer(request: Message, kind: MessageClass, attributes: list[tuple[int, bytes]]) -> bytes:
        return build_message(kind, request.transaction_id, attributes, key=None, method=request.method)


def dns_says(*records: tuple[int, bytes], code: int = 0) -> Respond:
    """A DNS server with these answers (type, value) to everything, the name written as a pointer to the question."""

    def respond(query: bytes, _address: tuple[str, int]) -> bytes:
        head = query[:2] + (0x8180 | code).to_bytes(2) + (1).to_bytes(2) + len(records).to_bytes(2) + bytes(4)
        answers = b"".join(
            b"\xc0\x0c" + kind.to_bytes(2) + (1).to_bytes(2) + bytes(4) + len(value).to_bytes(2) + value
            for kind, value in records
        )
        return head + query[12:] + answers

    return respond
