"""Keeps the sound and the picture of one participant of a mix together, by the reports of their sender.

Both are mixed when they are here, and one of them may have taken longer: a camera's encoder is slower than a
microphone's. Where the sender has said when each was captured (RFC 3550 section 6.4.1), the earlier one waits for the
other. Nobody else waits.
"""

from __future__ import annotations

from typing import Any, Final

from kms_trio.media.streams import Stream

__all__ = ["MOST_S", "Lag", "LipSync"]

MOST_S: Final = 0.5
"""Nothing waits for longer."""
TOLERANCE_S: Final = 0.02
"""A wait is changed when it is wrong by more: each change of the sound's is heard by those who listen closely."""
SMOOTHING: Final = 1 / 32
JUMP_S: Final = 0.25
"""A lag that differs by this much is a new one, and no jitter."""


class Lag:
    """How long after it was captured the media of one stream is here, on our clock; None while nobody has said."""

    def __init__(self) -> None:
        self.seconds: float | None = None

    def note(self, stream: Stream[Any] | None, pts: int | None, now_unix_s: float) -> None:
        """A picture or samples came."""
        if stream is None or pts is None or not stream.clock.synchronized:
            self.seconds = None
            return
        captured_s = stream.clock.unix_s(pts)
        if captured_s is None:
            return
        lag_s = now_unix_s - captured_s
        if self.seconds is None or abs(lag_s - self.seconds) > JUMP_S:
            self.seconds = lag_s
        else:
            self.seconds += (lag_s - self.seconds) * SMOOTHING

    def forget(self) -> None:
        """The stream is another one, or none."""
        self.seconds = None


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
