"""Identities are slow to make and never change: one of each kind a session."""

from __future__ import annotations

import datetime as dt

import pytest

from kms_trio.rtc.dtls import DtlsIdentity

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def identities() -> dict[str, DtlsIdentity]:
    return {
        "RSA": DtlsIdentity.generate("RSA", NOW),
        "ECDSA": DtlsIdentity.generate("ECDSA", NOW),
        "other": DtlsIdentity.generate("ECDSA", NOW),
    }
