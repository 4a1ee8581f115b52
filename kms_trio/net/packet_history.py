"""The last packets of one source, by their unwrapped sequence numbers: what is kept to be sent again or for newcomers.

Under one SRTP index there must never be two texts: with AES-GCM they give the key away.  What a source (of plain RTP,
say) brings twice is therefore told from what is new, and with each packet the send time is kept that it left with.
"""

from __future__ import annotations

from collections.abc import Callable

from kms_trio.media.frames import RtpPacket

__all__ = ["HISTORY_PACKETS", "MAX_GAP", "REPLAY_PACKETS", "PacketHistory"]

HISTORY_PACKETS = 512
"""Packets of a source kept for retransmission, the number that Kurento keeps."""
REPLAY_PACKETS = 128
"""The most packets that a newcomer is sent in one burst; a default socket buffer holds them."""
MAX_GAP = 3000
"""So many packets are not lost at once: the source counts anew (MAX_DROPOUT of RFC 3550 appendix A.1)."""
_NONE_YET = -(1 << 62)
"""Below all sequence numbers, which may get negative when a source counts anew."""


class PacketHistory:
    """What came of one source.

    `on_restart(now)` is called when the source has jumped to other sequence numbers, while `highest` is still the last
    of the old ones: to all who are fed from here it is another source.
    """

    def __init__(self, on_restart: Callable[[float], None]) -> None:
        self.highest = _NONE_YET
        self.highest_timestamp = 0
        self.repeated = 0
        """Packets that had come before, or came too late for the history to tell."""
        self._on_restart = on_restart
        self._packets: list[RtpPacket | None] = [None] * HISTORY_PACKETS
        self._sent_at: list[int] = [0] * HISTORY_PACKETS
        self._newest_start = _NONE_YET  # the highest number that somebody has begun with
        self._misplaced = _NONE_YET  # a number too low to be late
        self._key_frame: RtpPacket | None = None  # the packet that starts the last key frame

    def remember(self, packets: list[RtpPacket], sent_at: int, now: float) -> tuple[list[RtpPacket], list[RtpPacket]]:
        """Note a batch that is sent at `sent_at` (24-bit send time).

        Returns the packets that everybody gets, which are `packets` itself if all are, and those that came late for
        some (`began_with`); in neither are those that came before.
        """
        kept, times = self._packets, self._sent_at
        late: list[RtpPacket] = []
        repeated: list[RtpPacket] = []
        for i, packet in enumerate(packets):
            number = packet.sequence_number
            if number > self.highest:
                if number - self.highest > MAX_GAP and self.highest != _NONE_YET:
                    self._restart(now)
                    late, repeated = [], packets[:i]  # nobody is to get both
                self.highest = number
                self.highest_timestamp = packet.timestamp
            elif self._is_repeated(packet, now):
                repeated.append(packet)
                continue
            elif number < self._newest_start:
                late.append(packet)
            kept[number % HISTORY_PACKETS] = packet
            times[number % HISTORY_PACKETS] = sent_at
            if packet.key_frame:
                # Parameter sets and slices of one key frame each say that they start it: the first one does.
                former = self._key_frame
                if former is None or packet.timestamp > former.timestamp:
                    self._key_frame = packet
        if late or repeated:
            self.repeated += len(repeated)
            apart = {id(packet) for packet in (*late, *repeated)}
            packets = [packet for packet in packets if id(packet) not in apart]
        return packets, late

    def find(self, sequence_number: int) -> RtpPacket | None:
        """The packet of this number, while it is kept."""
        packet = self._packets[sequence_number % HISTORY_PACKETS]
        return packet if packet is not None and packet.sequence_number == sequence_number else None

    def sent_at(self, packet: RtpPacket) -> int:
        """The send time that a kept packet left with."""
        return self._sent_at[packet.sequence_number % HISTORY_PACKETS]

    def began_with(self, sequence_number: int) -> None:
        """Somebody is fed from this packet on: what is before it comes late from now on."""
        self._newest_start = max(self._newest_start, sequence_number)

    def replayable(self) -> list[RtpPacket]:
        """The last key frame and all that followed it, or nothing when it is too long ago or has gaps."""
        if self._key_frame is None or self.highest - self._key_frame.sequence_number >= REPLAY_PACKETS:
            return []
        packets, kept = [], self._packets
        for number in range(self._key_frame.sequence_number, self.highest + 1):
            packet = kept[number % HISTORY_PACKETS]  # as `find` does: twice a newcomer, a hundred times each
            if packet is None or packet.sequence_number != number:
                return []
            packets.append(packet)
        return packets

    def forget(self) -> None:
        """Drop all packets; the numbers go on."""
        self._packets[:] = [None] * HISTORY_PACKETS
        self._key_frame = None

    def _is_repeated(self, packet: RtpPacket, now: float) -> bool:
        """Whether a packet that is not the newest one is to be left out."""
        number = packet.sequence_number
        if number > self.highest - HISTORY_PACKETS:
            kept = self._packets[number % HISTORY_PACKETS]
            return kept is not None and kept.sequence_number >= number
        # Far behind.  Two in a row say that the source counts anew (RFC 3550 appendix A.1).
        if number != self._misplaced + 1:
            self._misplaced = number
            return True
        self._restart(now)
        self.highest = number
        self.highest_timestamp = packet.timestamp
        return False

    def _restart(self, now: float) -> None:
        self._on_restart(now)
        self.forget()
        self._newest_start = self._misplaced = _NONE_YET
