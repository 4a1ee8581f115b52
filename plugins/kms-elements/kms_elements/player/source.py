"""An open file or HTTP resource: opened, read and decoded in a thread, one call at a time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import attrs
import av

from kms_elements.player.failures import (
    SUPPORTED_SCHEMES,
    invalid_media,
    invalid_uri,
    opening_failed,
    reading_failed,
    scheme_of,
    unsupported_scheme,
)
from kms_elements.player.tracks import Unit, make_track
from kms_trio.api import KurentoError, UriPolicy, file_path

__all__ = ["Batch", "Source"]

OPEN_TIMEOUT_S: Final = 10.0
READ_TIMEOUT_S: Final = 10.0
MAX_PACKETS_A_BATCH: Final = 200
"""Bounds a batch where the tracks of a file are badly interleaved."""
MAX_INTERLEAVING_S: Final = 3.0
MAX_BROKEN_READS: Final = 50
"""Consecutive packets that cannot be read before the rest of the file is given up."""


@attrs.frozen
class Batch:
    """What one `Source.read` found; `ended` when nothing follows."""

    units: tuple[Unit, ...]
    ended: bool


class Source:
    """See the module docstring.  All methods block, and raise `SourceError` and nothing else.

    `container` is an open one of PyAV's, which belongs to the source from then on.
    """

    def __init__(self, container: Any, use_encoded_media: bool) -> None:
        self._container = container
        start = self._container.start_time
        self._start_s = Fraction(start or 0, av.time_base)
        self.tracks = tuple(
            make_track(streams[0], self._start_s, use_encoded_media)
            for streams in (self._container.streams.audio, self._container.streams.video)
            if streams and streams[0].codec_context is not None
        )
        if not self.tracks:
            self._container.close()
            raise invalid_media()
        duration = self._container.duration
        self.duration_s = max(0.0, duration / av.time_base) if duration is not None else 0.0
        self._by_index = {track.stream.index: track for track in self.tracks}
        self._packets = self._demux()

    @classmethod
    def of_uri(cls, uri: str, policy: UriPolicy, use_encoded_media: bool) -> Source:
        """Open what `uri` names, if the policy allows it."""
        return cls(_open(uri, policy), use_encoded_media)

    @property
    def seekable(self) -> bool:
        """Whether a position can be set: what has a known length has an index or can be searched."""
        return self.duration_s > 0

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
                packet = next(self._packets, None)
            except av.error.EOFError:
                packet = None
            except av.error.InvalidDataError:
                broken += 1
                if broken > MAX_BROKEN_READS:
                    return Batch(tuple(units), True)
                self._packets = self._demux()
                continue
            except (av.error.FFmpegError, OSError) as error:
                raise reading_failed(error) from error
            if packet is None:
                return Batch(tuple(units), True)
            units += self._by_index[packet.stream.index].convert(packet)
        return Batch(tuple(units), False)

    def seek(self, position_s: float) -> None:
        """Go on reading at `position_s`: decoded tracks exactly there, encoded ones at the key frame before."""
        target = round((Fraction(position_s) + self._start_s) * av.time_base)
        try:
            self._container.seek(target, backward=True)
        except (av.error.FFmpegError, OSError) as error:
            raise reading_failed(error) from error
        for track in self.tracks:
            track.restart(position_s)
        self._packets = self._demux()

    def close(self) -> None:
        """Give the file back; a source that is forgotten while it is being read does so, too, in the end."""
        self._container.close()

    def _demux(self) -> Iterator[av.Packet[Any]]:
        packets: Iterator[av.Packet[Any]] = self._container.demux([track.stream for track in self.tracks])
        return packets


def _open(uri: str, policy: UriPolicy) -> Any:
    scheme = scheme_of(uri)
    if scheme not in SUPPORTED_SCHEMES:
        raise unsupported_scheme(uri)
    try:
        policy.check_read(uri)
    except KurentoError as refusal:
        raise invalid_uri(refusal.message) from refusal
    path = file_path(uri)
    # The prefix keeps names such as "concat:a|b" from being anything but names; the whitelist keeps a playlist from
    # reaching files through HTTP and hosts through files.
    name, protocols = (uri, "http,https,tcp,tls,crypto") if path is None else (f"file:{path}", "file,crypto")
    try:
        container = av.open(
            name, options={"protocol_whitelist": protocols}, timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S), mode="r"
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise opening_failed(uri, error) from error
    return container
