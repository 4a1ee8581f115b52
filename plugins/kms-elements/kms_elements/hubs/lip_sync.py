"""Keeps the sound and the picture of one participant of a mix together, by the reports of their sender.

Both are mixed when they are here, and one of them may have taken longer: a camera's encoder is slower than a
microphone's. Where the sender has said when each was captured (RFC 3550 section 6.4.1), the earlier one waits for the
other. Nobody else waits.
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

    def note(self, stream: Stream[Any] | None, pts: int | None, now_unix_s: float) -> None:
        """A picture or samples came."""
        clock = None if stream is None else stream.clock
        if clock is None or pts is None or not clock.synchronized:
            self.forget()
            return
        captured_s, offset_s = clock.unix_s(pts), clock.sender.offset_s
        if captured_s is None or offset_s is None:
            return
        self._smallest_s = min(self._smallest_s, now_unix_s - (captured_s - offset_s))
        self._count += 1
        if self._count == WINDOW:
            self.seconds = min(self._before_s, self._smallest_s)
            self._before_s, self._smallest_s, self._count = self._smallest_s, math.inf, 0

    def forget(self) -> None:
        """The stream is another one, or none."""
        self.seconds = None
        self._before_s = self._smallest_s = math.inf
        self._count = 0


class LipSync:
    """What of a participant waits, and for how long."""

    def __init__(self) -> None:
        self.audio = Lag()
        self.video = Lag()
        self._skew_s = 0.0

    @property
    def audio_wait_s(self) -> float:
        """How long sound waits for the picture."""
        return max(0.0, self._skew())

    @property
    def video_wait_s(self) -> float:
        """How long a picture waits for the sound."""
        return max(0.0, -self._skew())

    def _skew(self) -> float:
        """By how much pictures come later than what is heard with them."""
        if self.audio.seconds is None or self.video.seconds is None:
            self._skew_s = 0.0
        else:
            skew_s = min(max(self.video.seconds - self.audio.seconds, -MOST_S), MOST_S)
            if abs(skew_s - self._skew_s) > TOLERANCE_S:
                self._skew_s = skew_s
        return self._skew_s
