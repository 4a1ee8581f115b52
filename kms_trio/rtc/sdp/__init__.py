"""Session descriptions (RFC 8866) and their negotiation (RFC 3264, RFC 8829): pure functions of text and data.

`parse` and `write` turn text into a `SessionDescription` and back. `create_answer`, or `create_offer` and then
`apply_answer`, negotiate: from what an endpoint can do (`EndpointCapabilities`), what is its own this time
(`LocalTransport`, `LocalIds`) and what the peer wrote, to a `Negotiated` that leaves nothing to interpret.
"""

from __future__ import annotations

from kms_trio.rtc.sdp.answer import apply_answer, create_answer
from kms_trio.rtc.sdp.attributes import Crypto, Direction, Fingerprint, RestrictionId, Setup, SsrcGroup
from kms_trio.rtc.sdp.capabilities import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    TRANSPORT_CC,
    CodecCapability,
    EndpointCapabilities,
    ExtensionCapability,
    LocalIds,
    LocalStream,
    LocalTransport,
    OfferOptions,
    Security,
    codec_capability,
    default_extensions,
)
from kms_trio.rtc.sdp.errors import SdpError
from kms_trio.rtc.sdp.model import MediaDescription, SessionDescription
from kms_trio.rtc.sdp.negotiated import (
    DtlsRole,
    Negotiated,
    NegotiatedCodec,
    NegotiatedMedia,
    RemoteAddress,
    RemoteSource,
    RemoteTransport,
    SctpParameters,
    select_codec,
)
from kms_trio.rtc.sdp.offer import create_offer
from kms_trio.rtc.sdp.parse import parse
from kms_trio.rtc.sdp.sections import with_candidates
from kms_trio.rtc.sdp.write import write

__all__ = [
    "ABS_SEND_TIME",
    "AUDIO_LEVEL",
    "MID",
    "TRANSPORT_CC",
    "CodecCapability",
    "Crypto",
    "Direction",
    "DtlsRole",
    "EndpointCapabilities",
    "ExtensionCapability",
    "Fingerprint",
    "LocalIds",
    "LocalStream",
    "LocalTransport",
    "MediaDescription",
    "Negotiated",
    "NegotiatedCodec",
    "NegotiatedMedia",
    "OfferOptions",
    "RemoteAddress",
    "RemoteSource",
    "RemoteTransport",
    "RestrictionId",
    "SctpParameters",
    "SdpError",
    "Security",
    "SessionDescription",
    "Setup",
    "SsrcGroup",
    "apply_answer",
    "codec_capability",
    "create_answer",
    "create_offer",
    "default_extensions",
    "parse",
    "select_codec",
    "with_candidates",
    "write",
]
