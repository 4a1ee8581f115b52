"""Keeps the sound and the picture of one participant of a mix together, by the reports of their sender.

Both are mixed when they are here, and one of them may have taken longer: a camera's encoder is slower than a
microphone's. Where the sender has said when each was captured (RFC 3550 section 6.4.1), the earlier one waits for the
other. Where sound that jitters is held back lest it have holes, pictures are held back with it.
"""

from __future__ import annotations

import math
from typing import Any, Final

from kms_trio.media.streams import Stream

__all__ = ["MOST_S", "Lag", "LipSync"]

MOST_S: Final = 0.5
"""Nothing waits for longer."""
TOLERANCE_S: Final = 0.02
"""A wait is changed when it is wrong by more: each change of the sound's is heard by those who listen closely."""
WINDOW: Final = 25
"""The smallest lag of so many frames, and of those before them, is the lag: bursts and jitter only ever add to it."""


class Lag:
    """How long after it was captured the media of one stream is here; None while that is not known.

    It counts from the sender's own clock, so that what we think of that clock, which changes with each report, does
    not matter: lags of one sender can be compared, and mean nothing by themselves.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        self._before_s = self._smallest_s = math.inf
        self._count = 0

    def note(self, stream: Stream[Any] | None, pts: int | None, now_unix_s: float) -> float:
        """A picture or samples came: by how many seconds later than the lag, which jitter on the way added."""
        clock = None if stream is None else stream.clock
        if clock is None or pts is None or not clock.synchronized:
            self.forget()
            return 0.0
        captured_s, offset_s = clock.unix_s(pts), clock.sender.offset_s
        if captured_s is None or offset_s is None:
            return 0.0
        lag_s = now_unix_s - (captured_s - offset_s)
        self._smallest_s = min(self._smallest_s, lag_s)
        self._count += 1
        if self._count == WINDOW:
            self.seconds = min(self._before_s, self._smallest_s)
            self._before_s, self._smallest_s, self._count = self._smallest_s, math.inf, 0
        return 0.0 if self.seconds is None else max(0.0, lag_s - self.seconds)

    def forget(self) -> None:
        """The stream is another one, or none."""
        self.seconds = None
        self._before_s = self._smallest_s = math.inf
        self._count = 0


class LipSync:
    """What of a participant waits, and for how long; what came late on its way waits for that much less."""

    def __init__(self) -> None:
        self.audio = Lag()
        self.video = Lag()
        self.playout_s = 0.0
        """By how much longer than is told of the mix sound waits to be mixed, because it jitters; less than 0:
        shorter."""
        self._audio_wait_s = self._video_wait_s = 0.0

    @property
    def audio_wait_s(self) -> float:
        """How long sound waits for the picture.

        That it waits in its playout buffer, too, is not counted: what waits here for less would wait there for longer.
        """
        self._audio_wait_s = _steady(self._audio_wait_s, self._skew_s)
        return self._audio_wait_s

    @property
    def video_wait_s(self) -> float:
        """How long a picture waits for the sound: until that has come, and as long as that waits here."""
        sound_waits_s = self.audio_wait_s + self.playout_s
        self._video_wait_s = _steady(self._video_wait_s, sound_waits_s - self._skew_s)
        return self._video_wait_s

    @property
    def _skew_s(self) -> float:
        """By how much pictures come later than what is heard with them."""
        if self.audio.seconds is None or self.video.seconds is None:
            return 0.0
        return self.video.seconds - self.audio.seconds


def _steady(wait_s: float, wanted_s: float) -> float:
    """A wait within the bounds, another one than before only where it is worth it."""
    wanted_s = min(max(wanted_s, 0.0), MOST_S)
    return wait_s if wanted_s and abs(wanted_s - wait_s) <= TOLERANCE_S else wanted_s
