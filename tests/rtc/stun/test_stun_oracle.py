"""Our messages as aioice reads them, and aioice's as we do."""

from __future__ import annotations

from typing import Any

import pytest

from kms_trio.rtc.stun import MessageClass, build_check, build_error, build_success, parse_message

oracle: Any = pytest.importorskip("aioice.stun")

ID = bytes(range(12))
KEY = b"a password of decent length"


def test_aioice_reads_our_check() -> None:
    request = build_check(
        ID, username="them:us", key=KEY, priority=77, controlling=True, tie_breaker=2**63 + 1, use_candidate=True
    )
    message = oracle.parse_message(request)
    assert message.check_message_integrity(KEY)
    assert message.transaction_id == ID
    attributes = dict(message.attributes)
    del attributes["MESSAGE-INTEGRITY"], attributes["FINGERPRINT"]
    assert attributes == {"USERNAME": "them:us", "PRIORITY": 77, "ICE-CONTROLLING": 2**63 + 1, "USE-CANDIDATE": None}


@pytest.mark.parametrize("address", [("192.0.2.9", 4000), ("2001:db8::9", 4000)])
def test_aioice_reads_our_success(address: tuple[str, int]) -> None:
    message = oracle.parse_message(build_success(ID, address, key=KEY))
    assert message.check_message_integrity(KEY)
    assert message.attributes["XOR-MAPPED-ADDRESS"] == address


def test_aioice_reads_our_error() -> None:
    message = oracle.parse_message(build_error(ID, 487, key=KEY))
    assert message.check_message_integrity(KEY)
    assert message.error_code == 487


def test_we_read_what_aioice_writes() -> None:
    written = oracle.Message(
        oracle.Method.BINDING,
        oracle.Class.REQUEST,
        transaction_id=ID,
        attributes={"SOFTWARE": "aioice", "USERNAME": "us:them", "PRIORITY": 5, "ICE-CONTROLLED": 6},
    )
    written.add_message_integrity(KEY)
    message = parse_message(bytes(written))
    assert message.message_class is MessageClass.REQUEST
    assert message.verify(KEY)
    assert (message.software, message.username, message.priority, message.ice_controlled) == (
        "aioice",
        "us:them",
        5,
        6,
    )
