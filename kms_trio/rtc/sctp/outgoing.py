"""Messages that wait to be sent, by stream, and their way into chunks (RFC 9260 section 6.9)."""

from __future__ import annotations

from collections import deque

from kms_trio.rtc.sctp.chunks import DATA_HEADER_BYTES, Data
from kms_trio.rtc.sctp.packet import COMMON_HEADER_BYTES, MAX_PACKET_BYTES
from kms_trio.rtc.sctp.serial import SSN_MASK, TSN_MASK

__all__ = ["MAX_FRAGMENT_BYTES", "OutgoingMessage", "OutgoingQueue"]

MAX_FRAGMENT_BYTES = MAX_PACKET_BYTES - COMMON_HEADER_BYTES - DATA_HEADER_BYTES


class OutgoingMessage:
    """A message and how long it is worth sending.

    `max_retransmits` and `expires_at` (monotonic seconds) are None without such a limit (RFC 3758, RFC 7496).
    """

    __slots__ = (
        "abandoned",
        "data",
        "expires_at",
        "max_retransmits",
        "offset",
        "ordered",
        "protocol_id",
        "ssn",
        "stream_id",
    )

    def __init__(
        self,
        stream_id: int,
        protocol_id: int,
        data: bytes,
        *,
        ordered: bool = True,
        max_retransmits: int | None = None,
        expires_at: float | None = None,
    ) -> None:
        self.stream_id = stream_id
        self.protocol_id = protocol_id
        self.data = data
        self.ordered = ordered
        self.max_retransmits = max_retransmits
        self.expires_at = expires_at
        self.offset = 0
        self.ssn = 0
        self.abandoned = False

    def expired(self, now: float) -> bool:
        """Whether it is too late for it."""
        return self.expires_at is not None and self.expires_at <= now


class OutgoingQueue:
    """Streams take turns, a message each: fragments of one message have TSNs in a row, so it is sent as a whole."""

    def __init__(self) -> None:
        self.waiting_bytes = 0
        """What has not been sent once."""
        self.waiting_messages = 0
        """Those of which nothing was sent yet."""
        self._messages: dict[int, deque[OutgoingMessage]] = {}
        self._turns: deque[int] = deque()
        self._current: OutgoingMessage | None = None
        self._next_ssn: dict[int, int] = {}

    def __bool__(self) -> bool:
        return self._current is not None or bool(self._turns)

    def push(self, message: OutgoingMessage) -> None:
        """Put a message behind the others of its stream."""
        stream_id = message.stream_id
        messages = self._messages.get(stream_id)
        if messages is None:
            messages = self._messages[stream_id] = deque()
            self._turns.append(stream_id)
        messages.append(message)
        self.waiting_messages += 1
        self.waiting_bytes += len(message.data)

    def drained(self, stream_id: int) -> bool:
        """Whether every message of a stream has been sent once."""
        current = self._current
        return stream_id not in self._messages and (current is None or current.stream_id != stream_id)

    def next_size(self) -> int:
        """Payload bytes of the chunk that `pop` would give; 0 when the queue is empty."""
        message = self._current
        if message is None:
            if not self._turns:
                return 0
            message = self._messages[self._turns[0]][0]
        return min(len(message.data) - message.offset, MAX_FRAGMENT_BYTES)

    def pop(self, tsn: int) -> tuple[OutgoingMessage, Data]:
        """The next chunk; the queue must not be empty."""
        message = self._current or self._begin()
        start = message.offset
        end = min(start + MAX_FRAGMENT_BYTES, len(message.data))
        message.offset = end
        self.waiting_bytes -= end - start
        last = end == len(message.data)
        self._current = None if last else message
        chunk = Data(
            tsn & TSN_MASK,
            message.stream_id,
            message.ssn & SSN_MASK,
            message.protocol_id,
            message.data[start:end],
            begin=start == 0,
            end=last,
            unordered=not message.ordered,
        )
        return message, chunk

    def drop_expired(self, now: float) -> None:
        """Drop messages whose turn it is and whose time has passed before anything of them was sent."""
        while self._current is None and self._turns and self._messages[self._turns[0]][0].expired(now):
            self.waiting_bytes -= len(self._take_turn().data)

    def drop_rest(self, message: OutgoingMessage) -> bool:
        """Send no more of a message that was given up; whether there was more."""
        if self._current is not message:
            return False
        self._current = None
        self.waiting_bytes -= len(message.data) - message.offset
        return True

    def drop_stream(self, stream_id: int) -> None:
        """Drop messages of which nothing was sent yet."""
        messages = self._messages.pop(stream_id, None)
        if messages is not None:
            self._turns.remove(stream_id)
            self.waiting_messages -= len(messages)
            self.waiting_bytes -= sum(len(message.data) for message in messages)

    def restart_stream(self, stream_id: int) -> None:
        """The stream was reset: its sequence numbers begin anew."""
        self._next_ssn.pop(stream_id, None)

    def _begin(self) -> OutgoingMessage:
        message = self._take_turn()
        if message.ordered:
            message.ssn = self._next_ssn.get(message.stream_id, 0)
            self._next_ssn[message.stream_id] = message.ssn + 1
        return message

    def _take_turn(self) -> OutgoingMessage:
        stream_id = self._turns.popleft()
        messages = self._messages[stream_id]
        message = messages.popleft()
        self.waiting_messages -= 1
        if messages:
            self._turns.append(stream_id)
        else:
            del self._messages[stream_id]
        return message
