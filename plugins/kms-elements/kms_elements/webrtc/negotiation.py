"""From settings to what a WebRtcEndpoint offers and accepts, and what is its own in a description."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import attrs

from kms_elements.rtp_common.negotiation import supported_codecs
from kms_trio.api import DtlsIdentity, ObjectContext, Settings
from kms_trio.rtc.ice import IceCredentials
from kms_trio.rtc.sctp import MAX_MESSAGE_BYTES
from kms_trio.rtc.sdp import (
    Direction,
    EndpointCapabilities,
    Fingerprint,
    LocalIds,
    LocalStream,
    LocalTransport,
    default_extensions,
)

__all__ = ["Abilities", "local_ids", "local_transport"]


class Abilities:
    """What WebRtcEndpoints of a server can do; worked out of the settings once (`ObjectContext.shared`)."""

    def __init__(self, context: ObjectContext) -> None:
        web_rtc, sdp = context.settings.web_rtc_endpoint, context.settings.sdp_endpoint
        video = [name for name in sdp.video_codecs if web_rtc.enable_h265 or not _is_h265(name)]
        self._common = EndpointCapabilities(
            audio_codecs=supported_codecs(sdp.audio_codecs),
            video_codecs=supported_codecs(video),
            audio_extensions=default_extensions("audio"),
            video_extensions=default_extensions("video"),
            max_message_size=MAX_MESSAGE_BYTES,
            num_audio_medias=sdp.num_audio_medias,
            num_video_medias=sdp.num_video_medias,
            rtx=True,
        )

    def of_endpoint(
        self,
        *,
        recvonly: bool,
        sendonly: bool,
        data_channels: bool,
        max_audio_recv_bandwidth_kbps: int,
        max_video_recv_bandwidth_kbps: int,
    ) -> EndpointCapabilities:
        """Those of one endpoint.  `recvonly` and `sendonly` are its constructor's, from its own point of view."""
        direction = Direction.SENDRECV
        if recvonly != sendonly:
            direction = Direction.RECVONLY if recvonly else Direction.SENDONLY
        return attrs.evolve(
            self._common,
            data_channels=data_channels,
            max_audio_recv_bandwidth_kbps=max_audio_recv_bandwidth_kbps,
            max_video_recv_bandwidth_kbps=max_video_recv_bandwidth_kbps,
            direction=direction,
        )


def _is_h265(name: str) -> bool:
    return name.upper().startswith("H265/")


def local_transport(credentials: IceCredentials, identity: DtlsIdentity, candidates: Iterable[str]) -> LocalTransport:
    """Our side of ICE and DTLS, with the candidates that are known."""
    return LocalTransport(
        ice_ufrag=credentials.ufrag,
        ice_pwd=credentials.password,
        fingerprints=(Fingerprint("sha-256", identity.fingerprint("sha-256")),),
        candidates=tuple(candidates),
    )


def local_ids(settings: Settings, session_id: int, cname: str) -> LocalIds:
    """Names of one negotiation, with fresh SSRCs; video has one more, for retransmissions."""
    sdp = settings.sdp_endpoint
    return LocalIds(
        session_id=session_id,
        cname=cname,
        audio=tuple(LocalStream(ssrc=_new_ssrc()) for _ in range(sdp.num_audio_medias)),
        video=tuple(LocalStream(ssrc=_new_ssrc(), rtx_ssrc=_new_ssrc()) for _ in range(sdp.num_video_medias)),
    )


def _new_ssrc() -> int:
    return secrets.randbelow(0xFFFFFFFE) + 1
