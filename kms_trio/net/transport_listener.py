"""Whom a transport of one peer tells what happens: the endpoint that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kms_trio.media.callbacks import ignore

if TYPE_CHECKING:
    from kms_trio.rtc.dtls import DtlsState
    from kms_trio.rtc.ice import Candidate, IceState

__all__ = ["NobodyListens", "TransportListener"]


class TransportListener(Protocol):
    """See the module.  Nothing is told after the transport was closed."""

    def on_local_candidate(self, candidate: Candidate) -> None:
        """A candidate of ours, as the peer is to be told.  May come at any time after `gather`."""

    def on_gathering_done(self) -> None:
        """No more candidates are being looked for."""

    def on_ice_state(self, old: IceState, new: IceState) -> None:
        """ICE went from one state to another."""

    def on_pair_selected(self, local: Candidate, remote: Candidate) -> None:
        """A nominated pair carries the media from now on."""

    def on_dtls_state(self, state: DtlsState) -> None:
        """DTLS entered a state."""

    def on_connected(self) -> None:
        """DTLS is connected, and SRTP keyed if asked for: media and data may flow both ways."""

    def on_rerouted(self) -> None:
        """Media leaves by another socket from now on."""

    def on_disconnected(self) -> None:
        """ICE or DTLS has ended; nothing can be sent any more."""

    def on_application_data(self, messages: list[bytes]) -> None:
        """Data of the DTLS association (SCTP)."""


class NobodyListens:
    """In the place of an endpoint that is gone."""

    on_local_candidate = staticmethod(ignore)
    on_gathering_done = staticmethod(ignore)
    on_ice_state = staticmethod(ignore)
    on_pair_selected = staticmethod(ignore)
    on_dtls_state = staticmethod(ignore)
    on_connected = staticmethod(ignore)
    on_rerouted = staticmethod(ignore)
    on_disconnected = staticmethod(ignore)
    on_application_data = staticmethod(ignore)
