"""The sample messages of RFC 5769 (short-term credentials)."""

from __future__ import annotations

import pytest

from kms_trio.rtc.stun import MessageClass, StunError, parse_message, username_of

KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION_ID = bytes.fromhex("b7e7a701bc34d686fa87dfae")

REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"  # SOFTWARE
    "002400046e0001ff"  # PRIORITY
    "80290008932ff9b151263b36"  # ICE-CONTROLLED
    "000600096576746a3a68367659202020"  # USERNAME, padded with blanks
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"  # MESSAGE-INTEGRITY
    "80280004e57a3bcf"  # FINGERPRINT
)
RESPONSE_IPV4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"  # SOFTWARE
    "002000080001a147e112a643"  # XOR-MAPPED-ADDRESS
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
RESPONSE_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)


def test_sample_request() -> None:
    message = parse_message(REQUEST)
    assert message.message_class is MessageClass.REQUEST
    assert message.transaction_id == TRANSACTION_ID
    assert message.software == "STUN test client"
    assert message.priority == 0x6E0001FF
    assert message.ice_controlled == 0x932FF9B151263B36
    assert message.username == username_of(REQUEST) == "evtj:h6vY"
    assert message.has_fingerprint
    assert message.not_understood == ()
    assert message.verify(KEY)
    assert not message.verify(b"another password")


@pytest.mark.parametrize(
    ("response", "host"), [(RESPONSE_IPV4, "192.0.2.1"), (RESPONSE_IPV6, "2001:db8:1234:5678:11:2233:4455:6677")]
)
def test_sample_responses(response: bytes, host: str) -> None:
    message = parse_message(response)
    assert message.message_class is MessageClass.SUCCESS
    assert message.xor_mapped_address == (host, 32853)
    assert message.software == "test vector"
    assert message.verify(KEY)


def test_any_changed_byte_is_noticed() -> None:
    for at in range(8, len(REQUEST) - 8):
        changed = bytearray(REQUEST)
        changed[at] ^= 0x01
        with pytest.raises(StunError):
            parse_message(bytes(changed))
