"""What was negotiated, in the terms of media and sessions; the same for WebRTC and for plain RTP."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from kms_trio.api import ErrorCode, KurentoError, MediaBinding, RtpReceiver
from kms_trio.media.formats import Format
from kms_trio.rtc.sdp import (
    AUDIO_LEVEL,
    MID,
    CodecCapability,
    NegotiatedCodec,
    NegotiatedMedia,
    SdpError,
    SessionDescription,
    codec_capability,
    parse,
    select_codec,
)

__all__ = ["binding_of", "format_of", "parse_description", "payload_type_of", "supported_codecs", "wire_mid"]

logger = logging.getLogger("sdpendpoint")


def parse_description(text: str, object_id: str) -> SessionDescription:
    """A peer's description.  Raises KurentoError 40201 for text that is none; `object_id` is for the log."""
    try:
        return parse(text)
    except SdpError as problem:
        logger.info("%s: %s", object_id, problem)
        raise KurentoError(ErrorCode.SDP_PARSE_ERROR, "Invalid SDP") from problem


def supported_codecs(names: Iterable[str]) -> tuple[CodecCapability, ...]:
    """The configured codecs that the server knows, in the configured order."""
    capabilities = (codec_capability(name) for name in names)
    return tuple(capability for capability in capabilities if capability is not None)


def format_of(codec: NegotiatedCodec) -> Format:
    """The media format of a negotiated codec."""
    channels = codec.channels or (1 if codec.clock_rate_hz < 90_000 else 0)
    return Format(codec.encoding_name, codec.clock_rate_hz, channels, codec.parameters)


def payload_type_of(media: NegotiatedMedia, format: Format) -> int | None:
    """Under which payload type of this media a stream goes out; None when the peer lacks its codec."""
    codec = select_codec(media.codecs, format.encoding_name, dict(format.parameters))
    return codec.payload_type if codec is not None else None


def wire_mid(media: NegotiatedMedia, extensions: Mapping[str, int]) -> bytes:
    """The mid as it goes into RTP headers; empty when the extension is not there or the mid does not fit into it."""
    mid = media.mid.encode()
    return mid if MID in extensions and 0 < len(mid) <= 16 else b""


def binding_of(media: NegotiatedMedia, on_receiver: Callable[[RtpReceiver], None]) -> MediaBinding:
    """What the session needs to know to receive this media."""
    primary = frozenset(media.primary_ssrcs)
    announced = frozenset(source.ssrc for source in media.remote_sources)
    return MediaBinding(
        mid=media.mid,
        codecs={codec.payload_type: format_of(codec) for codec in media.codecs},
        feedback={codec.payload_type: codec.feedback for codec in media.codecs},
        local_ssrc=media.local_ssrc or 1,
        audio_level_id=media.header_extensions.get(AUDIO_LEVEL, 0),
        mid_id=media.header_extensions.get(MID, 0),
        announced_ssrcs=primary,
        ignored_ssrcs=announced - primary,
        retransmitted_payload_types={
            codec.rtx_payload_type: codec.payload_type for codec in media.codecs if codec.rtx_payload_type is not None
        },
        retransmitted_ssrcs={
            group.ssrcs[1]: group.ssrcs[0]
            for group in media.remote_ssrc_groups
            if group.semantics == "FID" and len(group.ssrcs) > 1
        },
        on_receiver=on_receiver,
    )
