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


@pytest.mark.parametrize("escaped_slash", [False, True])
def test_what_encrypts_media_is_left_out(escaped_slash: bool) -> None:
    lines = [
        "v=0",
        "a=ice-ufrag:Sec/1",
        "a=ice-pwd:sEcReT+/sEcReT",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0/Zm9y+bWVkaWE=|2^20|1:32;inline:c2VjcmV0Mg==|2^20|2:32",
        "a=mid:0",
    ]
    message = json.dumps({"id": 1, "params": {"operationParams": {"offer": "\r\n".join(lines) + "\r\n"}}})
    logged = without_credentials(message.replace("/", "\\/") if escaped_slash else message)
    assert json.loads(logged)["params"]["operationParams"]["offer"].splitlines() == [
        "v=0",
        "a=ice-ufrag:<secret>",
        "a=ice-pwd:<secret>",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:<secret>|2^20|1:32;inline:<secret>|2^20|2:32",
        "a=mid:0",
    ]


def test_keys_of_endpoints_are_left_out_and_names_of_tags_are_not() -> None:
    crypto = {"key": 'a"}b', "keyBase64": "c2VjcmV0", "crypto": "AES_128_CM_HMAC_SHA1_80"}
    message = json.dumps({"constructorParams": {"crypto": crypto, "key": "colour"}})
    assert json.loads(without_credentials(message))["constructorParams"] == {
        "crypto": {"key": "<secret>", "keyBase64": "<secret>", "crypto": "AES_128_CM_HMAC_SHA1_80"},
        "key": "colour",
    }
