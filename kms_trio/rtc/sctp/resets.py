"""Stream resets, with which data channels are closed (RFC 6525, RFC 8831 section 6.7).

One request of ours is under way at a time.  A request of the peer is carried out when everything that it sent before
has come; until then the answer is "in progress".
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Collection

import attrs

from kms_trio.rtc.sctp.chunks import ChunkType, write_chunk
from kms_trio.rtc.sctp.errors import SctpError
from kms_trio.rtc.sctp.parameters import Parameter, ParameterType, split_parameters, write_parameters
from kms_trio.rtc.sctp.serial import TSN_MASK, unwrap_tsn

__all__ = ["StreamResets"]

MAX_STREAMS_IN_REQUEST = 500
"""Keeps a request within a packet."""

_request = struct.Struct("!III")
_response = struct.Struct("!II")


class ResetResult(enum.IntEnum):
    """RFC 6525 section 4.4."""

    NOTHING_TO_DO = 0
    PERFORMED = 1
    DENIED = 2
    WRONG_SSN = 3
    ALREADY_IN_PROGRESS = 4
    BAD_SEQUENCE_NUMBER = 5
    IN_PROGRESS = 6


@attrs.define
class _Request:
    """A request of the peer that waits until all before it has come."""

    number: int
    last_tsn: int
    streams: tuple[int, ...]


class StreamResets:
    """`local_tsn` and `peer_tsn` are the initial TSNs, with which the numbers of requests begin (section 5.1.1).

    `on_outgoing(streams)` is called when our streams were reset, `on_incoming(streams)` when the peer's were (empty:
    all of them).
    """

    def __init__(
        self,
        local_tsn: int,
        peer_tsn: int,
        on_outgoing: Callable[[Collection[int]], None],
        on_incoming: Callable[[Collection[int]], None],
    ) -> None:
        self.retry_at: float | None = None
        """When our request is to be repeated."""
        self.attempts = 0
        """How often our request has been sent."""
        self._next_number = local_tsn
        self._expected_number = peer_tsn
        self._wanted: dict[int, None] = {}  # a set that keeps its order
        self._requested: tuple[int, ...] = ()
        self._request = b""
        self._request_due = False
        self._deferred: _Request | None = None
        self._last_result = ResetResult.NOTHING_TO_DO
        self._responses: list[Parameter] = []
        self._on_outgoing = on_outgoing
        self._on_incoming = on_incoming

    def want(self, stream_id: int) -> None:
        """Reset our stream as soon as everything on it has been sent."""
        if stream_id not in self._requested:
            self._wanted[stream_id] = None

    # What the peer says.

    def receive(self, body: bytes, cumulative_tsn: int) -> None:
        """A RE-CONFIG chunk. Raises SctpError."""
        for kind, value in split_parameters(body):
            if kind == ParameterType.RECONFIGURATION_RESPONSE:
                self._receive_response(value)
            elif ParameterType.OUTGOING_RESET_REQUEST <= kind <= ParameterType.ADD_INCOMING_STREAMS:
                self._receive_request(kind, value, cumulative_tsn)

    def advanced(self, cumulative_tsn: int) -> None:
        """More has come: a request that waited may be carried out now."""
        request = self._deferred
        if request is not None and cumulative_tsn >= request.last_tsn:
            self._deferred = None
            self._answer(request.number, ResetResult.PERFORMED)
            self._on_incoming(request.streams)

    def _receive_request(self, kind: int, value: bytes, cumulative_tsn: int) -> None:
        if len(value) < 4:
            raise SctpError("SCTP reset request is cut off")
        number = int.from_bytes(value[:4], "big")
        expected = self._expected_number
        if number == (expected - 1) & TSN_MASK:  # repeated: our answer was lost or said "in progress"
            self._answer(number, self._last_result)
        elif number != expected:
            self._responses.append(_response_parameter(number, ResetResult.BAD_SEQUENCE_NUMBER))
        elif kind == ParameterType.OUTGOING_RESET_REQUEST:
            self._receive_outgoing(number, value, cumulative_tsn)
        else:
            self._expected_number = (expected + 1) & TSN_MASK
            # More streams are fine, we have all of them already; resets that we should make are the peer's own wish.
            fine = kind == ParameterType.ADD_OUTGOING_STREAMS
            self._answer(number, ResetResult.PERFORMED if fine else ResetResult.DENIED)

    def _receive_outgoing(self, number: int, value: bytes, cumulative_tsn: int) -> None:
        """Section 5.2.2."""
        if len(value) < _request.size or len(value) % 2:
            raise SctpError("SCTP outgoing reset request is cut off")
        _, _, wire_tsn = _request.unpack_from(value)
        streams = tuple(stream for [stream] in struct.iter_unpack("!H", value[_request.size :]))
        self._expected_number = (number + 1) & TSN_MASK
        last_tsn = unwrap_tsn(wire_tsn, cumulative_tsn)
        if last_tsn > cumulative_tsn:
            self._deferred = _Request(number, last_tsn, streams)
            self._answer(number, ResetResult.IN_PROGRESS)
            return
        self._answer(number, ResetResult.PERFORMED)
        self._on_incoming(streams)

    def _answer(self, number: int, result: ResetResult) -> None:
        self._last_result = result
        self._responses.append(_response_parameter(number, result))

    def _receive_response(self, value: bytes) -> None:
        """Section 5.2.7."""
        if len(value) < _response.size:
            raise SctpError("SCTP reset response is cut off")
        number, result = _response.unpack_from(value)
        if not self._requested or number != self._next_number:
            return
        if result == ResetResult.IN_PROGRESS:
            self.attempts = 1  # it lives; the same request is repeated when the timer says so
            return
        # A refusal is no reason to keep a channel half closed for ever.
        streams, self._requested = self._requested, ()
        self._next_number = (number + 1) & TSN_MASK
        self.retry_at, self._request_due = None, False
        self._on_outgoing(streams)

    # What is to be sent.

    def handle_timeout(self) -> None:
        """Our request was not answered."""
        self.retry_at = None
        self._request_due = bool(self._requested)

    def take_chunks(
        self, now: float, timeout_s: float, last_assigned_tsn: int, drained: Callable[[int], bool]
    ) -> list[bytes]:
        """RE-CONFIG chunks that are due."""
        chunks = []
        if self._wanted and not self._requested:
            ready = [stream for stream in self._wanted if drained(stream)][:MAX_STREAMS_IN_REQUEST]
            if ready:
                self._begin(ready, last_assigned_tsn)
        if self._request_due:
            self._request_due = False
            self.attempts += 1
            self.retry_at = now + timeout_s
            chunks.append(self._request)
        if self._responses:
            responses, self._responses = self._responses, []
            chunks += [write_chunk(ChunkType.RE_CONFIG, write_parameters([each])) for each in responses[-20:]]
        return chunks

    def _begin(self, streams: list[int], last_assigned_tsn: int) -> None:
        for stream in streams:
            del self._wanted[stream]
        self._requested = tuple(streams)
        value = _request.pack(self._next_number, (self._expected_number - 1) & TSN_MASK, last_assigned_tsn)
        value += struct.pack(f"!{len(streams)}H", *streams)
        parameters = write_parameters([(ParameterType.OUTGOING_RESET_REQUEST, value)])
        self._request = write_chunk(ChunkType.RE_CONFIG, parameters)
        self._request_due = True
        self.attempts = 0


def _response_parameter(number: int, result: ResetResult) -> Parameter:
    return ParameterType.RECONFIGURATION_RESPONSE, _response.pack(number, result)
