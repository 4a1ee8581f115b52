"""Our ICE candidates as the application gets them: in the SDP, and by an event each, once the SDP exists."""

from __future__ import annotations

from collections.abc import Callable

from kms_elements.generated.events import IceGatheringDone
from kms_elements.webrtc.ice_report import IceReport
from kms_trio.api import Event
from kms_trio.media.callbacks import ignore
from kms_trio.rtc.ice import Candidate, format_candidate
from kms_trio.rtc.sdp import SessionDescription

__all__ = ["LocalCandidates"]


class LocalCandidates:
    """Collects candidates as they are found and tells each one once."""

    def __init__(self, report: IceReport, emit: Callable[[Event], None]) -> None:
        self.texts: list[str] = []
        """What has been found so far, as it stands in SDP."""
        self._report = report
        self._emit = emit
        self._medias: list[tuple[int, str]] | None = None
        self._begun = False
        self._begin_told = False
        self._told = 0
        self._done = False

    def let_go(self) -> None:
        """The endpoint is gone: nobody is told anything any more."""
        self._emit = ignore

    def add(self, candidate: Candidate) -> None:
        """One was found; also after the end of gathering."""
        self.texts.append(format_candidate(candidate))
        self._tell()

    def finish(self) -> None:
        """All that was looked for is found or given up."""
        self._done = True
        self._tell()

    def describe(self, local: SessionDescription) -> None:
        """The description that the candidates belong to exists: events may name its media."""
        self._medias = [(index, media.mid or str(index)) for index, media in enumerate(local.medias) if media.port]
        self._tell()

    def begin(self) -> None:
        """Gathering begins."""
        self._begun = True
        self._tell()

    def _tell(self) -> None:
        """Raise the events that are due, in Kurento's order."""
        if self._medias is None or not self._begun:
            return
        if not self._begin_told:
            self._begin_told = True
            self._report.gathering()
        for text in self.texts[self._told :]:
            self._told += 1
            for index, mid in self._medias:
                self._report.candidate_found(text, mid, index)
        if self._done:
            self._done = False
            self._emit(IceGatheringDone())
