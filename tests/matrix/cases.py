"""The matrix: which source, in which codecs, to which sink, in which codecs; and what has to be transcoded for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

__all__ = ["SINKS", "SOURCES", "Case", "all_cases", "few_cases", "pairwise_cases"]

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

    @property
    def recorded(self) -> bool:
        """Whether it ends in a file."""
        return self.sink in _FILES

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


def few_cases(cases: Sequence[Case]) -> list[Case]:
    """So few that each source meets each kind of sink, each codec what it can become, and each container something."""
    return _covering(cases, _kinds_and_codecs)


def pairwise_cases(cases: Sequence[Case]) -> list[Case]:
    """So few of `cases` that each pair of values that occurs in one of them occurs in one of these."""
    return _covering(cases, _pairs)


def _covering(cases: Sequence[Case], features: Callable[[Case], Iterable[object]]) -> list[Case]:
    """Greedily: the next one is that which has most of the features that those before it have not."""
    remaining = {case: frozenset(features(case)) for case in cases}
    missing = frozenset[object]().union(*remaining.values())
    chosen = []
    while missing:
        best = max(remaining, key=lambda case: len(missing & remaining[case]))
        chosen.append(best)
        missing -= remaining.pop(best)
    return chosen


def _kinds_and_codecs(case: Case) -> Iterator[object]:
    yield case.source, "recorder" if case.recorded else case.sink
    yield case.sink
    yield "audio", case.have_audio, case.give_audio
    if case.has_pictures:
        yield "video", case.have_video, case.give_video


def _pairs(case: Case) -> Iterator[object]:
    values = {field.name: getattr(case, field.name) for field in attrs.fields(Case)}
    if not case.has_pictures:
        del values["have_video"], values["give_video"]
    return itertools.combinations(values.items(), 2)


def _sink_formats(sink: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if sink in _NETWORK:
        return VIDEO, ("OPUS", "PCMU", "PCMA")
    if sink in _FILES:
        return _FILES[sink]
    return (RAW,), (RAW,)
