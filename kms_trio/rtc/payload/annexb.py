"""The byte stream format of H.264 and H.265 (Annex B of both): NAL units behind start codes."""

from __future__ import annotations

from collections.abc import Iterable

START_CODE = b"\0\0\0\1"


def split_nal_units(data: bytes) -> list[bytes]:
    """The NAL units of a byte stream, without start codes; empty if it has no start code."""
    # A NAL unit never ends with a zero byte: what is found there belongs to the next start code.
    return [unit for piece in data.split(b"\0\0\1")[1:] if (unit := piece.rstrip(b"\0"))]


def join_nal_units(units: Iterable[bytes]) -> bytes:
    """A byte stream of NAL units, each behind a start code of four bytes."""
    return b"".join([START_CODE + unit for unit in units])
