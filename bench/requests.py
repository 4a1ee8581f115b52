"""What requests of the control protocol cost on one connection, one at a time and many in flight.

An echo server of trio-websocket is measured beside it in the same run, by the same client.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import statistics
import sys
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any, Final

import attrs
from wsproto import ConnectionType, WSConnection
from wsproto.events import Request as Handshake
from wsproto.events import TextMessage

from bench.history import Figure
from bench.server_process import ServerProcess, free_ports, off_the_servers_core, run_process, run_server, server_core

WARM_UP_S: Final = 0.3

Request = tuple[str, dict[str, Any]]


class Client:
    """A blocking one, so that it takes as little of the machine as possible."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._engine = WSConnection(ConnectionType.CLIENT)
        self._begun = ""
        self._socket.sendall(self._engine.send(Handshake(host=parts.netloc, target=parts.path)))
        self._read()
        self._ids = itertools.count(1)
        self.session: dict[str, str] = {}

    def ask(self, requests: list[Request]) -> list[Any]:
        """Send requests in one piece and wait for all replies; return what they have as `value`, in order."""
        frames = []
        for method, params in requests:
            message = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": {**params, **self.session}}
            frames.append(self._engine.send(TextMessage(data=json.dumps(message))))
        self._socket.sendall(b"".join(frames))
        values: list[Any] = []
        while len(values) < len(requests):
            for text in self._read():
                reply = json.loads(text)
                if "error" in reply:
                    raise RuntimeError(f"expected a result, got {text}")
                values.append(reply.get("result", {}).get("value"))
        return values

    def _read(self) -> list[str]:
        """The messages that the next piece completes."""
        data = self._socket.recv(262_144)
        if not data:
            raise RuntimeError("the server closed the connection")
        self._engine.receive_data(data)
        messages: list[str] = []
        for event in self._engine.events():
            if isinstance(event, TextMessage):
                self._begun += event.data
                if event.message_finished:
                    messages.append(self._begun)
                    self._begun = ""
        return messages

    def close(self) -> None:
        """Drop the connection."""
        self._socket.close()


@attrs.frozen
class Case:
    """What one turn asks for: a request, and whether what it makes is released behind it."""

    name: str
    request: Request
    released: bool = False

    def turn(self, client: Client, count: int) -> None:
        """`count` of them at once."""
        values = client.ask([self.request] * count)
        if self.released:
            client.ask([("release", {"object": value}) for value in values])


def requests(workers: int, seconds: float, window: int) -> list[Figure]:
    """All cases, of a server with so many media workers, and of the echo server."""
    figures: list[Figure] = []
    with off_the_servers_core():
        with _run_echo() as echo:
            figures += _measure(echo, [Case("echo", ("ping", {}))], seconds, window)
        with run_server(workers, cores=None if workers else server_core()) as server:
            client = Client(server.url)
            client.session = {"sessionId": "bench"}
            [pipeline] = client.ask([("create", {"type": "MediaPipeline"})])
            endpoint = {"type": "WebRtcEndpoint", "constructorParams": {"mediaPipeline": pipeline}}
            cases = [
                Case("ping", ("ping", {})),
                Case("getName", ("invoke", {"object": pipeline, "operation": "getName"})),
                Case("MediaPipeline, released", ("create", {"type": "MediaPipeline"}), released=True),
                Case("WebRtcEndpoint, released", ("create", endpoint), released=True),
            ]
            figures += _measure(server, cases, seconds, window)
            client.close()
    return figures


def _measure(server: ServerProcess, cases: list[Case], seconds: float, window: int) -> Iterator[Figure]:
    for case, count in itertools.product(cases, (1, window)):
        client = Client(server.url)
        client.session = {"sessionId": f"bench {case.name} {count}"}
        _turns(client, case, count, WARM_UP_S)
        before = server.usage().cpu_s
        taken_s = _turns(client, case, count, seconds)
        cpu_us = (server.usage().cpu_s - before) * 1e6 / (len(taken_s) * count)
        client.close()
        name = f"{case.name}, {count} at once"
        yield Figure("requests", name, "cpu_us", round(cpu_us, 1))
        yield Figure("requests", name, "median_us", round(statistics.median(taken_s) * 1e6 / count, 1))


def _turns(client: Client, case: Case, count: int, seconds: float) -> list[float]:
    """How long each turn took."""
    taken_s: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        case.turn(client, count)
        taken_s.append(time.perf_counter() - began)
    return taken_s


@contextlib.contextmanager
def _run_echo() -> Iterator[ServerProcess]:
    [port] = free_ports(1)
    with run_process([sys.executable, "-m", "bench.echo_server", str(port)], port, cores=server_core()) as pid:
        yield ServerProcess(f"ws://127.0.0.1:{port}/", pid, 0)
