"""What can be wrong with a protected packet, as libsrtp reports it."""

from __future__ import annotations

import enum


class SrtpFailure(enum.Enum):
    """Kinds of failure worth counting apart."""

    AUTHENTICATION = "authentication"  #: wrong key, or the packet was changed on its way
    REPLAY = "replay"  #: this packet was seen before
    TOO_OLD = "too_old"  #: behind the replay window
    NO_CONTEXT = "no_context"  #: no stream of this SSRC and none may be made for it
    KEY_EXPIRED = "key_expired"  #: RFC 3711 section 9.2: 2^48 packets, or 2^31 RTCP packets, under one key
    MALFORMED = "malformed"  #: not an RTP or RTCP packet, or too short to be a protected one
    OTHER = "other"


# srtp_err_status_t of libsrtp, as far as it has a kind of its own here
_FAILURES = {
    2: (SrtpFailure.MALFORMED, "bad parameter"),
    7: (SrtpFailure.AUTHENTICATION, "authentication failed"),
    8: (SrtpFailure.AUTHENTICATION, "cipher failed"),
    9: (SrtpFailure.REPLAY, "packet was received before"),
    10: (SrtpFailure.TOO_OLD, "packet is older than the replay window"),
    13: (SrtpFailure.NO_CONTEXT, "no stream for this SSRC"),
    15: (SrtpFailure.KEY_EXPIRED, "key may not be used any more"),
    21: (SrtpFailure.MALFORMED, "packet cannot be parsed"),
    26: (SrtpFailure.TOO_OLD, "packet index is too old"),
}


class SrtpError(Exception):
    """A packet or a key was refused; the session stays usable."""

    def __init__(self, failure: SrtpFailure, message: str) -> None:
        super().__init__(message)
        self.failure = failure

    @classmethod
    def from_status(cls, status: int) -> SrtpError:
        """The error for a non-zero `srtp_err_status_t`."""
        failure, message = _FAILURES.get(status, (SrtpFailure.OTHER, f"libsrtp status {status}"))
        return cls(failure, message)
