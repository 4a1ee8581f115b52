"""DTLS records (RFC 6347 section 4.1): OpenSSL's memory BIO hands out a stream, the network wants datagrams."""

from __future__ import annotations

RECORD_HEADER_BYTES = 13


def split_datagrams(stream: bytes, max_datagram_bytes: int) -> list[bytes]:
    """Cut `stream`, whole records one after another, into datagrams of as many records as fit.

    A record is never divided; one that is larger by itself makes a datagram of its own.
    """
    datagrams: list[bytes] = []
    start = at = 0
    while at < len(stream):
        record_end = at + RECORD_HEADER_BYTES + int.from_bytes(stream[at + 11 : at + 13], "big")
        if record_end - start > max_datagram_bytes and at > start:
            datagrams.append(stream[start:at])
            start = at
        at = record_end
    if start < len(stream):
        datagrams.append(stream[start:])
    return datagrams
