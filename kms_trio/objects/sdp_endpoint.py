"""SdpEndpoint: one offer/answer exchange (RFC 3264) in the life of an endpoint.

    NEW ── generateOffer ──→ OFFERED ── processAnswer ──→ DONE
     └──── processOffer ──────────────────────────────────↗

A step that fails leaves the endpoint where it was, so that it may be tried again. While a step runs, any other is
refused as if it had been done.
"""

from __future__ import annotations

import enum
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.interfaces import SdpEndpointInterface
from kms_trio.generated.core.types import OfferOptions
from kms_trio.objects.endpoint import SessionEndpoint

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject


class Negotiation(enum.Enum):
    """Where the exchange stands."""

    NEW = "new"
    OFFERED = "offered"
    DONE = "done"


class SdpEndpoint(SessionEndpoint, SdpEndpointInterface):
    """Base of RtpEndpoint and WebRtcEndpoint.

    Subclasses implement `_make_offer`, `_make_answer` and `_apply_answer`; each raises KurentoError
    (`SDP_PARSE_ERROR` "Invalid SDP" for text that is none) and then leaves the endpoint as it found it.
    """

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        super().__init__(context, parent, object_class)
        self.negotiation = Negotiation.NEW
        self._offer_generated = False
        self._busy = False
        self._local_sdp: str | None = None
        self._remote_sdp: str | None = None
        self._max_audio_recv_bandwidth = 0
        self._max_video_recv_bandwidth = 0

    # What a subclass implements.

    @abstractmethod
    async def _make_offer(self, options: OfferOptions) -> str:
        """Return an SDP offer."""

    @abstractmethod
    async def _make_answer(self, offer_text: str) -> str:
        """Take the peer's offer; return the SDP answer."""

    @abstractmethod
    async def _apply_answer(self, answer_text: str) -> None:
        """Take the peer's answer to the offer made before."""

    def current_local_sdp(self, negotiated: str) -> str:
        """Return the local description as it is now; endpoints that add candidates to it later override this."""
        return negotiated

    # What clients call.

    async def generate_offer(self, options: OfferOptions | None = None) -> str:
        """Return an SDP offer. Raises KurentoError 40208 when the exchange has begun."""
        self._refuse_unless_new()
        with self._step():
            offer = await self._make_offer(options or OfferOptions())
        self._local_sdp = offer
        self._offer_generated = True
        self.negotiation = Negotiation.OFFERED
        return offer

    async def process_offer(self, offer: str) -> str:
        """Take the peer's offer; return the answer. Raises KurentoError 40201, 40205 or 40208."""
        if not offer:
            raise KurentoError(ErrorCode.SDP_PARSE_ERROR, "Empty offer not valid")
        self._refuse_unless_new()
        with self._step():
            answer = await self._make_answer(offer)
        self._remote_sdp = offer
        self._local_sdp = answer
        self.negotiation = Negotiation.DONE
        self.media_session_started()
        return answer

    async def process_answer(self, answer: str) -> str:
        """Take the peer's answer; return the local description. Raises KurentoError 40201, 40206, 40209 or 40210."""
        if not answer:
            raise KurentoError(ErrorCode.SDP_PARSE_ERROR, "Empty answer not valid")
        if not self._offer_generated:
            raise KurentoError(
                ErrorCode.SDP_END_POINT_NOT_OFFER_GENERATED,
                "Offer not generated. It is not possible to process an answer.",
            )
        if self.negotiation is Negotiation.DONE or self._busy:
            raise KurentoError(ErrorCode.SDP_END_POINT_ANSWER_ALREADY_PROCCESED, "Sdp Answer already processed")
        with self._step():
            await self._apply_answer(answer)
        self._remote_sdp = answer
        self.negotiation = Negotiation.DONE
        self.media_session_started()
        return self.get_local_session_descriptor()

    def get_local_session_descriptor(self) -> str:
        """Return the server's description. Raises KurentoError 40202 before there is one."""
        if self._local_sdp is None:
            raise KurentoError(ErrorCode.SDP_END_POINT_NO_LOCAL_SDP_ERROR, "No local SDP")
        return self.current_local_sdp(self._local_sdp)

    def get_remote_session_descriptor(self) -> str:
        """Return the peer's description. Raises KurentoError 40203 before there is one."""
        if self._remote_sdp is None:
            raise KurentoError(ErrorCode.SDP_END_POINT_NO_REMOTE_SDP_ERROR, "No remote SDP")
        return self._remote_sdp

    @property
    def max_audio_recv_bandwidth(self) -> int:
        """What the peer may send of audio, kbit/s; 0 is unlimited. Written into offers and answers as `b=AS`."""
        return self._max_audio_recv_bandwidth

    @max_audio_recv_bandwidth.setter
    def max_audio_recv_bandwidth(self, max_audio_recv_bandwidth: int) -> None:
        self._max_audio_recv_bandwidth = max(0, max_audio_recv_bandwidth)

    @property
    def max_video_recv_bandwidth(self) -> int:
        """What the peer may send of video, kbit/s; 0 is unlimited. Written into offers and answers as `b=AS`."""
        return self._max_video_recv_bandwidth

    @max_video_recv_bandwidth.setter
    def max_video_recv_bandwidth(self, max_video_recv_bandwidth: int) -> None:
        self._max_video_recv_bandwidth = max(0, max_video_recv_bandwidth)

    def _refuse_unless_new(self) -> None:
        if self._busy or self.negotiation is not Negotiation.NEW:
            raise KurentoError(ErrorCode.SDP_END_POINT_ALREADY_NEGOTIATED, "Endpoint already negotiated")

    @contextmanager
    def _step(self) -> Iterator[None]:
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
