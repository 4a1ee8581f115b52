"""ICE and DTLS states as Kurento's clients know them.

Kurento numbers ICE streams from 1 and names both halves of its DTLS element; with BUNDLE and rtcp-mux there is one
stream with one component that is ever used.
"""

from __future__ import annotations

from collections.abc import Callable

from kms_elements.generated.events import (
    DtlsConnectionStateChange,
    IceCandidateFound,
    IceComponentStateChanged,
    NewCandidatePairSelected,
)
from kms_elements.generated.types import (
    DtlsConnection,
    DtlsConnectionState,
    IceCandidate,
    IceCandidatePair,
    IceComponentState,
    IceConnection,
)
from kms_trio.api import Event
from kms_trio.media.callbacks import ignore
from kms_trio.rtc.dtls import DtlsState
from kms_trio.rtc.ice import Candidate, IceState, format_candidate

__all__ = ["IceReport"]

STREAM = 1
COMPONENT = 1
DTLS_COMPONENTS = ("[bundle/dtlssrtpdec]", "[bundle/dtlssrtpenc]")
#: Only this one is told to be new.
NEW_DTLS_COMPONENTS = DTLS_COMPONENTS[1:]

ICE_STATES = {
    IceState.CHECKING: IceComponentState.CONNECTING,
    IceState.CONNECTED: IceComponentState.CONNECTED,
    IceState.COMPLETED: IceComponentState.READY,
    IceState.DISCONNECTED: IceComponentState.DISCONNECTED,
    IceState.FAILED: IceComponentState.FAILED,
}

DTLS_STATES = {
    DtlsState.NEW: DtlsConnectionState.NEW,
    DtlsState.CONNECTING: DtlsConnectionState.CONNECTING,
    DtlsState.CONNECTED: DtlsConnectionState.CONNECTED,
    DtlsState.CLOSED: DtlsConnectionState.CLOSED,
    DtlsState.FAILED: DtlsConnectionState.FAILED,
}


class IceReport:
    """Turns what the transport tells into events and into the answers of the getters."""

    def __init__(self, emit: Callable[[Event], None], number: int) -> None:
        self._emit = emit
        self._connection_id = f"dtlssrtpenc{number}-dtlssrtpdec{number}-{STREAM}-{COMPONENT}"
        self.connections: list[IceConnection] = []
        self.pairs: list[IceCandidatePair] = []
        self.dtls: list[DtlsConnection] = []

    def let_go(self) -> None:
        """The endpoint is gone: nobody is told anything any more."""
        self._emit = ignore

    def gathering(self) -> None:
        """Gathering has begun."""
        self._component_state(IceComponentState.GATHERING)

    def candidate_found(self, text: str, mid: str, mline_index: int) -> None:
        """A candidate of ours is to be signalled for one media."""
        candidate = IceCandidate(candidate=text, sdp_mid=mid, sdp_mline_index=mline_index)
        self._emit(IceCandidateFound(candidate=candidate))

    def ice_state(self, state: IceState) -> None:
        """ICE entered a state."""
        if state in ICE_STATES:
            self._component_state(ICE_STATES[state])

    def pair_selected(self, local: Candidate, remote: Candidate) -> None:
        """A pair carries the media from now on."""
        pair = IceCandidatePair(
            stream_id=str(STREAM),
            component_id=COMPONENT,
            local_candidate=format_candidate(local),
            remote_candidate=format_candidate(remote),
        )
        self.pairs = [pair]
        self._emit(NewCandidatePairSelected(candidate_pair=pair))

    def dtls_state(self, state: DtlsState) -> None:
        """DTLS entered a state."""
        self.dtls = [
            DtlsConnection(
                stream_id=str(STREAM),
                component_id=component,
                connection_id=self._connection_id,
                state=DTLS_STATES[state],
            )
            for component in (NEW_DTLS_COMPONENTS if state is DtlsState.NEW else DTLS_COMPONENTS)
        ]
        for each in self.dtls:
            self._emit(
                DtlsConnectionStateChange(
                    stream_id=each.stream_id,
                    component_id=each.component_id,
                    connection_id=each.connection_id,
                    state=each.state,
                )
            )

    def _component_state(self, state: IceComponentState) -> None:
        self.connections = [IceConnection(stream_id=str(STREAM), component_id=COMPONENT, state=state)]
        self._emit(IceComponentStateChanged(stream_id=STREAM, component_id=COMPONENT, state=state))
