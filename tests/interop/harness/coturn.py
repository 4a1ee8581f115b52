"""A real TURN server for tests: coturn on the loopback interface."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import hmac
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import attrs
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kms_trio.rtc.stun import MessageClass, build_message
from kms_trio.testing.patience import PATIENCE_S
from tests.interop.harness.namespaces import inside
from tests.interop.harness.tools import require_program
from tests.programs import end_program

USER, PASSWORD, SECRET = "alice", "a-password", "north"


@attrs.frozen
class Coturn:
    """A running server."""

    host: str
    port: int
    tls_port: int
    log: Path

    def url(self, transport: str = "udp", *, user: str = USER, password: str = PASSWORD, host: str = "") -> str:
        port = self.tls_port if transport == "tls" else self.port
        return f"{user}:{password}@{host or self.host}:{port}?transport={transport}"

    def rest_url(self, transport: str = "udp") -> str:
        """Time-limited credentials, as an application makes them from the shared secret."""
        user = f"{int(time.time()) + 3600}:{USER}"
        password = base64.b64encode(hmac.digest(SECRET.encode(), user.encode(), hashlib.sha1)).decode()
        return self.url(transport, user=user, password=password)


@contextlib.asynccontextmanager
async def run_coturn(
    folder: Path, *, host: str = "127.0.0.1", rest: bool = False, namespace: str = ""
) -> AsyncIterator[Coturn]:
    """Start it, wait until it answers, stop it; in a network namespace if one is named."""
    program = require_program("turnserver", "coturn")
    port, tls_port = _free_ports(2)
    certificate, key = _self_signed(folder, host)
    log = folder / "turn.log"
    credentials = f"use-auth-secret\nstatic-auth-secret={SECRET}" if rest else f"lt-cred-mech\nuser={USER}:{PASSWORD}"
    conf = folder / "turnserver.conf"
    conf.write_text(
        f"""
listening-ip={host}
relay-ip={host}
listening-port={port}
tls-listening-port={tls_port}
cert={certificate}
pkey={key}
min-port=49152
max-port=49999
realm=example.org
{credentials}
allow-loopback-peers
fingerprint
no-cli
no-stdout-log
log-file={log}
simple-log
verbose
userdb={folder / "turn.db"}
pidfile={folder / "turn.pid"}
"""
    )
    prefix = ["ip", "netns", "exec", namespace] if namespace else []
    command = [*prefix, program, "-c", str(conf)]
    async with trio.open_nursery() as nursery:
        output = (folder / "turn.out").open("wb")
        with output:
            await nursery.start(_run, command, output)
            try:
                await _wait_until_it_answers(host, port, namespace)
                yield Coturn(host, port, tls_port, log)
            finally:
                nursery.cancel_scope.cancel()


async def _run(command: list[str], output: IO[bytes], task_status: trio.TaskStatus[None]) -> None:
    task_status.started()
    await trio.run_process(command, stdout=output, stderr=subprocess.STDOUT, check=False, deliver_cancel=end_program)


async def _wait_until_it_answers(host: str, port: int, namespace: str) -> None:
    """Ask as a STUN client does, again and again."""
    request = build_message(MessageClass.REQUEST, bytes(12), [], key=None)
    with inside(namespace) if namespace else contextlib.nullcontext():
        sock = trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM)
    with trio.fail_after(PATIENCE_S), sock:
        await sock.connect((host, port))
        while True:
            with trio.move_on_after(0.05), contextlib.suppress(ConnectionRefusedError):
                await sock.send(request)
                await sock.recv(2048)
                return
            await trio.sleep(0.02)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for sock in sockets:
        sock.bind(("127.0.0.1", 0))
    ports = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


def _self_signed(folder: Path, host: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = folder / "turn.pem", folder / "turn.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return certificate_path, key_path
