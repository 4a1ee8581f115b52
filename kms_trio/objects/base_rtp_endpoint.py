"""BaseRtpEndpoint: bandwidths, states and congestion parameters that RTP endpoints share."""

from __future__ import annotations

import logging
import struct
from typing import TYPE_CHECKING, Any, Final

import attrs

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import ConnectionStateChanged, MediaStateChanged
from kms_trio.generated.core.interfaces import BaseRtpEndpointInterface
from kms_trio.generated.core.types import ConnectionState, MediaState, RembParams
from kms_trio.objects.sdp_endpoint import SdpEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

logger = logging.getLogger(__name__)

DEFAULT_MIN_VIDEO_RECV_KBPS: Final = 100
DEFAULT_MIN_VIDEO_SEND_KBPS: Final = 100
DEFAULT_MAX_VIDEO_SEND_KBPS: Final = 500

#: Bounds of an RTP packet's size in bytes: the smallest IPv4 datagram every host takes, the largest UDP payload.
MIN_MTU_BYTES: Final = 128
MAX_MTU_BYTES: Final = 65_507

#: Kurento's congestion control raises its estimate by at least this much, unless told otherwise; the spec says none.
DEFAULT_LINEAL_FACTOR_MIN_BPS: Final = 100


class BaseRtpEndpoint(SdpEndpoint, BaseRtpEndpointInterface):
    """Base of RtpEndpoint and WebRtcEndpoint. Bandwidths are in kbit/s; a maximum of 0 is unlimited."""

    stats_as_endpoint = True

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        self._min_video_recv_bandwidth = DEFAULT_MIN_VIDEO_RECV_KBPS
        self._min_video_send_bandwidth = DEFAULT_MIN_VIDEO_SEND_KBPS
        self._max_video_send_bandwidth = DEFAULT_MAX_VIDEO_SEND_KBPS
        self._mtu = context.settings.base_rtp_endpoint.mtu
        self._media_state = MediaState.DISCONNECTED
        self._connection_state = ConnectionState.DISCONNECTED
        self._remb_params: RembParams | None = None

    # What a subclass does.

    def _request_keyframe(self) -> bool:
        """Ask for a key frame of what this endpoint sends; return False when it sends nothing to anybody."""
        return False

    def _remb_params_changed(self, params: RembParams) -> None:
        """The parameters of the congestion control were set, possibly while media flows."""

    def _mtu_changed(self) -> None:
        """The size of packets was set, possibly while media flows."""

    @property
    def on_shed(self) -> Callable[[bool], None] | None:
        """Whom to tell that video to viewers is held back because of overload, or no longer: the pipeline."""
        pipeline = self.media_pipeline
        return None if pipeline is None else pipeline.video_shed

    # States.

    @property
    def media_state(self) -> MediaState:
        """CONNECTED while the peer's RTCP comes in."""
        return self._media_state

    def set_media_state(self, state: MediaState) -> None:
        """Change the state; raises MediaStateChanged when it is another one."""
        former, self._media_state = self._media_state, state
        if former is not state:
            self.emit(MediaStateChanged(old_state=former, new_state=state))

    @property
    def connection_state(self) -> ConnectionState:
        """CONNECTED when all transports are."""
        return self._connection_state

    def set_connection_state(self, state: ConnectionState) -> None:
        """Change the state; raises ConnectionStateChanged when it is another one."""
        former, self._connection_state = self._connection_state, state
        if former is not state:
            self.emit(ConnectionStateChanged(old_state=former, new_state=state))

    # Bandwidths.

    @property
    def min_video_recv_bandwidth(self) -> int:
        """What the peer is asked for at least."""
        return self._min_video_recv_bandwidth

    @min_video_recv_bandwidth.setter
    def min_video_recv_bandwidth(self, min_video_recv_bandwidth: int) -> None:
        self._min_video_recv_bandwidth = self._at_most(min_video_recv_bandwidth, self.max_video_recv_bandwidth)

    @property
    def min_video_send_bandwidth(self) -> int:
        """What is sent at least, whatever the peer reports."""
        return self._min_video_send_bandwidth

    @min_video_send_bandwidth.setter
    def min_video_send_bandwidth(self, min_video_send_bandwidth: int) -> None:
        self._min_video_send_bandwidth = self._at_most(min_video_send_bandwidth, self._max_video_send_bandwidth)

    @property
    def max_video_send_bandwidth(self) -> int:
        """What is sent at most."""
        return self._max_video_send_bandwidth

    @max_video_send_bandwidth.setter
    def max_video_send_bandwidth(self, max_video_send_bandwidth: int) -> None:
        wanted = max(0, max_video_send_bandwidth)
        if 0 < wanted < self._min_video_send_bandwidth:
            logger.warning("%s: maximum %d kbit/s is below the minimum, which is used", self._id, wanted)
            wanted = self._min_video_send_bandwidth
        self._max_video_send_bandwidth = wanted

    def _at_most(self, minimum_kbps: int, maximum_kbps: int) -> int:
        minimum_kbps = max(0, minimum_kbps)
        if 0 < maximum_kbps < minimum_kbps:
            logger.warning("%s: minimum %d kbit/s is above the maximum, which is used", self._id, minimum_kbps)
            return maximum_kbps
        return minimum_kbps

    # The rest.

    @property
    def mtu(self) -> int:
        """Largest RTP packet that this endpoint makes, bytes."""
        return self._mtu

    @mtu.setter
    def mtu(self, mtu: int) -> None:
        if MIN_MTU_BYTES <= mtu <= MAX_MTU_BYTES:
            self._mtu = mtu
            self._mtu_changed()
        else:
            logger.warning("%s: an MTU of %d is not possible, %d stays", self._id, mtu, self._mtu)

    @property
    def remb_params(self) -> RembParams:
        """Parameters of the congestion control as set; an object without any field before that."""
        return self._remb_params or _NOTHING_SET

    @remb_params.setter
    def remb_params(self, remb_params: RembParams) -> None:
        minimum = remb_params.lineal_factor_min
        self._remb_params = attrs.evolve(
            remb_params,
            packets_recv_interval_top=max(1, remb_params.packets_recv_interval_top),
            exponential_factor=_single_precision(remb_params.exponential_factor),
            lineal_factor_min=DEFAULT_LINEAL_FACTOR_MIN_BPS if minimum is None else minimum,
            lineal_factor_grade=_single_precision(remb_params.lineal_factor_grade),
            decrement_factor=_single_precision(remb_params.decrement_factor),
            threshold_factor=_single_precision(remb_params.threshold_factor),
        )
        self._remb_params_changed(self._remb_params)

    @property
    def effective_remb_params(self) -> RembParams:
        """Parameters of the congestion control with every field filled."""
        return self._remb_params or RembParams(lineal_factor_min=DEFAULT_LINEAL_FACTOR_MIN_BPS)

    def request_keyframe(self) -> None:
        """Ask the source for a key frame. Raises KurentoError 40111 unless this endpoint sends to a subscriber."""
        if not self._request_keyframe():
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED,
                "Keyframe request failed (must be requested from a subscriber element)",
            )


def _without_values() -> RembParams:
    nothing: Any = None  # not what the types say: no field at all is what clients read before any is set
    return RembParams(**dict.fromkeys((field.name for field in attrs.fields(RembParams)), nothing))


_NOTHING_SET: Final = _without_values()


def _single_precision(value: float) -> float:
    """The spec's `float` is a single; clients read back what fits into one. Infinite when it does not fit."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf")
    return rounded
