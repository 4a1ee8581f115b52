"""From settings to what is offered, and from what was negotiated to what the session has to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kms_trio.media.formats import Format
from kms_trio.rtc.sdp import (
    AUDIO_LEVEL,
    MID,
    CodecCapability,
    Direction,
    EndpointCapabilities,
    NegotiatedCodec,
    NegotiatedMedia,
    codec_capability,
    default_extensions,
    select_codec,
)
from kms_trio.api import MediaBinding, RtpReceiver, Settings

__all__ = ["binding_of", "capabilities_of", "format_of", "payload_type_of", "wire_mid"]


def capabilities_of(
    settings: Settings,
    *,
    recvonly: bool,
    sendonly: bool,
    data_channels: bool,
    max_audio_recv_bandwidth_kbps: int,
    max_video_recv_bandwidth_kbps: int,
) -> EndpointCapabilities:
    """What a WebRtcEndpoint can do.  `recvonly` and `sendonly` are its constructor's, from its own point of view."""
    sdp = settings.sdp_endpoint
    video = [name for name in sdp.video_codecs if settings.web_rtc_endpoint.enable_h265 or not _is_h265(name)]
    direction = Direction.SENDRECV
    if recvonly != sendonly:
        direction = Direction.RECVONLY if recvonly else Direction.SENDONLY
    return EndpointCapabilities(
        audio_codecs=_supported(sdp.audio_codecs),
        video_codecs=_supported(video),
        audio_extensions=default_extensions("audio"),
        video_extensions=default_extensions("video"),
        data_channels=data_channels,
        num_audio_medias=sdp.num_audio_medias,
        num_video_medias=sdp.num_video_medias,
        max_audio_recv_bandwidth_kbps=max_audio_recv_bandwidth_kbps,
        max_video_recv_bandwidth_kbps=max_video_recv_bandwidth_kbps,
        direction=direction,
    )


def _is_h265(name: str) -> bool:
    return name.upper().startswith("H265/")


def _supported(names: Iterable[str]) -> tuple[CodecCapability, ...]:
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
        on_receiver=on_receiver,
    )
