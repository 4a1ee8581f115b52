"""The certificates of a server: made once, or read from the operator's PEM files, and shared by all endpoints."""

from __future__ import annotations

import datetime
from pathlib import Path

import trio

from kms_trio.clock import Clock
from kms_trio.rtc.dtls import DtlsIdentity
from kms_trio.rtc.dtls.identity import KeyType

__all__ = ["DtlsIdentities"]


class DtlsIdentities:
    """Identities by kind of key and PEM file.  Key generation and file access happen in threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._generated: dict[KeyType, DtlsIdentity] = {}
        self._read: dict[Path, DtlsIdentity] = {}
        self._lock = trio.Lock()

    async def get(self, key_type: KeyType, pem: Path | None = None) -> DtlsIdentity:
        """The identity of a kind of key; with `pem`, the one in that file.

        Raises DtlsError for a file that holds no certificate and key, OSError for one that cannot be read.
        """
        known = self._generated.get(key_type) if pem is None else self._read.get(pem)
        if known is not None:
            return known
        async with self._lock:
            if pem is not None:
                if pem not in self._read:
                    self._read[pem] = await trio.to_thread.run_sync(_read_pem, pem)
                return self._read[pem]
            if key_type not in self._generated:
                now = datetime.datetime.fromtimestamp(self._clock.unix(), datetime.UTC)
                self._generated[key_type] = await trio.to_thread.run_sync(DtlsIdentity.generate, key_type, now)
            return self._generated[key_type]


def _read_pem(path: Path) -> DtlsIdentity:
    return DtlsIdentity.from_pem(path.read_bytes())
