"""Looks into a datagram before it is parsed."""

from __future__ import annotations

import pytest

from kms_trio.rtc.stun import (
    MessageClass,
    build_check,
    build_message,
    build_success,
    is_stun,
    local_ufrag_of,
    message_class_of,
    transaction_id_of,
    username_of,
)

ID = bytes(range(12))
CHECK = build_check(ID, username="ours:theirs", key=b"k", priority=1, controlling=True, tie_breaker=2)


def test_a_check_tells_whom_it_is_for() -> None:
    assert is_stun(CHECK)
    assert username_of(CHECK) == "ours:theirs"
    assert local_ufrag_of(CHECK) == "ours"
    assert message_class_of(CHECK) is MessageClass.REQUEST
    assert transaction_id_of(CHECK) == ID


def test_a_username_after_other_attributes_is_found() -> None:
    attributes = [(0x8022, b"odd"), (0x0006, b"ours:theirs")]
    assert username_of(build_message(MessageClass.REQUEST, ID, attributes, key=None)) == "ours:theirs"


def test_a_response_is_for_its_transaction() -> None:
    response = build_success(ID, ("192.0.2.1", 1), key=b"k")
    assert message_class_of(response) is MessageClass.SUCCESS
    assert transaction_id_of(response) == ID
    assert username_of(response) is None


@pytest.mark.parametrize(
    "datagram",
    [
        pytest.param(b"", id="empty"),
        pytest.param(CHECK[:19], id="short header"),
        pytest.param(CHECK[:22], id="no attribute"),
        pytest.param(CHECK[:30], id="cut USERNAME"),
        pytest.param(b"\x80" + CHECK[1:], id="RTP"),
        pytest.param(CHECK[:4] + bytes(4) + CHECK[8:], id="no cookie"),
        pytest.param(build_message(MessageClass.REQUEST, ID, [(0x0006, b"\xff")], key=None), id="not ASCII"),
        pytest.param(build_message(MessageClass.REQUEST, ID, [], key=None), id="no USERNAME"),
        pytest.param(build_message(MessageClass.REQUEST, ID, [(0x0006, b"a:b")], key=None, method=3), id="no Binding"),
        pytest.param(
            build_message(MessageClass.REQUEST, ID, [*[(0xC000, b"")] * 40, (0x0006, b"a:b")], key=None), id="far down"
        ),
    ],
)
def test_anything_else_is_for_nobody(datagram: bytes) -> None:
    assert username_of(datagram) is None
    assert local_ufrag_of(datagram) is None
