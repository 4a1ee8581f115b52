"""Handshakes of two engines: all kinds of keys, losses, strangers, garbage."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kms_trio.rtc.dtls import DtlsError, DtlsIdentity, DtlsRole, DtlsState, DtlsTransport
from kms_trio.rtc.dtls.engine import MAX_DATA_BYTES, MTU_BYTES
from kms_trio.rtc.srtp import SrtpSession
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM, DTLS_PROFILES, SrtpProfile
from kms_trio.testing.dtls_pair import DtlsPair

Identities = dict[str, DtlsIdentity]


def states(pair: DtlsPair) -> tuple[DtlsState, DtlsState]:
    return pair.client.state, pair.server.state


@pytest.mark.parametrize(("client", "server"), list(itertools.product(["RSA", "ECDSA"], repeat=2)))
def test_handshake(identities: Identities, client: str, server: str) -> None:
    pair = DtlsPair.of(identities[client], identities[server])
    assert states(pair) == (DtlsState.CONNECTING, DtlsState.CONNECTING)
    assert 0 < (pair.client.timeout_s or 0) <= 1
    pair.pump()
    assert states(pair) == (DtlsState.CONNECTED, DtlsState.CONNECTED)
    assert pair.client.timeout_s is pair.server.timeout_s is None
    ours, theirs = pair.client.srtp_keys(), pair.server.srtp_keys()
    assert ours.profile is theirs.profile is AEAD_AES_128_GCM
    assert ours.local_master == theirs.remote_master != ours.remote_master == theirs.local_master
    assert all(len(datagram) <= MTU_BYTES for _, datagram in pair.log)
    packet = bytes.fromhex("80600001000000020000000300112233")
    protected = SrtpSession.outbound(ours.profile, ours.local_master).protect(packet)
    assert SrtpSession.inbound(theirs.profile, theirs.remote_master).unprotect(protected) == packet


@pytest.mark.parametrize("profile", DTLS_PROFILES, ids=lambda profile: profile.name)
@pytest.mark.parametrize("limited", list(DtlsRole), ids=lambda role: role.value)
def test_each_profile_in_each_role(identities: Identities, profile: SrtpProfile, limited: DtlsRole) -> None:
    narrow = DtlsIdentity.from_pem(identities["ECDSA"].to_pem())
    narrow.context.set_tlsext_use_srtp(profile.openssl_name.encode())
    wide = identities["other"]
    pair = DtlsPair.of(narrow, wide) if limited is DtlsRole.CLIENT else DtlsPair.of(wide, narrow)
    pair.pump()
    keys, others = pair.client.srtp_keys(), pair.server.srtp_keys()
    assert keys.profile is others.profile is profile
    assert keys.local_master == others.remote_master
    assert len(keys.local_master) == profile.master_bytes


def test_no_profile_in_common(identities: Identities) -> None:
    narrow = DtlsIdentity.from_pem(identities["ECDSA"].to_pem())
    narrow.context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_32")
    pair = DtlsPair.of(narrow, identities["other"])
    pair.pump()
    assert DtlsState.CONNECTED not in (pair.client.state, pair.server.state)
    assert pair.server.error == "no SRTP profile in common"


def test_data_alone_needs_no_profile(identities: Identities) -> None:
    narrow = DtlsIdentity.from_pem(identities["ECDSA"].to_pem())
    narrow.context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_32")
    other = identities["other"]
    pair = DtlsPair(
        DtlsTransport(narrow, DtlsRole.CLIENT, [("sha-256", other.fingerprint())], srtp_required=False),
        DtlsTransport(other, DtlsRole.SERVER, [("sha-256", narrow.fingerprint())], srtp_required=False),
    )
    pair.server.start()
    pair.client.start()
    pair.pump()
    assert states(pair) == (DtlsState.CONNECTED, DtlsState.CONNECTED)
    with pytest.raises(DtlsError, match="no SRTP keys"):
        pair.server.srtp_keys()


@pytest.mark.parametrize("role", list(DtlsRole), ids=lambda role: role.value)
def test_wrong_fingerprint_fails(identities: Identities, role: DtlsRole) -> None:
    pair = DtlsPair.of(identities["RSA"], identities["ECDSA"])
    suspicious = DtlsTransport(
        identities["RSA" if role is DtlsRole.CLIENT else "ECDSA"],
        role,
        [("sha-256", identities["other"].fingerprint())],
    )
    suspicious.start()
    pair = DtlsPair(suspicious, pair.server) if role is DtlsRole.CLIENT else DtlsPair(pair.client, suspicious)
    pair.pump()
    assert suspicious.state is DtlsState.FAILED
    assert suspicious.error == "the peer's certificate has none of the fingerprints of its SDP"
    assert suspicious.timeout_s is None
    with pytest.raises(DtlsError, match="no SRTP keys: the DTLS state is failed"):
        suspicious.srtp_keys()
    trusting = pair.server if role is DtlsRole.CLIENT else pair.client
    assert trusting.state is DtlsState.CLOSED  # was told by close_notify


def test_application_data_and_close(identities: Identities) -> None:
    pair = DtlsPair.of(identities["ECDSA"], identities["other"])
    with pytest.raises(DtlsError, match="state is connecting"):
        pair.client.send(b"early")
    pair.pump()
    for message in (b"one", b"two", b"x" * MAX_DATA_BYTES):
        pair.client.send(message)
    for datagram in pair.client.datagrams():
        assert len(datagram) <= MTU_BYTES
        pair.server.receive(datagram)
    assert pair.server.received() == [b"one", b"two", b"x" * MAX_DATA_BYTES]
    assert pair.server.received() == []
    pair.server.close()
    assert pair.server.state is DtlsState.CLOSED
    pair.pump()
    assert pair.client.state is DtlsState.CLOSED
    with pytest.raises(DtlsError, match="state is closed"):
        pair.client.send(b"late")
    assert pair.client.srtp_keys().local_master  # packets on their way can still be read


def test_message_too_large_for_a_datagram(identities: Identities) -> None:
    pair = DtlsPair.of(identities["ECDSA"], identities["other"])
    pair.pump()
    with pytest.raises(DtlsError, match="1164 bytes cannot be sent"):
        pair.client.send(bytes(MAX_DATA_BYTES + 1))
    pair.client.send(b"still alive")
    pair.pump()
    assert pair.server.received() == [b"still alive"]


def test_close_before_anything(identities: Identities) -> None:
    transport = DtlsTransport(identities["ECDSA"], DtlsRole.CLIENT, [])
    transport.receive(b"early")
    transport.close()
    transport.start()
    transport.handle_timeout()
    assert transport.state is DtlsState.CLOSED
    assert transport.datagrams() == []
    assert transport.datagrams_discarded == 1


def test_duplicated_and_reordered_flights(identities: Identities) -> None:
    pair = DtlsPair.of(identities["RSA"], identities["RSA"], lambda sender, index, datagram: [datagram, datagram])
    pair.pump()
    assert states(pair) == (DtlsState.CONNECTED, DtlsState.CONNECTED)
    for role, datagram in reversed(pair.log):
        (pair.server if role is DtlsRole.CLIENT else pair.client).receive(datagram)
    pair.client.send(b"after the replay")
    pair.pump()
    assert states(pair) == (DtlsState.CONNECTED, DtlsState.CONNECTED)
    assert pair.server.received() == [b"after the replay"]
    assert pair.server.datagrams_discarded > 0


def test_alert_of_the_peer_fails_the_handshake(identities: Identities) -> None:
    client = DtlsTransport(identities["ECDSA"], DtlsRole.CLIENT, [])
    client.start()
    client.receive(bytes.fromhex("15 fefd 0000 000000000000 0002 0228"))  # fatal alert: handshake_failure
    assert client.state is DtlsState.FAILED
    assert "handshake failure" in (client.error or "")


@pytest.mark.slow
def test_lost_flights_are_repeated(identities: Identities) -> None:
    """Every datagram of a handshake is lost once; OpenSSL's timers run in real time (1 s)."""
    pairs = []
    for sender, lost in ((DtlsRole.CLIENT, 0), (DtlsRole.SERVER, 0), (DtlsRole.CLIENT, 1), (DtlsRole.SERVER, 1)):

        def wire(role: DtlsRole, index: int, datagram: bytes, at: tuple[DtlsRole, int] = (sender, lost)) -> list[bytes]:
            return [] if (role, index) == at else [datagram]

        pairs.append(DtlsPair.of(identities["ECDSA"], identities["other"], wire))
    for pair in pairs:
        pair.pump()
        assert DtlsState.CONNECTING in (pair.client.state, pair.server.state)
    for _ in range(4):
        waiting = [end for pair in pairs for end in (pair.client, pair.server) if end.state is DtlsState.CONNECTING]
        if not waiting:
            break
        time.sleep(max(end.timeout_s or 0.0 for end in waiting))
        for end in waiting:
            end.handle_timeout()
        for pair in pairs:
            pair.pump()
    assert [states(pair) for pair in pairs] == [(DtlsState.CONNECTED,) * 2] * len(pairs)


