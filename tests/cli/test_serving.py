"""A server started by the commands: reachable, stopped by a signal, and clear about why it cannot start."""

from __future__ import annotations

import json
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from kms_trio.cli.running import stop_signals
from tests.cli.commands import KMS_TRIO, KURENTO_MEDIA_SERVER, free_port, run, started

WARNING = "Listening publicly without limits on URIs"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_says_where_and_stops_at_a_signal(number: signal.Signals) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("the tests were started by nohup, and so would be the server")
    port, http_port = free_port(), free_port()
    arguments = ["--address", "127.0.0.1", "--port", str(port), "--http-port", str(http_port)]
    with started(KMS_TRIO, "serve", *arguments, ready="Demo page: ") as server:
        with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/", timeout=30) as page:
            assert page.status == 200
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
        server.send_signal(number)
        rest, _ = server.communicate(timeout=30)
    assert server.returncode == 0
    assert f"Received {number.name}, stopping" in rest
    assert rest.endswith("Kurento Media Server stopped\n")


def test_a_server_that_nohup_started_outlives_its_terminal() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert stop_signals() == (signal.SIGINT, signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, former)


def test_kurento_command_line_with_files_of_an_operator(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "kurento.conf.json").write_text(
        json.dumps(
            {
                "mediaServer": {"net": {"websocket": {"port": port}, "rabbitmq": {"address": "old"}}},
                "kmsTrio": {"http": {"port": 0}},
            }
        )
    )
    (tmp_path / "modules/kurento").mkdir(parents=True)
    (tmp_path / "modules/kurento/BaseRtpEndpoint.conf.ini").write_text("minPort=20000\nmaxPort=30000\n")
    arguments = ["-f", str(tmp_path / "kurento.conf.json"), "-d", str(tmp_path / "logs"), "--gst-debug-no-color"]
    with started(KURENTO_MEDIA_SERVER, *arguments, ready="Kurento Media Server started") as server:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert server.returncode == 0
    (log,) = (tmp_path / "logs").glob("*.pid*.log")
    text = log.read_text()
    for line in (
        "Kurento Media Server version: 7.3.0",
        f"Reading configuration from: {tmp_path}/kurento.conf.json",
        f"Loaded module config: {tmp_path}/modules/kurento/BaseRtpEndpoint.conf.ini",
        "unknown key mediaServer.net.rabbitmq.address",
        "Configuration loaded successfully",
        WARNING,
        "Kurento Media Server started",
        "Kurento Media Server stopped",
    ):
        assert line in text
    assert (tmp_path / "logs/errors.log").read_text().count("-- New execution") == 1


def test_limits_on_uris_quiet_the_warning(tmp_path: Path) -> None:
    roots = [f"--set=kmsTrio.uriPolicy.{name}={tmp_path}" for name in ("playerRoots", "recorderRoots")]
    ports = ["--port", str(free_port()), "--http-port", "0", "--log-format", "json"]
    with started(KMS_TRIO, *ports, *roots, ready="Kurento protocol: ", KURENTO_LOGS_PATH=str(tmp_path)) as server:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    (log,) = tmp_path.glob("*.pid*.log")
    messages = [json.loads(line)["message"] for line in log.read_text().splitlines()]
    assert "Kurento Media Server started" in messages
    assert not any(WARNING in message for message in messages)


def test_port_that_is_taken_is_one_line_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in (
            ["--port", str(port), "--http-port", "0"],
            ["--port", str(free_port()), "--http-port", str(port)],
        ):
            result = run(KMS_TRIO, "--address", "127.0.0.1", *arguments)
            assert result.returncode == 1
            assert "The server cannot start: " in result.stderr
            assert str(port) in result.stderr
            assert "Traceback" not in result.stderr
