"""What protocol messages look like in the log."""

from __future__ import annotations

import json

import pytest

from kms_trio.log.credentials import without_credentials


@pytest.mark.parametrize(
    ("url", "logged"),
    [
        ("alice:secret@192.0.2.1:3478?transport=udp", "<user:password>@192.0.2.1:3478?transport=udp"),
        ("1700000000:alice:sEcret/+==@turn.example.org:443", "<user:password>@turn.example.org:443"),
        ("rtsp://alice:secret@camera/1", "rtsp://<user:password>@camera/1"),
        ("https://alice:p@secret@host/record", "https://<user:password>@host/record"),
        ("http://host:8080/path", "http://host:8080/path"),
        ("file:///tmp/a.webm", "file:///tmp/a.webm"),
    ],
)
def test_urls(url: str, logged: str) -> None:
    message = json.dumps({"id": 1, "params": {"operationParams": {"turnUrl": url, "other": "x"}}})
    assert json.loads(without_credentials(message))["params"]["operationParams"] == {"turnUrl": logged, "other": "x"}
    assert without_credentials(message.replace("/", "\\/").encode()).count("secret") == 0


def test_descriptions_are_left_alone() -> None:
    message = json.dumps({"offer": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\na=ssrc:1 cname:user1@host-1\r\n"})
    assert without_credentials(message) == message
