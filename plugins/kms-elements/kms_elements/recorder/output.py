"""Where a take goes: what `Take` and `Snapshot` ask of `Recording`."""

from __future__ import annotations

from typing import Protocol

from kms_elements.recorder.file_writer import Sample, TrackDescription

__all__ = ["Output"]


class Output(Protocol):
    """Where a take goes.  All calls return at once."""

    def begin(self, tracks: list[TrackDescription]) -> None:
        """The tracks are known; called once."""

    def add(self, track: TrackDescription) -> bool:
        """A track more; false when the output cannot take it any more."""

    def put(self, sample: Sample) -> bool:
        """Queue a sample; false when the queue is full and the sample is lost."""
