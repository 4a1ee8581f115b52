"""One DTLS association (RFC 6347, RFC 5764): datagrams in, datagrams, SRTP keys and application data out.

It does no I/O, but it is not free of the clock: OpenSSL times retransmissions by its own, so `timeout_s` counts from
now and not to a given moment.

Nothing here resists a flood of ClientHellos (no cookie exchange): feed only datagrams whose source address an ICE
connectivity check has validated. A ClientHello that comes before the remote fingerprint is known, or before a valid
pair, is held by the caller; the peer repeats it otherwise, a second later.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterable

import attrs
from OpenSSL import SSL, crypto

from kms_trio.rtc.dtls.errors import DtlsError
from kms_trio.rtc.dtls.fingerprint import fingerprints_match
from kms_trio.rtc.dtls.identity import DtlsIdentity
from kms_trio.rtc.dtls.records import split_datagrams
from kms_trio.rtc.srtp.profiles import SrtpProfile, profile_named

#: Largest datagram produced: fits every path that carries WebRTC (IPv6 minimum MTU less headers and a TURN wrapper).
MTU_BYTES = 1200

#: What a datagram holds besides record header, explicit nonce and tag of AES-GCM (RFC 5288).
MAX_DATA_BYTES = MTU_BYTES - 13 - 8 - 16

_READ_BYTES = 16384
_EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764 section 4.2
_MAX_RECEIVED_BYTES = 1 << 20


class DtlsRole(enum.Enum):
    """Who speaks first; SDP `a=setup` active is CLIENT, passive is SERVER (RFC 5763 section 5)."""

    CLIENT = "client"
    SERVER = "server"


class DtlsState(enum.Enum):
    """States of RTCDtlsTransport. CLOSED and FAILED are final."""

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSED = "closed"
    FAILED = "failed"


@attrs.frozen
class SrtpKeys:
    """Result of a handshake: each master is key followed by salt."""

    profile: SrtpProfile
    local_master: bytes = attrs.field(repr=False)  #: protects what we send
    remote_master: bytes = attrs.field(repr=False)  #: protects what the peer sends


class DtlsTransport:
    """A DTLS client or server.

    Call `start` once; then `receive` for each datagram and `handle_timeout` whenever `timeout_s` has passed; after each
    call send what `datagrams` gives and look at `state`. Nothing received ever raises: what cannot be used is counted
    in `datagrams_discarded`, what breaks the association makes the state FAILED with the reason in `error`.
    """

    __slots__ = (
        "_connection",
        "_identity",
        "_outgoing",
        "_received",
        "_received_bytes",
        "_remote_fingerprints",
        "_srtp_keys",
        "_srtp_required",
        "datagrams_discarded",
        "error",
        "remote_certificate",
        "role",
        "state",
    )

    def __init__(
        self,
        identity: DtlsIdentity,
        role: DtlsRole,
        remote_fingerprints: Iterable[tuple[str, str]],
        srtp_required: bool = True,
    ) -> None:
        """`remote_fingerprints` are those of the SDP: pairs of hash name and hex with colons.

        Without `srtp_required` (data channels alone) a handshake that negotiates no SRTP profile succeeds too.
        """
        self.role = role
        self.state = DtlsState.NEW
        self.error: str | None = None  #: why the state is FAILED
        self.datagrams_discarded = 0
        self.remote_certificate = b""  #: the peer's, in DER, once CONNECTED
        self._identity = identity
        self._remote_fingerprints = tuple(remote_fingerprints)
        self._connection: SSL.Connection | None = None
        self._outgoing: list[bytes] = []
        self._received: list[bytes] = []
        self._received_bytes = 0
        self._srtp_keys: SrtpKeys | None = None
        self._srtp_required = srtp_required

    def start(self) -> None:
        """NEW to CONNECTING; the client's first flight is then in `datagrams`. In other states nothing happens."""
        if self.state is not DtlsState.NEW:
            return
        self._connection = connection = SSL.Connection(self._identity.context)
        connection.set_ciphertext_mtu(MTU_BYTES)
        if self.role is DtlsRole.CLIENT:
            connection.set_connect_state()
        else:
            connection.set_accept_state()
        self.state = DtlsState.CONNECTING
        self._handshake(connection)

    def receive(self, datagram: bytes) -> None:
        """Feed one datagram. Before `start` and in a final state it is discarded."""
        connection = self._connection
        if connection is None or not 0 < len(datagram) <= _READ_BYTES:
            self.datagrams_discarded += 1
            return
        connection.bio_write(datagram)
        if self.state is DtlsState.CONNECTED:
            if not self._read(connection):
                self.datagrams_discarded += 1
            return
        if self._handshake(connection):
            self._read(connection)  # data may follow the last flight in the same datagram

    @property
    def timeout_s(self) -> float | None:
        """Seconds from now until `handle_timeout` is due; None: no flight is waiting for an answer."""
        if self._connection is None or self.state is not DtlsState.CONNECTING:
            return None
        remaining: float | None = self._connection.DTLSv1_get_timeout()
        return remaining

    def handle_timeout(self) -> None:
        """Send the last flight again if its time has come; after too many times the state is FAILED."""
        connection = self._connection
        if connection is None or self.state is not DtlsState.CONNECTING:
            return
        try:
            connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            self._fail(f"no answer to the handshake: {_reason(error)}")
            return
        self._handshake(connection)

    def datagrams(self) -> list[bytes]:
        """Take what is to be sent now, in order, each at most MTU_BYTES long."""
        self._flush()
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def srtp_keys(self) -> SrtpKeys:
        """The keys of the association. Raises DtlsError unless it is or was CONNECTED with an SRTP profile."""
        if self._srtp_keys is None:
            raise DtlsError(f"there are no SRTP keys: the DTLS state is {self.state.value}")
        return self._srtp_keys

    def send(self, data: bytes) -> None:
        """Send application data (SCTP, RFC 8261), at most MAX_DATA_BYTES. Raises DtlsError unless CONNECTED."""
        connection = self._connection
        if connection is None or self.state is not DtlsState.CONNECTED:
            raise DtlsError(f"no data can be sent: the DTLS state is {self.state.value}")
        if len(data) > MAX_DATA_BYTES:
            raise DtlsError(f"{len(data)} bytes cannot be sent: a datagram holds {MAX_DATA_BYTES}")
        try:
            connection.send(data)
        except SSL.Error as error:
            raise DtlsError(f"{len(data)} bytes cannot be sent: {_reason(error)}") from error
        self._flush()  # keeps one datagram a message apart from the next

    def received(self) -> list[bytes]:
        """Take the application data that has come, one item a record."""
        received, self._received = self._received, []
        self._received_bytes = 0
        return received

    def close(self) -> None:
        """Say close_notify if there is a connection, and be CLOSED (FAILED stays)."""
        connection = self._connection
        if connection is not None and self.state is DtlsState.CONNECTED:
            self._say_goodbye(connection)
        if self.state is not DtlsState.FAILED:
            self.state = DtlsState.CLOSED
        self._release()

    def _handshake(self, connection: SSL.Connection) -> bool:
        """Go on with the handshake; true when that makes the state CONNECTED."""
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            self._fail(f"handshake failed: {_reason(error)}")
            return False
        certificate = connection.get_peer_certificate()
        der = b"" if certificate is None else crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
        if not der or not fingerprints_match(der, self._remote_fingerprints):
            self._say_goodbye(connection)
            self._fail("the peer's certificate has none of the fingerprints of its SDP")
            return False
        self.remote_certificate = der
        profile_name = connection.get_selected_srtp_profile().decode("ascii", "replace")
        if profile_name:
            self._srtp_keys = self._export_keys(connection, profile_named(profile_name))
        elif self._srtp_required:
            self._say_goodbye(connection)
            self._fail("no SRTP profile in common")
            return False
        self.state = DtlsState.CONNECTED
        return True

    def _export_keys(self, connection: SSL.Connection, profile: SrtpProfile) -> SrtpKeys:
        """RFC 5764 section 4.2: client key, server key, client salt, server salt."""
        key, salt = profile.key_bytes, profile.salt_bytes
        material = connection.export_keying_material(_EXPORTER_LABEL, 2 * profile.master_bytes)
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        local, remote = (client, server) if self.role is DtlsRole.CLIENT else (server, client)
        return SrtpKeys(profile, local, remote)

    def _read(self, connection: SSL.Connection) -> bool:
        """Take application data out; OpenSSL also answers a repeated last flight and reads alerts meanwhile.

        False: there was neither data nor an alert.
        """
        useful = False
        while True:
            try:
                data = connection.recv(_READ_BYTES)
            except SSL.WantReadError:
                break
            except SSL.ZeroReturnError:  # close_notify: RFC 5246 section 7.2.1 wants one back
                self._say_goodbye(connection)
                self.state = DtlsState.CLOSED
                self._release()
                return True
            except SSL.Error as error:
                self._fail(f"the peer ended the association: {_reason(error)}")
                return True
            useful = True
            if self._received_bytes + len(data) > _MAX_RECEIVED_BYTES:  # nobody takes it: drop, as UDP would
                self.datagrams_discarded += 1
                continue
            self._received.append(data)
            self._received_bytes += len(data)
        return useful

    def _say_goodbye(self, connection: SSL.Connection) -> None:
        with contextlib.suppress(SSL.Error):  # nothing more can be said on this connection
            connection.shutdown()

    def _fail(self, reason: str) -> None:
        self.error = reason
        self.state = DtlsState.FAILED
        self._release()

    def _flush(self) -> None:
        connection = self._connection
        if connection is None:
            return
        stream = b""
        with contextlib.suppress(SSL.WantReadError):  # raised when it is empty, which costs more than a read
            while True:
                piece = connection.bio_read(_READ_BYTES)
                stream += piece
                if len(piece) < _READ_BYTES:
                    break
        if stream:
            self._outgoing += split_datagrams(stream, MTU_BYTES)

    def _release(self) -> None:
        """Keep what is still to be sent (an alert, a close_notify), give OpenSSL's memory back."""
        self._flush()
        self._connection = None


def _reason(error: SSL.Error) -> str:
    """OpenSSL's own words: pyOpenSSL errors carry a list of (library, function, reason)."""
    queue = error.args[0] if error.args else None
    if isinstance(queue, list):
        return "; ".join(str(entry[-1]) for entry in queue)
    return str(error) or type(error).__name__
