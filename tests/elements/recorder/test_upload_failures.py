"""Uploads that break: what the recorder says about it, and that it neither goes on nor waits for ever."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import itertools
import re
import select
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from kms_elements.recorder import upload
from kms_elements.recorder.upload import CONNECT_AGAIN_AFTER_S, HttpDestination, UploadError
from kms_trio.generated.core.types import UriEndpointState
from kms_trio.testing.elements import Bench
from kms_trio.testing.patience import PATIENCE_S
from tests.elements.recorder.material import Source
from tests.elements.recorder.scripted_server import Script, read, reset, serving

MakeRecorder = Callable[..., Any]
PIECE = bytes(65_536)
HEAD = 100
"""Fewer bytes than a request begins with."""
GONE = r"the (connection is broken: .+|server has closed the connection without an answer)"
"""Which of the two is for the kernel to say: it tells of a reset once, to whoever asks first."""


def answer(connection: socket.socket, text: str) -> None:
    connection.sendall(f"HTTP/1.1 {text}\r\nContent-Length: 0\r\n\r\n".encode())


def drain(connection: socket.socket) -> None:
    read(connection, 1 << 40)


def closes(connection: socket.socket) -> None:
    read(connection, 10_000)


def resets(connection: socket.socket) -> None:
    read(connection, 10_000)
    reset(connection)


def refuses_and_reads_on(connection: socket.socket) -> None:
    read(connection, HEAD)
    answer(connection, "413 Content Too Large")
    drain(connection)


def refuses_and_closes(connection: socket.socket) -> None:
    read(connection, HEAD)
    answer(connection, "503 Service Unavailable")


def redirects(connection: socket.socket) -> None:
    read(connection, HEAD)
    answer(connection, "307 Temporary Redirect")
    drain(connection)


def takes_nothing(connection: socket.socket) -> None:
    read(connection, HEAD)
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    poll.poll()  # until the other side has given up


def speaks_no_http(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")
    drain(connection)


def never_gets_to_the_point(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 100 Continue\r\nX: " + bytes(100_000).replace(b"\0", b"y"))
    drain(connection)


def send_until_it_fails(destination: HttpDestination, pieces: int = 1000) -> str:
    """What the upload fails of."""
    body = destination.open()

    def send() -> None:
        for _ in range(pieces):
            body.write(PIECE)
        destination.finish()

    with pytest.raises(UploadError) as raised:
        send()
    with pytest.raises(UploadError) as again:
        body.write(PIECE)
    assert again.value is raised.value, "nothing is sent any more"
    with contextlib.suppress(UploadError):
        destination.finish()
    return str(raised.value)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (closes, GONE),
        (resets, GONE),
        (refuses_and_reads_on, "the server answers 413 Content Too Large"),
        (refuses_and_closes, r"the (server answers 503 Service Unavailable|connection is broken: .+)"),
        (redirects, "the server answers 307 Temporary Redirect"),
        (takes_nothing, r"the server takes nothing for 0\.5 s"),
        (speaks_no_http, r"the server does not speak HTTP/1\.1"),
        (never_gets_to_the_point, "the server says too much before it answers"),
    ],
)
def test_an_upload_that_breaks_says_why_and_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, script: Script, expected: str
) -> None:
    if script is takes_nothing:
        monkeypatch.setattr(upload, "HTTP_TIMEOUT_S", 0.5)
    with serving(script) as port:
        text = send_until_it_fails(HttpDestination(f"http://127.0.0.1:{port}/", "video/webm"))
    what, _, how_far = text.rpartition(", after ")
    assert re.fullmatch(expected, what), text
    assert how_far.endswith(" bytes of the recording")
    assert int(how_far.split()[0]) % len(PIECE) == 0


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "HTTP_TIMEOUT_S", 0.5)
    with serving(drain) as port:
        text = send_until_it_fails(HttpDestination(f"http://127.0.0.1:{port}/", "video/webm"), pieces=2)
    assert text == "the server has taken all but says nothing for 0.5 s, after 131072 bytes of the recording"


@pytest.mark.parametrize("early", [["100 Continue", "201 Created"], ["102 Processing"], ["200 OK"], []])
def test_answers_that_come_early(early: list[str]) -> None:
    """What is interim is passed over; who says early that all is well has it all the same."""
    ended = threading.Event()

    def script(connection: socket.socket) -> None:
        read(connection, HEAD)
        for text in early:
            answer(connection, text)
        if not any(text.startswith("2") for text in early):
            data = b""
            while not data.endswith(b"0\r\n\r\n"):
                data = (data + connection.recv(65_536))[-5:]
            answer(connection, "204 No Content")
        drain(connection)
        ended.set()

    with serving(script) as port:
        destination = HttpDestination(f"http://127.0.0.1:{port}/", "video/webm")
        body = destination.open()
        for _ in range(20):
            body.write(PIECE)
        destination.finish()
        assert ended.wait(60)


def test_a_server_that_is_being_restarted_is_waited_for() -> None:
    with socket.socket() as late:
        late.bind(("127.0.0.1", 0))
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                late.listen()

        destination = HttpDestination(f"http://127.0.0.1:{late.getsockname()[1]}/", "video/webm", pause)
        destination.open().write(b"x")
        assert pauses == list(CONNECT_AGAIN_AFTER_S[:2])
        destination.remove()


def test_a_server_that_stays_away_is_given_up() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        pauses: list[float] = []
        destination = HttpDestination(f"http://127.0.0.1:{nobody.getsockname()[1]}/", "video/webm", pauses.append)
        with pytest.raises(ConnectionRefusedError):
            destination.open()
        assert pauses == list(CONNECT_AGAIN_AFTER_S)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's TLS, with a certificate for 127.0.0.1 that clients trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "trusted.pem").write_bytes(pem)
    (tmp_path / "server.pem").write_bytes(private + pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def test_a_refusal_over_tls(tls: ssl.SSLContext) -> None:
    """What TLS itself has to say in between is no answer."""
    with serving(refuses_and_reads_on, tls) as port:
        text = send_until_it_fails(HttpDestination(f"https://127.0.0.1:{port}/", "video/webm"))
    assert text.startswith("the server answers 413 Content Too Large")


def test_a_certificate_that_nobody_trusts(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(drain, tls) as port:
        destination = HttpDestination(f"https://127.0.0.1:{port}/", "video/webm", pause=lambda _: pytest.fail("again"))
        with pytest.raises(ssl.SSLCertVerificationError):
            destination.open()


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_answer_is_good_or_an_upload_error(said: list[bytes]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        destination = HttpDestination("http://127.0.0.1/", "video/webm")
        destination._connection.sock = ours
        body = upload.HttpBody(destination._connection)
        for data in said:
            theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.suppress(UploadError):
            for _ in range(3):
                body.write(b"x")
            body.end()


# Through the element.


async def upload_to(bench: Bench, recorder: MakeRecorder, script: Script) -> tuple[Any, str]:
    """Record until an Error comes, without a stop; the element, and what the Error says."""
    with serving(script) as port:
        source, element = Source(bench), recorder(f"http://me:secret@127.0.0.1:{port}/clip")
        source.size = (640, 480)
        source.element.connect(element)
        source.anchor(1_000.0)
        element.record()
        with trio.fail_after(PATIENCE_S):
            for begin in itertools.count(step=30):  # what the server says is heard while there is something to send
                source.push(range(begin, begin + 30))
                await trio.sleep(0.01)
                if bench.errors(element):
                    break
        error = await bench.expect("Error", element)
        await bench.expect("Stopped", element)
        return element, error.description


@pytest.mark.parametrize(
    ("script", "expected"),
    [(refuses_and_reads_on, "the server answers 413 Content Too Large"), (resets, "of the recording")],
)
async def test_an_upload_that_breaks_ends_the_recording(
    bench: Bench, recorder: MakeRecorder, script: Script, expected: str
) -> None:
    def after_the_trial(connection: socket.socket) -> None:
        if connection.recv(1, socket.MSG_PEEK):  # the first connection only tries whether the server is there
            script(connection)

    element, description = await upload_to(bench, recorder, after_the_trial)
    assert bench.errors(element)[0] in [("RESOURCE_ERROR_WRITE", 10), ("RESOURCE_ERROR_OPEN", 6)]
    assert expected in description
    assert "secret" not in description
    assert element.state is UriEndpointState.STOP
    element.record()  # says in the log that it was used
    assert element.state is UriEndpointState.STOP
