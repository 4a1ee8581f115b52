"""The file itself: made, filled and finished by PyAV in threads, one call at a time.

Nothing is encoded here.  A muxer wants to know each track before the first frame: size and parameter sets are read from
the first key frame by FFmpeg's own parsers, by opening that frame as if it were a file.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import attrs
import av

from kms_elements.recorder.failures import opening_failed, writing_failed
from kms_elements.recorder.profiles import Profile
from kms_trio.api import KurentoError, MediaType, UriPolicy, file_path
from kms_trio.media.formats import Format

__all__ = ["FileWriter", "Sample", "TrackDescription"]

_IVF_CODES: Final = {"VP8": b"VP80", "VP9": b"VP90", "AV1": b"AV01"}
_ANNEX_B: Final = {"H264": "h264", "H265": "hevc"}
_AUDIO_ENCODERS: Final = {"OPUS": "libopus", "AAC": "aac"}


@attrs.frozen
class TrackDescription:
    """A track of the file; `first_frame` is a key frame."""

    media_type: MediaType
    format: Format
    first_frame: bytes


@attrs.frozen
class Sample:
    """One frame and its place in the file, in seconds."""

    media_type: MediaType
    data: bytes
    place_s: float
    duration_s: float
    key_frame: bool


class FileWriter:
    """Writes one file.  All methods block, and raise `RecordingError` and nothing else."""

    def __init__(self, uri: str, profile: Profile, policy: UriPolicy) -> None:
        self.uri = uri
        self._profile = profile
        self._policy = policy
        self._container: Any = None
        self._streams: dict[MediaType, Any] = {}

    def prepare(self) -> None:
        """Make the file, empty, and its folders: what cannot work is known before media comes."""
        try:
            self._policy.check_write(self.uri)
            path = self._path()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("wb").close()
        except (OSError, ValueError, KurentoError) as error:
            raise opening_failed(self.uri, error) from error

    def begin(self, tracks: Sequence[TrackDescription]) -> None:
        """Write the head of the file."""
        probes: list[Any] = []
        try:
            self._container = av.open(
                f"file:{self._path()}", "w", format=self._profile.muxer, container_options=dict(self._profile.options)
            )
            for track in tracks:
                self._streams[track.media_type] = self._add(track, probes)
            self._container.start_encoding()
        except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
            raise opening_failed(self.uri, error) from error
        finally:
            for probe in probes:
                probe.close()

    def write(self, samples: Sequence[Sample]) -> None:
        """Append samples."""
        try:
            for sample in samples:
                self._container.mux_one(self._packet(sample))
        except (av.error.FFmpegError, OSError) as error:
            raise writing_failed(self.uri, error) from error

    def finish(self) -> None:
        """Write index and length and close the file; after this it is seekable.  Idempotent."""
        container, self._container = self._container, None
        if container is None:
            return
        try:
            container.close()
        except (av.error.FFmpegError, OSError) as error:
            raise writing_failed(self.uri, error) from error

    def remove(self) -> None:
        """Delete the file, in which nothing is."""
        try:
            self._path().unlink(missing_ok=True)
        except OSError as error:
            raise writing_failed(self.uri, error) from error

    def _path(self) -> Path:
        path = file_path(self.uri)
        if path is None:
            raise ValueError("only file:// can be recorded to")
        return path

    def _add(self, track: TrackDescription, probes: list[Any]) -> Any:
        format = track.format
        if format.is_audio:
            # An encoder for the same format, never used, describes the track (OpusHead, AudioSpecificConfig).
            stream = self._container.add_stream(_AUDIO_ENCODERS[format.encoding_name], rate=format.clock_rate_hz)
            stream.layout = "stereo" if format.channels == 2 else "mono"
        else:
            probe = _probe(format, track.first_frame)
            probes.append(probe)
            stream = self._container.add_stream_from_template(probe.streams.video[0], opaque=True)
        stream.time_base = Fraction(1, format.clock_rate_hz)
        return stream

    def _packet(self, sample: Sample) -> av.Packet[Any]:
        stream = self._streams[sample.media_type]
        packet: av.Packet[Any] = av.Packet(sample.data)
        packet.stream = stream
        packet.time_base = stream.time_base
        rate = 1 / stream.time_base
        packet.pts = packet.dts = round(sample.place_s * rate)
        packet.duration = max(1, round(sample.duration_s * rate))
        packet.is_keyframe = sample.key_frame
        return packet


def _probe(format: Format, key_frame: bytes) -> Any:
    """Open one key frame as a file.  Raises `av.error.FFmpegError` or IndexError when there is no picture in it."""
    raw = _ANNEX_B.get(format.encoding_name)
    if raw is not None:
        return av.open(io.BytesIO(key_frame), format=raw)
    code = _IVF_CODES[format.encoding_name]
    head = b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, code, 0, 0, 90_000, 1, 1, 0)
    return av.open(io.BytesIO(head + struct.pack("<IQ", len(key_frame), 0) + key_frame), format="ivf")
