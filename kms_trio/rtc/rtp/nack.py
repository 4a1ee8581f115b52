"""Which lost packets to ask for again, and when (generic NACK, RFC 4585 section 6.2.1).

A pure engine: feed the sequence numbers that arrive, take what is due when `deadline` has come. A packet is asked for
once a short delay has shown that it is not merely late, then about once a round trip, until it comes, has been asked
for often enough or is too old to be of use; giving up, like a gap too large to repair, asks for a key frame instead.
"""

from __future__ import annotations

import attrs

_MIN_RETRY_S = 0.04
_MAX_RETRY_S = 0.4


@attrs.define(slots=True)
class _Missing:
    due_s: float
    noticed_s: float
    tries: int = 0


class NackGenerator:
    """Requests for retransmission of one SSRC. Sequence numbers are unwrapped, times seconds of a monotonic clock."""

    __slots__ = (
        "_highest",
        "_max_age_s",
        "_max_missing",
        "_max_tries",
        "_missing",
        "_reorder_delay_s",
        "_retry_s",
        "given_up",
        "key_frame_needed",
        "recovered",
        "requested",
    )

    def __init__(
        self,
        *,
        reorder_delay_s: float = 0.005,
        max_tries: int = 10,
        max_age_s: float = 1.0,
        max_missing: int = 500,
    ) -> None:
        self._reorder_delay_s = reorder_delay_s
        self._max_tries = max_tries
        self._max_age_s = max_age_s
        self._max_missing = max_missing
        self._retry_s = 0.1
        self._highest: int | None = None
        self._missing: dict[int, _Missing] = {}
        self.key_frame_needed = False  #: loss is beyond repair; the caller sets it back when it has asked for one
        self.requested = 0  #: requests made, repetitions included
        self.recovered = 0  #: packets that came after being missed
        self.given_up = 0  #: packets that are not asked for any more

    def set_round_trip_time(self, round_trip_s: float) -> None:
        """Space repetitions by the measured round-trip time, within 40 to 400 ms; before: 100 ms."""
        self._retry_s = min(_MAX_RETRY_S, max(_MIN_RETRY_S, round_trip_s * 1.25))

    def received(self, sequence_number: int, now_s: float) -> None:
        """Note an arrival; call it for each packet, original or retransmitted."""
        highest = self._highest
        if highest is None or sequence_number == highest + 1:
            self._highest = sequence_number
        elif sequence_number > highest:
            self._highest = sequence_number
            self._note_gap(highest + 1, sequence_number, now_s)
        elif self._missing.pop(sequence_number, None) is not None:
            self.recovered += 1

    def key_frame_received(self, sequence_number: int) -> None:
        """A key frame begins at this packet: what is missing before it is of no use any more."""
        self.key_frame_needed = False
        if self._missing:
            self._missing = {number: entry for number, entry in self._missing.items() if number >= sequence_number}

    def is_missing(self, sequence_number: int) -> bool:
        """Whether the packet of this 16-bit sequence number is waited for."""
        if self._highest is None or not self._missing:
            return False
        behind = (self._highest - sequence_number) & 0xFFFF
        return self._highest - behind in self._missing

    @property
    def deadline(self) -> float | None:
        """When `due` has something to say; None: nothing is missing."""
        if not self._missing:  # as good as always
            return None
        return min(entry.due_s for entry in self._missing.values())

    def due(self, now_s: float) -> list[int]:
        """The unwrapped sequence numbers to ask for now, ascending. May set `key_frame_needed`."""
        numbers: list[int] = []
        hopeless: list[int] = []
        for number, entry in self._missing.items():
            if entry.due_s > now_s:
                continue
            if entry.tries >= self._max_tries or now_s - entry.noticed_s > self._max_age_s:
                hopeless.append(number)
                continue
            entry.tries += 1
            entry.due_s = now_s + self._retry_s
            numbers.append(number)
        for number in hopeless:
            del self._missing[number]
        if hopeless:
            self.given_up += len(hopeless)
            self.key_frame_needed = True
        self.requested += len(numbers)
        return sorted(numbers)

    def _note_gap(self, first: int, end: int, now_s: float) -> None:
        """Packets `first` to `end` - 1 are missing."""
        if end - first + len(self._missing) > self._max_missing:
            self.given_up += end - first + len(self._missing)
            self._missing.clear()
            self.key_frame_needed = True
            return
        due_s = now_s + self._reorder_delay_s
        for number in range(first, end):
            self._missing[number] = _Missing(due_s, now_s)
