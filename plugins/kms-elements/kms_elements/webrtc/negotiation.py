"""From settings to what a WebRtcEndpoint offers and accepts."""

from __future__ import annotations

from kms_elements.rtp_common.negotiation import supported_codecs
from kms_trio.api import Settings
from kms_trio.rtc.sctp import MAX_MESSAGE_BYTES
from kms_trio.rtc.sdp import Direction, EndpointCapabilities, default_extensions

__all__ = ["capabilities_of"]


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
        audio_codecs=supported_codecs(sdp.audio_codecs),
        video_codecs=supported_codecs(video),
        audio_extensions=default_extensions("audio"),
        video_extensions=default_extensions("video"),
        data_channels=data_channels,
        max_message_size=MAX_MESSAGE_BYTES,
        num_audio_medias=sdp.num_audio_medias,
        num_video_medias=sdp.num_video_medias,
        max_audio_recv_bandwidth_kbps=max_audio_recv_bandwidth_kbps,
        max_video_recv_bandwidth_kbps=max_video_recv_bandwidth_kbps,
        direction=direction,
        rtx=True,
    )


def _is_h265(name: str) -> bool:
    return name.upper().startswith("H265/")
