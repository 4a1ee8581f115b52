"""An open source: opened, read and decoded in a thread, one call at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import attrs
import av
from av.stream import Disposition

from kms_elements.player.continuity import Continuity
from kms_elements.player.failures import (
    invalid_media,
    invalid_uri,
    opening_failed,
    reading_failed,
    scheme_of,
    unsupported_scheme,
)
from kms_elements.player.key_frames import UNINDEXED_FORMATS, packets_from
from kms_elements.player.locations import FOR_EVER, Location
from kms_elements.player.tracks import EncodedTrack, Track, Unit, make_track
from kms_trio.api import MediaType, UriPolicy

__all__ = ["READ_TIMEOUT_S", "Batch", "Placed", "Source", "open_container"]

OPEN_TIMEOUT_S: Final = 10.0
"""For connecting, and again for finding out what there is."""
READ_TIMEOUT_S: Final = 10.0
MAX_PACKETS_A_BATCH: Final = 200
"""Bounds a batch where the tracks of a file are badly interleaved."""
MAX_INTERLEAVING_S: Final = 3.0
MAX_BROKEN_READS: Final = 50
"""Consecutive packets that cannot be read before the rest of the file is given up."""
JUMP_S: Final = 10.0
"""A step in the timestamps that is another clock, in formats of which that is known."""
FILE_JUMP_S: Final = 600.0
"""The same where an index says when things are due: only damage explains that."""
_JUMPING_FORMATS: Final = frozenset({"mpegts", "rtsp", "flv", "hls", "mpeg", "rtp"})
_UNTIMED_FORMATS: Final = frozenset({"h264", "hevc", "m4v", "mpegvideo", "mjpeg", "h263", "h261", "vc1", "obu"})
"""Streams without a container."""
_PLAYLISTS: Final = frozenset({"hls", "concat", "dash", "imf"})


@attrs.frozen
class Batch:
    """What one `Source.read` found; `ended` when nothing follows."""

    units: tuple[Unit, ...]
    ended: bool


@attrs.frozen
class Placed:
    """A packet, when it is due (seconds from the start), and what to add to its timestamps for that."""

    track: Track
    packet: av.Packet[Any]
    place_s: float
    shift_s: Fraction


class Source:
    """See the module docstring.  All methods block, and raise `SourceError` and nothing else.

    `container` is an open one of PyAV's, which belongs to the source from then on; `first` a packet that was read of it
    already.  It is played `rounds` times, one right behind the other: places go on counting, from `seek` on anew.
    """

    def __init__(
        self,
        container: Any,
        use_encoded_media: bool,
        rounds: int = 1,
        live: bool = False,
        first: av.Packet[Any] | None = None,
    ) -> None:
        self._container = container
        self._start_s = Fraction(self._container.start_time or 0, av.time_base)
        self.tracks: tuple[Track, ...] = tuple(
            make_track(streams[0], self._start_s, use_encoded_media)
            for streams in (self._container.streams.audio, _moving_pictures(self._container))
            if streams and streams[0].codec_context is not None
        )
        if not self.tracks:
            self._container.close()
            raise invalid_media()
        duration = self._container.duration
        self.duration_s = max(0.0, duration / av.time_base) if duration is not None else 0.0
        self.live = live and not self.duration_s
        """Whether it has no end, comes at its own pace and is worth being opened again when it breaks."""
        self._by_index = {track.stream.index: track for track in self.tracks}
        names = set(self._container.format.name.split(","))
        self._continuity = Continuity(JUMP_S if names & _JUMPING_FORMATS else FILE_JUMP_S)
        self._indexed = not names & UNINDEXED_FORMATS
        self._untimed = bool(names & _UNTIMED_FORMATS)
        pictures = [track for track in self.tracks if track.media_type is MediaType.VIDEO]
        self._video = pictures[0] if pictures else None
        self._rounds = self._rounds_left = rounds
        self._round_begin_s = Fraction(0)
        self._end_s = 0.0
        self._packets = self._demux()
        if first is not None and first.stream.index in self._by_index:
            self._packets = itertools.chain((first,), self._packets)

    @classmethod
    def of_container(
        cls,
        container: Any,
        location: Location,
        policy: UriPolicy,
        use_encoded_media: bool,
        first: av.Packet[Any] | None = None,
    ) -> Source:
        """The source for what `location` has led to."""
        if (
            policy.read_roots
            and set(container.format.name.split(",")) & _PLAYLISTS
            and scheme_of(location.uri) == "file"
        ):
            container.close()
            raise invalid_uri("playlists may name files outside of the folders that may be read")
        return cls(container, use_encoded_media, location.rounds, location.live, first)

    @property
    def seekable(self) -> bool:
        """Whether a position can be set: what has a known length has an index or can be searched."""
        return self.duration_s > 0

    def position_s(self, place_s: float) -> float:
        """Where in the source a place is, whatever round it belongs to."""
        return place_s % self.duration_s if self._rounds != 1 and self.duration_s else place_s

    @property
    def progress_s(self) -> float:
        """How far the source has been read: all tracks came here, or they end earlier or are interleaved very badly."""
        places = [track.progress_s for track in self.tracks]
        return max(min(places), max(places) - MAX_INTERLEAVING_S)

    def read(self, until_s: float) -> Batch:
        """Read on to `until_s` (seconds from the start), or to the end, or as far as one batch goes."""
        units: list[Unit] = []
        broken = 0
        for _ in range(MAX_PACKETS_A_BATCH):
            if self.progress_s >= until_s:
                break
            try:
                packet = self.next_packet()
            except av.error.InvalidDataError:
                broken += 1
                if broken > MAX_BROKEN_READS:
                    return Batch(tuple(units), True)
                self._packets = self._demux()
                continue
            if packet is None:
                if not self._next_round():
                    return Batch(tuple(units), True)
                continue
            found = self.convert(self.place(packet))
            self._end_s = max(self._end_s, max((unit.due_s + unit.duration_s for unit in found), default=0.0))
            units += found
        return Batch(tuple(units), False)

    def next_packet(self) -> av.Packet[Any] | None:
        """The next packet of one of the tracks; None at the end.

        Lets `av.error.InvalidDataError` pass, beside `SourceError`: what comes next may be whole.
        """
        try:
            return next(self._packets, None)
        except av.error.EOFError:
            return None
        except av.error.InvalidDataError:
            raise
        except (av.error.FFmpegError, OSError) as error:
            raise reading_failed(error) from error

    def place(self, packet: av.Packet[Any]) -> Placed:
        """Where a packet belongs.  Once for each, in the order in which they came."""
        track = self._by_index[packet.stream.index]
        if self.live and packet.pts is None and packet.dts is None and packet.size and not track.placed:
            # What comes before the first report of an RTSP server has no time; a decoder needs it all the same.
            packet.pts = packet.dts = math.ceil(self._start_s / packet.time_base)
        if self._untimed:
            track.count(packet)
        ticks = packet.dts if packet.dts is not None else packet.pts
        if ticks is None or packet.time_base is None:
            return Placed(track, packet, track.progress_s, track.shift_s)
        track.placed = True
        raw = ticks * packet.time_base - self._start_s
        shift = self._continuity.shift(packet.stream.index, raw, (packet.duration or 0) * packet.time_base)
        shift += self._round_begin_s
        track.progress_s = float(raw + shift)
        return Placed(track, packet, track.progress_s, shift)

    def convert(self, placed: Placed) -> list[Unit]:
        """Units of a packet, in the order of the packets; an empty packet at the end asks for what is left."""
        return placed.track.convert(placed.packet, placed.shift_s)

    def seek(self, position_s: float) -> None:
        """Go on reading at `position_s`, or at the key frame before where video is passed through encoded."""
        self._rounds_left, self._round_begin_s, self._end_s = self._rounds, Fraction(0), 0.0
        self._position(position_s)

    def close(self) -> None:
        """Give the file back; a source that is forgotten while it is being read does so, too, in the end."""
        self._container.close()

    def _next_round(self) -> bool:
        """Begin again behind the end, if that is wanted and there was something."""
        if self._rounds_left == 1 or self._end_s <= self._round_begin_s:
            return False
        if self._rounds_left != FOR_EVER:
            self._rounds_left -= 1
        # Whole milliseconds are whole ticks of all clock rates.
        self._round_begin_s = Fraction(math.ceil(self._end_s * 1000 - 1e-6), 1000)
        self._position(0.0)
        return True

    def _position(self, position_s: float) -> None:
        target = round((Fraction(position_s) + self._start_s) * av.time_base)
        try:
            if self._indexed or self._video is None:
                self._container.seek(target, backward=True)
                self._packets = self._demux()
            else:
                streams = [track.stream for track in self.tracks]
                self._packets = packets_from(self._container, streams, self._video.stream, target)
        except (av.error.FFmpegError, OSError) as error:
            raise reading_failed(error) from error
        self._continuity.restart()
        # Encoded pictures begin at a key frame before that place, and then the sound does with them.
        exact = not isinstance(self._video, EncodedTrack)
        for track in self.tracks:
            track.restart(position_s + float(self._round_begin_s), self._round_begin_s, exact)

    def _demux(self) -> Iterator[av.Packet[Any]]:
        packets: Iterator[av.Packet[Any]] = self._container.demux([track.stream for track in self.tracks])
        return packets


def open_container(location: Location) -> Any:
    """Open what PyAV opens.  Raises SourceError and nothing else."""
    try:
        return av.open(
            location.name,
            format=location.format,
            options=dict(location.options),
            timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S),
            mode="r",
        )
    except av.error.ProtocolNotFoundError as error:
        raise unsupported_scheme(location.uri) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise opening_failed(location.uri, error) from error


def _moving_pictures(container: Any) -> list[Any]:
    """The video tracks, without the cover of a music file."""
    return [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
