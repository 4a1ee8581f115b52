"""The parts of the protocol on their own: request cache, outbox, garbage collection, TLS, registrar, the end."""

from __future__ import annotations

import datetime
import ipaddress
import json
import math
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
import trio.testing
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from trio_websocket import ConnectionClosed, serve_websocket, wrap_client_stream, wrap_server_stream

from kms_trio.app import Server, build
from kms_trio.clock import SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.net.service import NetworkService
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.plugins import Plugins
from kms_trio.rpc.client_socket import open_socket
from kms_trio.rpc.connection import SEND_DEADLINE_S, Connection
from kms_trio.rpc.listeners import open_listeners, tls_context
from kms_trio.rpc.outbox import MAX_CHARACTERS_TOGETHER, MAX_TOGETHER, Outbox, OutboxFullError
from kms_trio.rpc.registrar import own_url, stay_registered
from kms_trio.rpc.request_cache import LIFETIME_S, RequestCache
from kms_trio.settings import Settings, SettingsError
from kms_trio.settings.server import SecureSettings, WebsocketSettings
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import open_client


def test_cache_forgets_after_its_time() -> None:
    now = 100.0
    cache = RequestCache(lambda: now)
    cache.put("s", 7, "first")
    assert cache.get("s", "7") == "first"
    assert cache.get("t", 7) is None
    now += LIFETIME_S / 2
    cache.put("s", 7, "second")
    now += LIFETIME_S / 2
    assert cache.get("s", 7) == "second"
    now += LIFETIME_S / 2
    assert cache.get("s", 7) is None
    assert len(cache) == 0


async def test_a_request_that_is_sent_again_waits_for_itself() -> None:
    cache = RequestCache(lambda: 0.0)
    carried_out: list[str] = []
    going_on = trio.Event()

    async def send(name: str, request_id: Any) -> None:
        async with cache.turn("s", request_id):
            if cache.get("s", request_id) is None:
                carried_out.append(name)
                await going_on.wait()
                cache.put("s", request_id, name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send, "first", 7)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(send, "again", "7")
        nursery.start_soon(send, "other", 8)
        await trio.testing.wait_all_tasks_blocked()
        assert carried_out == ["first", "other"]
        going_on.set()
    assert carried_out == ["first", "other"]


async def test_a_request_that_was_given_up_is_carried_out_when_it_is_sent_again() -> None:
    cache = RequestCache(lambda: 0.0)
    carried_out: list[str] = []

    async def send(name: str, wait: float) -> None:
        async with cache.turn("s", 7):
            if cache.get("s", 7) is None:
                carried_out.append(name)
                await trio.sleep(wait)  # what takes long; without a reply in the end

    async with trio.open_nursery() as nursery:
        with trio.CancelScope() as connection:
            async with trio.open_nursery() as lost:
                lost.start_soon(send, "first", math.inf)
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(send, "again", 0.0)
                await trio.testing.wait_all_tasks_blocked()
                connection.cancel()
    assert carried_out == ["first", "again"]


def test_cache_is_bounded() -> None:
    cache = RequestCache(lambda: 0.0, capacity=3)
    for request_id in range(10):
        cache.put("s", request_id, str(request_id))
    assert len(cache) == 3
    assert cache.get("s", 6) is None
    assert cache.get("s", 7) == "7"


async def test_outbox_is_bounded_by_number_and_by_size() -> None:
    outbox = Outbox(max_messages=2, max_characters=10)
    outbox.put("abc")
    outbox.put("def")
    with pytest.raises(OutboxFullError):
        outbox.put("x")
    await outbox.wait()
    assert outbox.first() == ["abc", "def"]
    outbox.sent(1)
    assert outbox.first() == ["def"]
    with pytest.raises(OutboxFullError):
        outbox.put("12345678")
    outbox.put("1234567")
    assert len(outbox) == 2


