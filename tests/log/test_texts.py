"""The texts that operators search Kurento's logs for: each is provoked, and comes in its category and at its level."""

from __future__ import annotations

import functools
import re
import socket
from pathlib import Path

import pytest
import trio

from tests.cli.commands import KMS_TRIO, free_port, run
from tests.log.scenario import Log, busy_day, other_day

#: Text as a pattern, category, level; what a server says in the course of `busy_day`.
BUSY = [
    (r"Kurento Media Server version: 7\.\d+\.\d+", "KurentoMediaServer", "info"),
    (r"Loaded module: \w+, version: 7\.\d+\.\d+, date: \w+ [ \d]\d \d{4} [\d:]{8}", "KurentoModuleManager", "info"),
    (r"Kurento Media Server started", "KurentoMediaServer", "info"),
    (r"Received SIGTERM, stopping", "KurentoMediaServer", "info"),
    (r"Kurento Media Server stopped", "KurentoMediaServer", "info"),
    (r"Reading configuration from: /.*/kurento.conf.json", "KurentoLoadConfig", "info"),
    (r"Looking for config files in /.*/modules", "KurentoLoadConfig", "info"),
    (r"Loaded module config: /.*/BaseRtpEndpoint.conf.ini", "KurentoLoadConfig", "info"),
    (r"Error loading config: /.*/Broken.conf.json", "KurentoLoadConfig", "warning"),
    (r"Unknown conf format: /.*/Other.conf.toml", "KurentoLoadConfig", "warning"),
    (r"Unknown file type: /.*/notes.txt", "KurentoLoadConfig", "warning"),
    (r"Configuration loaded successfully", "KurentoLoadConfig", "info"),
    (r"Loaded config in effect:\n\{\n", "KurentoLoadConfig", "info"),
    (r"System limits: (\d+|unlimited) threads, (\d+|unlimited) files", "KurentoResourceManager", "info"),
    (r"Using above 80% of system limits will throw NOT_ENOUGH_RESOURCES exception", "KurentoResourceManager", "info"),
    (
        r"Using above 99\.00% of system limits will kill the server when no objects are alive",
        "KurentoResourceManager",
        "info",
    ),
    (r"RPC Request Cache is ENABLED", "KurentoMediaServer", "info"),
    (r"WebSocket server \(ws://\) listening on address '127\.0\.0\.1', port \d+", "KurentoWebSocketTransport", "info"),
    (r"Secure WebSocket server \(wss://\) not enabled", "KurentoWebSocketTransport", "info"),
    (r"Client connected: ", "KurentoWebSocketTransport", "debug"),
    (r"Client gone: ", "KurentoWebSocketTransport", "debug"),
    (r'Message: >\{.*"method": ?"create"', "KurentoWebSocketTransport", "debug"),
    (r'Response: >\{.*"sessionId"', "KurentoWebSocketTransport", "debug"),
    (r"Sending event: \{.*onEvent", "KurentoWebSocketEventHandler", "debug"),
    (r"Invalid path 'other'|Invalid path '/other'", "KurentoWebSocketTransport", "warning"),
    (r"Erasing old connection associated with: [0-9a-f-]{36}", "KurentoWebSocketTransport", "info"),
    (
        r"Error sending event to MediaHandler: Connection not found for sessionId: [0-9a-f-]{36}",
        "KurentoWebSocketTransport",
        "info",
    ),
    (r"Running garbage collector over \d+ sessions", "KurentoMediaSet", "debug"),
    (r"Removing inactive session: [0-9a-f-]{36}", "KurentoMediaSet", "warning"),
    (r"Destroying \d+ pipelines that are already alive", "KurentoMediaSet", "info"),
    (r"Upstream provided caps: \(VP8/90000", "agnosticbin", "debug"),
    (r"Downstream wanted caps: \(H264/90000", "agnosticbin", "debug"),
    (r"Find TreeBin with wanted caps: \(H264/90000", "agnosticbin", "debug"),
    (r"TreeBin found! Use it for video", "agnosticbin", "debug"),
    (r"TreeBin found! Use it for audio", "agnosticbin", "debug"),
    (r"TRANSCODING INACTIVE for video", "agnosticbin", "debug"),
    (r"TreeBin not found! Transcoding required for video", "agnosticbin", "debug"),
    (r"TRANSCODING ACTIVE for video", "agnosticbin", "info"),
    (r"TRANSCODING ACTIVE for audio", "agnosticbin", "info"),
    (r"Dropping keyframe request: Max allowed is 1 per second", "kmsutils", "debug"),
    (r"Stream discontinuity detected on non-keyframe; will drop VP8.* until keyframe", "kmsutils", "warning"),
    (r"Received packet #\d+", "rtpjitterbuffer", "debug"),
    (r"Queue full, giving up on packet #\d+", "rtpjitterbuffer", "debug"),
    (r"Predefined external IPv6 address: 2001:db8::2", "KurentoWebRtcEndpointImpl", "info"),
    (r"ICE-TCP candidate gathering is (EN|DIS)ABLED", "KurentoWebRtcEndpointImpl", "info"),
    (r"STUN server not found in config", "KurentoWebRtcEndpointImpl", "debug"),
    (r"STUN server not configured! NAT traversal requires STUN or TURN", "kmswebrtcsession", "warning"),
    (r"TURN relay server not configured! NAT traversal requires STUN or TURN", "kmswebrtcsession", "warning"),
]

