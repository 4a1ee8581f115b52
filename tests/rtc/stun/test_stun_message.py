"""Each attribute: what is written, what is read, and its malformed twins."""

from __future__ import annotations

import struct

import pytest

from kms_trio.rtc.stun import (
    BAD_REQUEST,
    ROLE_CONFLICT,
    UNKNOWN_ATTRIBUTE,
    Message,
    MessageClass,
    StunError,
    build_check,
    build_error,
    build_message,
    build_success,
    parse_message,
)

ID = bytes(range(12))
KEY = b"the password of the receiver"


def one(kind: int, value: bytes) -> Message:
    """A message with a single attribute, read back."""
    return parse_message(build_message(MessageClass.REQUEST, ID, [(kind, value)], key=None))


def test_check_has_the_bytes_of_the_rfc() -> None:
    request = build_check(
        ID, username="them:us", key=KEY, priority=0x6E0001FF, controlling=True, tie_breaker=0x0102030405060708
    )
    assert request[:20] == bytes.fromhex("000100402112a442") + ID
    assert request[20:32] == bytes.fromhex("00060007") + b"them:us\0"
    assert request[32:40] == bytes.fromhex("002400046e0001ff")
    assert request[40:52] == bytes.fromhex("802a00080102030405060708")
    assert request[52:56] == bytes.fromhex("00080014")
    assert request[76:80] == bytes.fromhex("80280004")
    assert len(request) == 84


def test_check_reads_back() -> None:
    request = build_check(
        ID, username="them:us", key=KEY, priority=7, controlling=False, tie_breaker=9, use_candidate=True
    )
    message = parse_message(request)
    assert (message.username, message.priority, message.ice_controlled) == ("them:us", 7, 9)
    assert message.ice_controlling is None
    assert message.use_candidate
    assert message.has_integrity
    assert message.has_fingerprint
    assert message.verify(KEY)


@pytest.mark.parametrize("address", [("192.0.2.7", 1), ("2001:db8::7", 65535), ("::", 0), ("fe80::1", 5)])
def test_success_carries_the_mapped_address(address: tuple[str, int]) -> None:
    message = parse_message(build_success(ID, address, key=KEY))
    assert message.message_class is MessageClass.SUCCESS
    assert message.xor_mapped_address == address
    assert message.verify(KEY)


def test_zone_of_an_address_stays_here() -> None:
    assert parse_message(build_success(ID, ("fe80::1%eth0", 5), key=KEY)).xor_mapped_address == ("fe80::1", 5)


@pytest.mark.parametrize("code", [BAD_REQUEST, ROLE_CONFLICT, 300, 699])
def test_error_carries_its_code(code: int) -> None:
    message = parse_message(build_error(ID, code, key=KEY))
    assert message.message_class is MessageClass.ERROR
    assert message.error is not None
    assert message.error[0] == code
    assert message.error[1]
    assert message.verify(KEY)


def test_unknown_attributes_are_named() -> None:
    message = parse_message(build_error(ID, UNKNOWN_ATTRIBUTE, key=None, unknown=(0x7FFF, 0x0003)))
    assert message.unknown_attributes == (0x7FFF, 0x0003)
    assert not message.has_integrity
    assert not message.verify(KEY)


def test_attributes_that_must_be_understood_are_told_from_those_that_may_be_ignored() -> None:
    assert one(0x7FFF, b"abc").not_understood == (0x7FFF,)
    assert one(0xC057, bytes(4)).not_understood == ()
    assert one(0x0014, b"a realm").others == {0x0014: b"a realm"}


def test_first_of_two_equal_attributes_counts() -> None:
    datagram = build_message(MessageClass.REQUEST, ID, [(0x0006, b"first"), (0x0006, b"second")], key=None)
    assert parse_message(datagram).username == "first"


def test_what_follows_the_signature_is_not_read() -> None:
    signed = build_message(MessageClass.REQUEST, ID, [(0x0006, b"name")], key=KEY)[:-8]
    datagram = signed[:2] + (len(signed) + 4 - 20).to_bytes(2) + signed[4:] + bytes.fromhex("00250000")
    message = parse_message(datagram)
    assert message.verify(KEY)
    assert not message.use_candidate