async def test_what_is_sent_together_is_bounded() -> None:
    outbox = Outbox()
    for number in range(MAX_TOGETHER + 1):
        outbox.put(str(number))
    assert outbox.first() == [str(number) for number in range(MAX_TOGETHER)]
    outbox.sent(MAX_TOGETHER)
    outbox.put("x" * MAX_CHARACTERS_TOGETHER)
    outbox.put("y")
    assert outbox.first() == [str(MAX_TOGETHER)]
    outbox.sent(1)
    assert outbox.first() == ["x" * MAX_CHARACTERS_TOGETHER], "a long one goes alone"


async def test_client_that_asks_and_does_not_read_is_given_up() -> None:
    clock = SystemClock()
    server = build(Settings(), Plugins([]), clock, NetworkService(clock), CodecService())
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:

        async def serve_theirs() -> None:
            request = await wrap_server_stream(nursery, theirs)
            connection = Connection(await request.accept(), server.rpc._handler, server.sessions)
            connections.append(connection)
            await connection.run()
            given_up.set()

        connections: list[Connection] = []
        given_up = trio.Event()
        nursery.start_soon(serve_theirs)
        websocket = await wrap_client_stream(nursery, ours, "host", "/kurento")
        theirs.send_stream.send_all_hook = trio.sleep_forever  # from now on nobody reads
        await websocket.send_message('{"jsonrpc":"2.0","id":1,"method":"ping"}')
        await trio.testing.wait_all_tasks_blocked()
        connections[0].check(trio.current_time() + SEND_DEADLINE_S / 2)
        await trio.testing.wait_all_tasks_blocked()
        assert not given_up.is_set()
        connections[0].check(trio.current_time() + SEND_DEADLINE_S + 1)
        with trio.fail_after(PATIENCE_S):
            await given_up.wait()
        nursery.cancel_scope.cancel()


class Nobody:
    """A connection that is open and silent."""

    session_id: str | None = None

    def send_event(self, text: str) -> None:
        """Not read."""


async def test_silent_sessions_are_dropped(autojump_clock: trio.testing.MockClock) -> None:
    period_s = 240
    clock = SystemClock()
    server = build(Settings(), Plugins([]), clock, NetworkService(clock), CodecService())
    peer = Nobody()
    async with trio.open_nursery() as nursery:
        await nursery.start(server.context.supervisor.run)
        nursery.start_soon(server.sessions.collect, period_s)
        for session_id in ("silent", "connected", "busy"):
            await server.lifecycle.create(session_id, "MediaPipeline", None)
            server.sessions.touch(session_id)
        server.sessions.bind("connected", peer)
        for _ in range(4):
            await trio.sleep(period_s / 4 - 1)
            server.sessions.touch("busy")
        assert server.context.references.sessions == ("silent", "connected", "busy")
        await trio.sleep(period_s / 4)
        assert server.context.references.sessions == ("connected", "busy")
        server.sessions.unbind(peer)
        await trio.sleep(2 * period_s)
        assert server.context.references.sessions == ()
        assert [each.id for each in server.context.directory] == [MANAGER_ID]
        nursery.cancel_scope.cancel()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A PEM file with a self-signed certificate for 127.0.0.1 and its key, which the password `secret` opens."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    return path


async def test_wss(certificate: Path, serve: Callable[..., Awaitable[Server]], nursery: trio.Nursery) -> None:
    server = await serve()
    [plain] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    secure = SecureSettings(port=1, certificate=certificate, password="secret")
    await nursery.start(server.rpc.run, [trio.SSLListener(plain, tls_context(secure))])
    url = f"wss://127.0.0.1:{plain.socket.getsockname()[1]}/kurento"
    trusting = ssl.create_default_context(cafile=certificate)
    async with open_client(url, ssl_context=trusting) as client:
        assert await client.request("ping") == {"value": "pong"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"certificate": None}, "Certificate file must be provided for Secure WebSocket"),
        ({"certificate": Path("/nowhere.pem")}, "Certificate file doesn't exist: /nowhere.pem"),
        ({"password": "wrong"}, "password of the key, which is encrypted, in `secure.password`"),
        ({"password": None}, "password of the key, which is encrypted, in `secure.password`"),
    ],
)
def test_bad_certificate(certificate: Path, changes: dict[str, Any], message: str) -> None:
    secure = attrs.evolve(SecureSettings(port=1, certificate=certificate, password="secret"), **changes)
    with pytest.raises(SettingsError, match=message):
        tls_context(secure)