#: The same for `other_day`, with the default levels.
OTHER = [
    (r"No configuration file; using the defaults", "KurentoLoadConfig", "info"),
    (r"RPC Request Cache is DISABLED", "KurentoMediaServer", "info"),
    (r"Reached KMS (threads|files) limit: \d+", "KurentoResourceManager", "error"),
    (r"Plugin 'filters' is disabled", "kms.plugins", "info"),
    (r"externalIPv4=auto: ", "KurentoWebRtcEndpointImpl", "info|warning"),
]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return trio.run(busy_day, tmp_path_factory.mktemp("busy"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return trio.run(other_day, tmp_path_factory.mktemp("other"))


def said(log: Log, pattern: str, category: str, level: str) -> bool:
    found = {(line.category, line.level) for line in log.lines if re.search(pattern, line.message)}
    return any(each == category and re.fullmatch(level, word) for each, word in found)


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "category", "level"), BUSY, ids=lambda value: str(value)[:40])
def test_busy_server_says(busy: Log, pattern: str, category: str, level: str) -> None:
    assert said(busy, pattern, category, level)


@pytest.mark.parametrize(("pattern", "category", "level"), OTHER, ids=lambda value: str(value)[:40])
def test_other_server_says(other: Log, pattern: str, category: str, level: str) -> None:
    assert said(other, pattern, category, level)


@pytest.mark.slow
def test_lines_about_media_name_the_object(busy: Log) -> None:
    lines = [line for line in busy.lines if line.category == "agnosticbin"]
    assert all("_kurento." in line.object_id for line in lines)


@pytest.mark.slow
def test_nothing_is_said_in_error(busy: Log) -> None:
    assert [line for line in busy.lines if line.level == "error"] == []


refused = functools.partial(run, KMS_TRIO, "--address", "127.0.0.1", "--http-port", "0")


def test_why_a_server_does_not_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert re.search(
            r"error KurentoMediaServer .*Error creating transport: Cannot open a WebSocket listener on the specified "
            rf"port \(multiple KMS instances\?\): .*{port}",
            refused("--port", str(port)).stderr,
        )
    secure = ["--port", str(free_port()), "--set", f"mediaServer.net.websocket.secure.port={free_port()}"]
    assert "Certificate file must be provided for Secure WebSocket" in refused(*secure).stderr
    missing = f"mediaServer.net.websocket.secure.certificate={tmp_path}/none.pem"
    assert f"Certificate file doesn't exist: {tmp_path}/none.pem" in refused(*secure, "--set", missing).stderr
    file = tmp_path / "kurento.conf.json"
    file.write_text("{")
    assert f"Error reading configuration: {file}" in refused("-f", str(file)).stderr
