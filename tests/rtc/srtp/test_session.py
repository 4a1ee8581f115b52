"""SRTP sessions: known vectors, round trips, every kind of refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.rtc.rtcp import Nack, ReceiverReport
from kms_trio.rtc.rtp.header import write_header
from kms_trio.rtc.srtp import SrtpError, SrtpFailure, SrtpProfile, SrtpSession, profile_for_suite, profile_named
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM, AES128_CM_SHA1_80, ALL_PROFILES, DTLS_PROFILES

every_profile = pytest.mark.parametrize("profile", ALL_PROFILES, ids=lambda profile: profile.name)


def master_of(profile: SrtpProfile) -> bytes:
    return bytes(range(profile.master_bytes))


def pair(profile: SrtpProfile) -> tuple[SrtpSession, SrtpSession]:
    master = master_of(profile)
    return SrtpSession.outbound(profile, master), SrtpSession.inbound(profile, master)


def rtp(number: int, size: int = 100) -> bytes:
    return write_header(False, 96, number, number * 90, 0xCAFEBABE) + bytes(number & 0xFF for _ in range(size))


@pytest.mark.parametrize(
    ("profile", "master", "protected"),
    [
        (
            AES128_CM_SHA1_80,
            "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6",
            "4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb",
        ),
        (
            AEAD_AES_128_GCM,
            "000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab",
            "c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392",
        ),
    ],
    ids=["AES128_CM_SHA1_80", "AEAD_AES_128_GCM"],
)
def test_known_vector(profile: SrtpProfile, master: str, protected: str) -> None:
    header = bytes.fromhex("800f1234decafbadcafebabe")
    session = SrtpSession.outbound(profile, bytes.fromhex(master))
    assert session.protect(header + b"\xab" * 16) == header + bytes.fromhex(protected)


@every_profile
@pytest.mark.parametrize("size", [0, 1, 1188, 1400, 9000])
def test_rtp_round_trip_and_overhead(profile: SrtpProfile, size: int) -> None:
    ours, theirs = pair(profile)
    packet = rtp(1, size)
    protected = ours.protect(packet)
    assert len(protected) == len(packet) + profile.rtp_overhead_bytes
    assert theirs.unprotect(protected) == packet


@every_profile
def test_rtcp_round_trip_and_overhead(profile: SrtpProfile) -> None:
    ours, theirs = pair(profile)
    packet = bytes(ReceiverReport(1)) + bytes(Nack(1, 2, tuple(range(0, 20000, 17))))
    protected = ours.protect_rtcp(packet)
    assert len(protected) == len(packet) + profile.rtcp_overhead_bytes
    assert theirs.unprotect_rtcp(protected) == packet


@every_profile
def test_in_place_as_the_packet_path_does_it(profile: SrtpProfile) -> None:
    ours, theirs = pair(profile)
    packet = rtp(7, 1188)
    arena = bytearray(2048)
    arena[: len(packet)] = packet
    pointer = ours.ffi.from_buffer(arena)
    length = ours.ffi.new("int *", len(packet))
    assert ours.lib.srtp_protect(ours.context, pointer, length) == 0
    assert length[0] == len(packet) + profile.rtp_overhead_bytes
    assert theirs.lib.srtp_unprotect(theirs.context, pointer, length) == 0
    assert arena[: length[0]] == packet


@every_profile
def test_replay_and_window(profile: SrtpProfile) -> None:
    ours, theirs = pair(profile)
    protected = [ours.protect(rtp(number)) for number in range(1200)]
    for packet in (*protected[1:500], *protected[501:]):
        theirs.unprotect(packet)
    assert theirs.unprotect(protected[500]) == rtp(500)  # 699 packets late: within the window
    with pytest.raises(SrtpError) as replayed:
        theirs.unprotect(protected[500])
    assert replayed.value.failure is SrtpFailure.REPLAY
    with pytest.raises(SrtpError) as old:
        theirs.unprotect(protected[0])
    assert old.value.failure is SrtpFailure.TOO_OLD


@every_profile
def test_same_packet_is_protected_again_for_retransmission(profile: SrtpProfile) -> None:
    ours, _ = pair(profile)
    first = ours.protect(rtp(1))
    for number in range(2, 1000):
        ours.protect(rtp(number))
    assert ours.protect(rtp(1)) == first


@every_profile
def test_wrong_key_is_an_authentication_failure_and_harms_nothing(profile: SrtpProfile) -> None:
    ours, theirs = pair(profile)
    stranger = SrtpSession.outbound(profile, bytes(profile.master_bytes))
    for forged, unprotect in (
        (stranger.protect(rtp(1)), theirs.unprotect),
        (stranger.protect_rtcp(bytes(ReceiverReport(1))), theirs.unprotect_rtcp),
    ):
        with pytest.raises(SrtpError) as caught:
            unprotect(forged)
        assert caught.value.failure is SrtpFailure.AUTHENTICATION
    assert theirs.unprotect(ours.protect(rtp(1))) == rtp(1)


@every_profile
def test_sequence_numbers_wrap(profile: SrtpProfile) -> None:
    ours, theirs = pair(profile)
    for number in range(65000, 66000):
        assert theirs.unprotect(ours.protect(rtp(number, 4))) == rtp(number, 4)


def test_master_of_wrong_length() -> None:
    with pytest.raises(SrtpError, match="has 28 bytes of key"):
        SrtpSession.inbound(AEAD_AES_128_GCM, bytes(30))


def test_packet_that_is_no_packet() -> None:
    ours, _ = pair(AEAD_AES_128_GCM)
    with pytest.raises(SrtpError) as caught:
        ours.protect(b"\x80" * 11)
    assert caught.value.failure is SrtpFailure.MALFORMED
    with pytest.raises(SrtpError):
        ours.protect(bytes(70000))


@pytest.mark.parametrize("profile", DTLS_PROFILES, ids=lambda profile: profile.name)
@given(data=st.one_of(st.binary(max_size=100), st.binary(max_size=100).map(lambda tail: b"\x90\x60\x00\x01" + tail)))
def test_any_bytes_raise_nothing_else(profile: SrtpProfile, data: bytes) -> None:
    _, theirs = pair(profile)
    for unprotect in (theirs.unprotect, theirs.unprotect_rtcp):
        with pytest.raises(SrtpError):
            unprotect(data)


def test_profiles_by_name_and_suite() -> None:
    assert profile_named("SRTP_AES128_CM_SHA1_80") is profile_named("SRTP_AES128_CM_HMAC_SHA1_80") is AES128_CM_SHA1_80
    assert profile_for_suite("AES_CM_128_HMAC_SHA1_80") is AES128_CM_SHA1_80
    for lookup in (profile_named, profile_for_suite):
        with pytest.raises(SrtpError, match="'NULL' is not supported"):
            lookup("NULL")
