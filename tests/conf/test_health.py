"""`kms-trio health` against servers that run, and against none."""

from __future__ import annotations

import http.client
import signal

from kms_trio import __version__
from tests.cli.commands import KMS_TRIO, free_port, run, started


def settings(port: int, http_port: int) -> list[str]:
    return ["--set", f"mediaServer.net.websocket.port={port}", "--set", f"kmsTrio.http.port={http_port}"]


def test_running_server() -> None:
    port, http_port = free_port(), free_port()
    with started(KMS_TRIO, "serve", *settings(port, http_port), ready="Demo page:") as process:
        result = run(KMS_TRIO, "health", *settings(port, http_port))
        ok = f'127.0.0.1 port {http_port} /health: 200 {{"status":"ok","version":"{__version__}"'
        assert result.stdout.startswith(ok), "what the media workers do may follow"
        assert result.returncode == 0
        # The control port is asked when there is no HTTP side.
        result = run(KMS_TRIO, "health", *settings(port, 0))
        assert (result.returncode, result.stdout) == (0, f"127.0.0.1 port {port} /kurento: 101\n")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert run(KMS_TRIO, "health", *settings(port, http_port)).returncode == 1


def test_the_request_of_kurentos_own_check() -> None:
    """An upgrade without a key: Kurento answers 500, we 400; an answer at all is what counts."""
    port = free_port()
    with started(KMS_TRIO, "serve", *settings(port, 0), ready="Kurento protocol:"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/kurento", headers={"Connection": "Upgrade", "Upgrade": "websocket"})
        assert connection.getresponse().status == 400
        connection.close()


def test_no_server() -> None:
    port = free_port()
    result = run(KMS_TRIO, "health", *settings(free_port(), port))
    assert result.returncode == 1
    assert result.stdout == f"127.0.0.1 port {port} /health: [Errno 111] Connection refused\n"
