"""The matrix: which source, in which codecs, to which sink, in which codecs; and what has to be transcoded for it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

__all__ = ["SINKS", "SOURCES", "Case", "all_cases", "pairwise_cases"]

SOURCES: Final = ("webrtc", "rtp", "player-encoded", "player-raw", "filter", "composite", "mixer")
SINKS: Final = ("webrtc", "rtp", "webm", "mp4", "mkv", "filter", "port")
VIDEO: Final = ("VP8", "VP9", "H264", "H265", "AV1")
AUDIO: Final = ("OPUS", "PCMU", "PCMA", "AAC")
ENCODED_TO: Final = ("VP8", "VP9", "H264")
"""H265 and AV1 are passed on, and decoded; they are not encoded."""
RAW: Final = "RAW"
_RAW_SOURCES: Final = ("player-raw", "filter", "composite", "mixer")
_NETWORK: Final = ("webrtc", "rtp")
_FILES: Final = {
    "webm": (("VP8", "VP9", "AV1"), ("OPUS",)),
    "mp4": (("H264", "H265"), ("AAC",)),
    "mkv": (("H264", "H265"), ("AAC",)),
}


@attrs.frozen
class Case:
    """One way.  `have_*` is what the source is fed with, `give_*` what the sink agreed to or takes."""

    source: str
    have_video: str
    have_audio: str
    sink: str
    give_video: str
    give_audio: str

    def __str__(self) -> str:
        return f"{self.source} {self.have_video}+{self.have_audio} to {self.sink} {self.give_video}+{self.give_audio}"

    @property
    def has_pictures(self) -> bool:
        """Mixer is for sound only."""
        return self.source != "mixer"

    def transcoded(self, media_type: str) -> bool:
        """Whether the source has to decode or encode `VIDEO` or `AUDIO` for the sink."""
        have, give = (self.have_video, self.give_video) if media_type == "VIDEO" else (self.have_audio, self.give_audio)
        if media_type == "AUDIO" and self.sink == "filter":
            return False  # one of pictures: sound passes through it
        if self._gives_raw(media_type):
            return give != RAW
        return give != have

    @property
    def possible(self) -> bool:
        """Whether there is such a way."""
        if self.source in _NETWORK and self.have_audio == "AAC":
            return False  # not sent over RTP here
        video, audio = _sink_formats(self.sink)
        if self.give_video not in video or self.give_audio not in audio:
            return False
        if self.sink in _FILES:
            return self._is_what_the_file_gets()
        untouched = not self._gives_raw("VIDEO") and self.give_video == self.have_video
        return untouched or self.give_video in (*ENCODED_TO, RAW)

    def _gives_raw(self, media_type: str) -> bool:
        """Whether what leaves the source is decoded; sound passes through filters of pictures as it is."""
        return self.source in _RAW_SOURCES and not (self.source == "filter" and media_type == "AUDIO")

    def _is_what_the_file_gets(self) -> bool:
        """A container takes what fits as it is, and has all else encoded to its first choice."""
        video, audio = _FILES[self.sink]
        for media_type, have, give, formats in (
            ("VIDEO", self.have_video, self.give_video, video),
            ("AUDIO", self.have_audio, self.give_audio, audio),
        ):
            untouched = not self._gives_raw(media_type) and have in formats
            if give != (have if untouched else formats[0]):
                return False
        return True


def all_cases() -> list[Case]:
    """The whole matrix."""
    every = (
        Case(source, have_video, have_audio, sink, give_video, give_audio)
        for source, have_video, have_audio, sink in itertools.product(SOURCES, VIDEO, AUDIO, SINKS)
        for give_video, give_audio in itertools.product(*_sink_formats(sink))
    )
    return [case for case in every if case.possible]


def pairwise_cases(cases: Sequence[Case]) -> list[Case]:
    """So few of `cases` that each pair of values that occurs in one of them occurs in one of these."""
    missing = {pair for case in cases for pair in _pairs(case)}
    chosen = []
    while missing:
        best = max(cases, key=lambda case: len(missing.intersection(_pairs(case))))
        chosen.append(best)
        missing.difference_update(_pairs(best))
    return chosen


def _pairs(case: Case) -> Iterator[tuple[tuple[int, str], ...]]:
    return itertools.combinations(enumerate(attrs.astuple(case)), 2)


def _sink_formats(sink: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if sink in _NETWORK:
        return VIDEO, ("OPUS", "PCMU", "PCMA")
    if sink in _FILES:
        return _FILES[sink]
    return (RAW,), (RAW,)