async def test_port_in_use_is_told(caplog: pytest.LogCaptureFixture) -> None:
    [taken] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with taken:
        port = taken.socket.getsockname()[1]
        with pytest.raises(OSError, match=rf"Cannot open a WebSocket listener .* address '127.0.0.1', port {port}"):
            await open_listeners(WebsocketSettings(port=port, address="127.0.0.1"))


async def test_listening_on_both_families() -> None:
    [free] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = free.socket.getsockname()[1]
    await free.aclose()
    [listener] = await open_listeners(WebsocketSettings(port=port))
    async with listener, await trio.open_tcp_stream("127.0.0.1", port):
        accepted = await listener.accept()
        await accepted.aclose()


async def test_no_listeners_when_ports_are_zero() -> None:
    assert await open_listeners(WebsocketSettings(port=0)) == []


async def test_registering(nursery: trio.Nursery) -> None:
    heard: list[str | bytes] = []
    twice = trio.Event()

    async def registrar(request: Any) -> None:
        websocket = await request.accept()
        heard.append(await websocket.get_message())
        if len(heard) == 2:
            twice.set()
        await websocket.aclose()  # so that the server has to come again

    registrar_server = await nursery.start(serve_websocket, registrar, "127.0.0.1", 0, None)
    settings = attrs.evolve(
        WebsocketSettings(port=8888),
        registrar=attrs.evolve(WebsocketSettings().registrar, address=f"ws://127.0.0.1:{registrar_server.port}"),
    )
    nursery.start_soon(stay_registered, settings)
    with trio.fail_after(PATIENCE_S):
        await twice.wait()
    message = {"jsonrpc": "2.0", "method": "register", "params": {"ws": "ws://localhost:8888/kurento"}}
    assert [json.loads(each) for each in heard] == [message, message]
    nursery.cancel_scope.cancel()


def test_registered_url_prefers_tls() -> None:
    secure = attrs.evolve(WebsocketSettings(), secure=SecureSettings(port=8433))
    assert own_url(secure) == "wss://localhost:8433/kurento"


async def test_no_registrar() -> None:
    await stay_registered(WebsocketSettings())


async def test_end_releases_objects_before_clients_are_told_goodbye() -> None:
    from functools import partial

    from kms_trio import app

    settings = attrs.evolve(Settings(), http=attrs.evolve(Settings().http, port=0))
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as outer:
        async with trio.open_nursery() as running:
            server = await running.start(partial(app.serve, settings, plugins=Plugins([]), listeners=listeners))
            client = await outer.start(_watch_until_closed, server.control_url)
            running.cancel_scope.cancel()
        assert not server.accepting_requests
        assert len(server.context.directory) == 1
    assert client["destroyed"] == client["created"]
    assert client["closed"] == (1001, "terminating")


async def _watch_until_closed(url: str, *, task_status: trio.TaskStatus[dict[str, Any]]) -> None:
    seen: dict[str, Any] = {}
    async with open_socket(url) as websocket:
        for number, (method, params) in enumerate(
            [
                ("subscribe", {"object": MANAGER_ID, "type": "ObjectDestroyed"}),
                ("create", {"type": "MediaPipeline"}),
            ]
        ):
            request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            await websocket.send_message(json.dumps(request))
            seen["created"] = json.loads(await websocket.get_message())["result"]["value"]
        task_status.started(seen)
        try:
            while True:
                event = json.loads(await websocket.get_message())
                seen["destroyed"] = event["params"]["value"]["data"]["objectId"]
        except ConnectionClosed as closed:
            assert closed.reason is not None
            seen["closed"] = (closed.reason.code, closed.reason.reason)
