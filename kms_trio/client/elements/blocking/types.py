"""Enumerations and registers of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from kms_trio.client.elements.types import (
    CertificateKeyType as CertificateKeyType,
    CryptoSuite as CryptoSuite,
    DSCPValue as DSCPValue,
    DtlsConnection as DtlsConnection,
    DtlsConnectionState as DtlsConnectionState,
    GapsFixMethod as GapsFixMethod,
    IceCandidate as IceCandidate,
    IceCandidatePair as IceCandidatePair,
    IceComponentState as IceComponentState,
    IceConnection as IceConnection,
    MediaProfileSpecType as MediaProfileSpecType,
    SDES as SDES,
    VideoInfo as VideoInfo,
)