def test_class_and_method_are_split() -> None:
    message = parse_message(build_message(MessageClass.INDICATION, ID, [], key=None, method=0x0003))
    assert message.message_class is MessageClass.INDICATION
    assert message.method == 0x0003


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(0x0006, b"\xff\xfe", id="USERNAME not UTF-8"),
        pytest.param(0x0006, b"x" * 514, id="USERNAME too long"),
        pytest.param(0x0024, bytes(3), id="PRIORITY short"),
        pytest.param(0x0024, bytes(5), id="PRIORITY long"),
        pytest.param(0x0025, b"x", id="USE-CANDIDATE with a value"),
        pytest.param(0x8029, bytes(7), id="ICE-CONTROLLED short"),
        pytest.param(0x802A, bytes(9), id="ICE-CONTROLLING long"),
        pytest.param(0x0020, bytes(3), id="XOR-MAPPED-ADDRESS short"),
        pytest.param(0x0020, b"\0\3" + bytes(6), id="XOR-MAPPED-ADDRESS of an unknown family"),
        pytest.param(0x0020, b"\0\1" + bytes(18), id="XOR-MAPPED-ADDRESS: IPv4 of IPv6 size"),
        pytest.param(0x0020, b"\0\2" + bytes(6), id="XOR-MAPPED-ADDRESS: IPv6 of IPv4 size"),
        pytest.param(0x0009, bytes(3), id="ERROR-CODE short"),
        pytest.param(0x0009, b"\0\0\2\0", id="ERROR-CODE class 2"),
        pytest.param(0x0009, b"\0\0\4\x64", id="ERROR-CODE number 100"),
        pytest.param(0x0009, b"\0\0\4\0" + b"x" * 764, id="ERROR-CODE reason too long"),
        pytest.param(0x000A, bytes(3), id="UNKNOWN-ATTRIBUTES odd"),
        pytest.param(0x8022, b"x" * 764, id="SOFTWARE too long"),
        pytest.param(0x0008, bytes(19), id="MESSAGE-INTEGRITY short"),
        pytest.param(0x0008, bytes(32), id="MESSAGE-INTEGRITY long"),
        pytest.param(0x8028, bytes(4), id="FINGERPRINT not last"),
    ],
)
def test_malformed_values_are_refused(kind: int, value: bytes) -> None:
    with pytest.raises(StunError):
        one(kind, value)


@pytest.mark.parametrize(
    "datagram",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes.fromhex("000100002112a442") + ID[:-1], id="19 bytes"),
        pytest.param(bytes.fromhex("000100002112a443") + ID, id="wrong cookie"),
        pytest.param(bytes.fromhex("400100002112a442") + ID, id="first bits set"),
        pytest.param(bytes.fromhex("000100042112a442") + ID, id="length beyond the end"),
        pytest.param(bytes.fromhex("000100002112a442") + ID + bytes(4), id="bytes after the end"),
        pytest.param(bytes.fromhex("000100022112a442") + ID + bytes(2), id="length no multiple of four"),
        pytest.param(bytes.fromhex("000100042112a442") + ID + b"\x80\x22\0\4", id="value beyond the end"),
        pytest.param(bytes.fromhex("000100082112a442") + ID + b"\x80\x22\0\5abcd", id="padding beyond the end"),
    ],
)
def test_malformed_messages_are_refused(datagram: bytes) -> None:
    with pytest.raises(StunError):
        parse_message(datagram)


def test_a_message_stuffed_with_attributes_is_refused() -> None:
    attributes = [(0xC000 + number, b"") for number in range(200)]
    with pytest.raises(StunError, match="attributes"):
        parse_message(build_message(MessageClass.REQUEST, ID, attributes, key=None))


def test_wrong_fingerprint_is_refused() -> None:
    datagram = build_message(MessageClass.REQUEST, ID, [], key=None)
    (fingerprint,) = struct.unpack("!I", datagram[-4:])
    with pytest.raises(StunError, match="FINGERPRINT"):
        parse_message(datagram[:-4] + struct.pack("!I", fingerprint ^ 1))
