"""A second socket on a shared port, where the kernel puts what can wait: RTCP reports and answers to consent checks.

Both sockets form a group (SO_REUSEPORT, socket(7)); a classic BPF program chooses between them by the first bytes of a
datagram.  What asks for something at once stays on the first socket: media, DTLS, STUN requests, NACK and PLI as
reduced-size RTCP (RFC 5506), which begins with the feedback itself instead of a report.
"""

from __future__ import annotations

import ctypes
import socket
import struct

from kms_trio.net.receive_arena import ReceiveArena
from kms_trio.net.syscalls import Syscalls
from kms_trio.rtc.stun import PATIENT_MARK

__all__ = ["FeedbackSocket", "patience_program"]

BUFFER_BYTES = 1 << 20
SO_ATTACH_REUSEPORT_CBPF = 51
SO_TIMESTAMPNS = 35
SENDER_REPORT, RECEIVER_REPORT = 200, 201
BINDING_SUCCESS = 0x0101
TRANSACTION_ID_END = 19
"""Where the last byte of a transaction id lies in a STUN message."""

# Instructions of classic BPF (linux/filter.h) that are used here: code, then where to go on if true and if false.
_LOAD_HALF, _LOAD_BYTE, _RETURN = 0x28, 0x30, 0x06
_IF_EQUAL, _IF_GREATER, _IF_GREATER_OR_EQUAL, _IF_SET = 0x15, 0x25, 0x35, 0x45
_instruction = struct.Struct("=HBBI")


def patience_program() -> list[tuple[int, int, int, int]]:
    """Which socket of the group a datagram is for: 0, the first one, or 1 for what can wait.

    A load from beyond the end of a datagram ends the program with 0.
    """
    return [
        (_LOAD_HALF, 0, 0, 0),
        (_IF_EQUAL, 0, 2, BINDING_SUCCESS),
        (_LOAD_BYTE, 0, 0, TRANSACTION_ID_END),
        (_IF_SET, 7, 6, PATIENT_MARK),
        (_LOAD_BYTE, 0, 0, 0),  # RTP and RTCP have version 2 (RFC 7983)
        (_IF_GREATER_OR_EQUAL, 0, 4, 128),
        (_IF_GREATER, 3, 0, 191),
        (_LOAD_BYTE, 0, 0, 1),
        (_IF_EQUAL, 2, 0, SENDER_REPORT),
        (_IF_EQUAL, 1, 0, RECEIVER_REPORT),
        (_RETURN, 0, 0, 0),
        (_RETURN, 0, 0, 1),
    ]


class FeedbackSocket:
    """The second socket.  It only receives."""

    def __init__(self, syscalls: Syscalls, first: socket.socket, address: tuple[str, int], namelen: int) -> None:
        """Join `first`, bound to `address` alone: nobody else can have taken the port since.

        Raises OSError where the kernel refuses; `first` is as it was then.
        """
        self.socket = socket.socket(first.family, socket.SOCK_DGRAM)
        try:
            self.socket.setblocking(False)
            if first.family is socket.AF_INET6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            # Only now: a first socket that had been bound with it would have shared another server's port.
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self.socket.bind(address)
            _attach(first, patience_program())
        except OSError:
            self.socket.close()
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
            raise
        self.receive_arena = ReceiveArena(syscalls, self.socket.fileno(), namelen, stamped=True)

    def close(self) -> None:
        """Closing twice does nothing."""
        self.socket.close()


def _attach(sock: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    code = b"".join([_instruction.pack(*instruction) for instruction in program])
    memory = ctypes.create_string_buffer(code, len(code))
    sock.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, struct.pack("@HP", len(program), ctypes.addressof(memory))
    )
