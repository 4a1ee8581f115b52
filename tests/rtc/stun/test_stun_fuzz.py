"""Whatever comes from the network, `StunError` is the only error."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.stun import (
    MessageClass,
    StunError,
    build_check,
    build_message,
    build_success,
    message_class_of,
    parse_message,
    transaction_id_of,
    username_of,
)

ID = bytes(range(12))
VALID = build_check(ID, username="a:b", key=b"key", priority=1, controlling=True, tie_breaker=2, use_candidate=True)
VALID_WITHOUT_FINGERPRINT = VALID[:2] + (len(VALID) - 28).to_bytes(2) + VALID[4:-8]


def swallow(datagram: bytes) -> None:
    """All that the server does with a stranger's datagram."""
    username_of(datagram)
    message_class_of(datagram)
    transaction_id_of(datagram)
    with contextlib.suppress(StunError):
        message = parse_message(datagram)
        message.verify(b"key")
        repr(message)


@given(st.binary(max_size=200))
def test_random_bytes(datagram: bytes) -> None:
    swallow(datagram)


@given(st.binary(max_size=120))
def test_random_bytes_after_a_good_header(rest: bytes) -> None:
    swallow(bytes.fromhex("0001") + len(rest).to_bytes(2) + bytes.fromhex("2112a442") + ID + rest)


@given(st.lists(st.tuples(st.sampled_from([1, 6, 8, 9, 10, 0x20, 0x24, 0x25, 0x8022, 0x8029]), st.binary(max_size=24))))
def test_random_values_of_known_attributes(attributes: list[tuple[int, bytes]]) -> None:
    swallow(build_message(MessageClass.ERROR, ID, attributes, key=None))


@given(st.data())
def test_changed_messages(data: st.DataObject) -> None:
    datagram = bytearray(VALID_WITHOUT_FINGERPRINT)
    for _ in range(data.draw(st.integers(1, 4))):
        datagram[data.draw(st.integers(0, len(datagram) - 1))] = data.draw(st.integers(0, 255))
    swallow(bytes(datagram))


@given(st.integers(0, len(VALID)))
def test_cut_messages(size: int) -> None:
    swallow(VALID[:size])


@given(st.ip_addresses(), st.integers(0, 65535), st.binary(min_size=12, max_size=12))
def test_every_address_survives_the_way(host: object, port: int, transaction_id: bytes) -> None:
    message = parse_message(build_success(transaction_id, (str(host), port), key=b"k"))
    assert message.xor_mapped_address == (str(host), port)
