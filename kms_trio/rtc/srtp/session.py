"""One direction of SRTP and SRTCP (RFC 3711) under one master key, over the cffi binding inside pylibsrtp.

pylibsrtp's own `Session` refuses packets above 1356 bytes and copies each one twice. Here the packet path calls
libsrtp on its own memory::

    status = session.lib.srtp_protect(session.context, pointer, length)      # cffi: void *, int *

where `pointer` leads to the packet, with `profile.rtp_overhead_bytes` writable bytes behind it, and `length` to its
length, both updated in place; a status other than 0 means that the packet must not be sent (`SrtpError.from_status`).
The `bytes` methods do the same with memory of their own and suit RTCP, tests and rare packets.

A session is not thread-safe and cffi releases the GIL inside libsrtp: use one from one thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pylibsrtp import Policy
from pylibsrtp._binding import ffi, lib

from kms_trio.rtc.srtp.errors import SrtpError, SrtpFailure
from kms_trio.rtc.srtp.profiles import (
    AEAD_AES_128_GCM,
    AEAD_AES_256_GCM,
    AES128_CM_SHA1_32,
    AES128_CM_SHA1_80,
    AES256_CM_SHA1_32,
    AES256_CM_SHA1_80,
    SrtpProfile,
)

# libsrtp may write up to SRTP_MAX_SRTCP_TRAILER_LEN (index + tag + MKI) behind a packet
_MAX_TRAILER_BYTES = 4 + 16 + 128
_MAX_PACKET_BYTES = 65535

#: A viewer may ask for any of the last 1024 packets again; libsrtp's default window of 128 would refuse those.
DEFAULT_WINDOW_SIZE = 1024


def _libsrtp_profile(profile: SrtpProfile) -> int:
    numbers = {
        AEAD_AES_128_GCM.name: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        AEAD_AES_256_GCM.name: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
        AES128_CM_SHA1_80.name: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
        AES128_CM_SHA1_32.name: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
        # Not known to the binding: begun as what differs by nothing but the cipher.
        AES256_CM_SHA1_80.name: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
        AES256_CM_SHA1_32.name: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    }
    number: int = numbers[profile.name]
    return number


_AES_ICM_128, _AES_ICM_256 = 1, 5  # srtp_cipher_type_id_t of libsrtp


def _use_256_bit_key(crypto_policy: Any, master_bytes: int) -> None:
    """Turn a `srtp_crypto_policy_t` of AES-128 in counter mode into one of AES-256.

    The binding does not declare its fields, so the first two (`cipher_type`, `cipher_key_len`) are written in place,
    after a look whether they are what is expected there. Raises SrtpError when they are not.
    """
    memory = ffi.cast("int *", crypto_policy)
    if (memory[0], memory[1]) != (_AES_ICM_128, 30):
        raise SrtpError(SrtpFailure.OTHER, "this libsrtp has another policy layout: no AES-256 in counter mode")
    memory[0], memory[1] = _AES_ICM_256, master_bytes


class SrtpSession:
    """Protects everything sent under one key, or unprotects everything received under it, whatever the SSRC.

    Make one by `outbound` or `inbound`. `context` is the `srtp_t`, for calls of `lib` on the packet path; it is valid
    as long as this object lives.
    """

    __slots__ = ("_owner", "context", "profile")

    #: libsrtp: `srtp_protect`, `srtp_unprotect`, `srtp_protect_rtcp`, ..., each `(srtp_t, void *, int *) -> int`.
    lib: Any = lib
    #: The cffi instance which made them: `ffi.cast("void *", address)`, `ffi.new("int *")`.
    ffi: Any = ffi

    def __init__(
        self, profile: SrtpProfile, master: bytes, ssrc_type: int, window_size: int, allow_repeat_tx: bool
    ) -> None:
        if len(master) != profile.master_bytes:
            expected = profile.master_bytes
            raise SrtpError(SrtpFailure.OTHER, f"{profile.name} has {expected} bytes of key + salt, not {len(master)}")
        policy = Policy(key=bytes(master), ssrc_type=ssrc_type, srtp_profile=_libsrtp_profile(profile))
        if profile in (AES256_CM_SHA1_80, AES256_CM_SHA1_32):
            for part in (policy._policy.rtp, policy._policy.rtcp):
                _use_256_bit_key(ffi.addressof(part), profile.master_bytes)
        policy.window_size = window_size
        policy.allow_repeat_tx = allow_repeat_tx
        owner = ffi.new("srtp_t *")
        status = lib.srtp_create(owner, policy._policy)
        if status:
            raise SrtpError.from_status(status)
        self.profile = profile
        self.context: Any = owner[0]
        self._owner = ffi.gc(owner, _dealloc)

    @classmethod
    def outbound(
        cls,
        profile: SrtpProfile,
        master: bytes,
        window_size: int = DEFAULT_WINDOW_SIZE,
        allow_repeat_tx: bool = True,
    ) -> SrtpSession:
        """A session for packets that are sent.

        `master` is the master key followed by the master salt, `window_size` (packets) how far behind the newest
        a packet may be protected, `allow_repeat_tx` whether the same sequence number may be protected twice. Repeat
        only identical bytes: with GCM two different packets under one index give the key away.
        Raises SrtpError if key and profile do not fit.
        """
        return cls(profile, master, Policy.SSRC_ANY_OUTBOUND, window_size, allow_repeat_tx)

    @classmethod
    def inbound(cls, profile: SrtpProfile, master: bytes, window_size: int = DEFAULT_WINDOW_SIZE) -> SrtpSession:
        """A session for packets that are received: replays, and packets older than the window, are refused.

        Raises SrtpError if key and profile do not fit.
        """
        return cls(profile, master, Policy.SSRC_ANY_INBOUND, window_size, False)

    def protect(self, packet: bytes) -> bytes:
        """RTP to SRTP. Raises SrtpError; the packet must then not be sent."""
        return self._process(lib.srtp_protect, packet)

    def unprotect(self, packet: bytes) -> bytes:
        """SRTP to RTP. Raises SrtpError for a packet that is not authentic, not new or not RTP."""
        return self._process(lib.srtp_unprotect, packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        """Compound RTCP to SRTCP. Raises SrtpError."""
        return self._process(lib.srtp_protect_rtcp, packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """SRTCP to compound RTCP. Raises SrtpError for a packet that is not authentic, not new or not RTCP."""
        return self._process(lib.srtp_unprotect_rtcp, packet)

    def _process(self, function: Callable[[Any, Any, Any], int], packet: bytes) -> bytes:
        size = len(packet)
        if size > _MAX_PACKET_BYTES:
            raise SrtpError(SrtpFailure.MALFORMED, f"packet of {size} bytes")
        memory = ffi.new("unsigned char[]", size + _MAX_TRAILER_BYTES)
        memory[0:size] = packet
        length = ffi.new("int *", size)
        status = function(self.context, memory, length)
        if status:
            raise SrtpError.from_status(status)
        return bytes(ffi.buffer(memory, length[0]))


def _dealloc(owner: Any) -> None:
    lib.srtp_dealloc(owner[0])