garbage = st.one_of(
    st.binary(max_size=200),
    # a record header that looks right: type, version, epoch 0 or 1, sequence number, length
    st.tuples(st.integers(20, 25), st.integers(0, 1), st.integers(0, 1 << 48), st.binary(max_size=100)).map(
        lambda parts: (
            bytes((parts[0], 0xFE, 0xFD, 0, parts[1]))
            + (parts[2] & 0xFFFFFFFFFFFF).to_bytes(6, "big")
            + len(parts[3]).to_bytes(2, "big")
            + parts[3]
        )
    ),
)


@given(st.lists(garbage, max_size=5), st.sampled_from(list(DtlsRole)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_never_raises(identities: Identities, datagrams: list[bytes], role: DtlsRole) -> None:
    transport = DtlsTransport(identities["ECDSA"], role, [])
    transport.start()
    for datagram in datagrams:
        transport.receive(datagram)
        transport.datagrams()
    assert transport.state in (DtlsState.CONNECTING, DtlsState.FAILED)
    assert (transport.state is DtlsState.FAILED) is (transport.error is not None)


@given(st.lists(garbage, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_garbage_does_not_disturb_a_connection(identities: Identities, datagrams: list[bytes]) -> None:
    pair = DtlsPair.of(identities["ECDSA"], identities["other"])
    pair.pump()
    for datagram in datagrams:
        pair.server.receive(datagram)
    assert pair.server.datagrams_discarded == len(datagrams)
    pair.client.send(b"fine")
    pair.pump()
    assert pair.server.received() == [b"fine"]
