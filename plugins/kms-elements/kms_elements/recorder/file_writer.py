"""The file itself: made, filled and finished by PyAV in threads, one call at a time.

Nothing is encoded here.  A muxer wants to know each track before the first frame: size and parameter sets are read from
the first key frame by FFmpeg's own parsers, by opening that frame as if it were a file.
"""

from __future__ import annotations

import http.client
import io
import struct
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs
import av

from kms_elements.recorder.destinations import Destination, destination_of
from kms_elements.recorder.failures import opening_failed, writing_failed
from kms_elements.recorder.profiles import Profile
from kms_elements.uris import without_password
from kms_trio.api import KurentoError, MediaType, UriPolicy
from kms_trio.media.formats import Format

__all__ = ["FileWriter", "Item", "Sample", "TrackDescription", "Writer"]

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
    picture: av.VideoFrame | None = None
    """Instead of `data`, where the writer encodes."""


Item: TypeAlias = Sample | TrackDescription


class Writer:
    """What writers have in common.  All methods block, and raise `RecordingError` and nothing else."""

    ERRORS: Final = (OSError, ValueError, http.client.HTTPException)
    """What destinations raise."""

    def __init__(self, uri: str, profile: Profile, policy: UriPolicy) -> None:
        self.name = without_password(uri)
        self._uri = uri
        self._profile = profile
        self._policy = policy
        self._destination: Destination | None = None

    @property
    def destination(self) -> Destination:
        """Where it goes; after `prepare`."""
        assert self._destination is not None
        return self._destination

    @property
    def can_add_tracks(self) -> bool:
        """Whether a track may come later."""
        return self._destination is not None and self._destination.path is not None

    def prepare(self) -> None:
        """Make the file, empty, and its folders, or reach the server: what cannot work is known before media comes."""
        try:
            self._policy.check_write(self._uri)
            self._destination = destination_of(self._uri, self._profile.content_type)
            self._destination.prepare()
        except (*self.ERRORS, KurentoError) as error:
            raise opening_failed(self.name, error) from error

    def remove(self) -> None:
        """Leave nothing, as there is nothing in it."""
        destination, self._destination = self._destination, None
        try:
            if destination is not None:
                destination.remove()
        except self.ERRORS as error:
            raise writing_failed(self.name, error) from error

    def close_destination(self) -> None:
        """Everything was written.  Idempotent."""
        destination, self._destination = self._destination, None
        try:
            if destination is not None:
                destination.finish()
        except self.ERRORS as error:
            raise writing_failed(self.name, error) from error

    def begin(self, tracks: list[TrackDescription]) -> None:
        """The tracks are known."""
        raise NotImplementedError

    def write(self, items: list[Item]) -> None:
        """Append samples; a description among them is of a track that is new."""
        raise NotImplementedError

    def finish(self) -> None:
        """Nothing follows.  Idempotent."""
        raise NotImplementedError


class FileWriter(Writer):
    """Writes one container."""

    def __init__(self, uri: str, profile: Profile, policy: UriPolicy) -> None:
        super().__init__(uri, profile, policy)
        self._container: Any = None
        self._streams: dict[MediaType, Any] = {}

    def begin(self, tracks: list[TrackDescription]) -> None:
        """Write the head of the file."""
        probes: list[Any] = []
        try:
            self._open()
            for track in tracks:
                self._streams[track.media_type] = self._add(track, probes)
            self._container.start_encoding()
        except (av.error.FFmpegError, IndexError, *self.ERRORS) as error:
            raise opening_failed(self.name, error) from error
        finally:
            for probe in probes:
                probe.close()

    def write(self, items: list[Item]) -> None:
        """Append."""
        try:
            for item in items:
                if isinstance(item, TrackDescription):
                    self._add_late(item)
                else:
                    self._container.mux_one(self._packet(item))
        except (av.error.FFmpegError, IndexError, *self.ERRORS) as error:
            raise writing_failed(self.name, error) from error

    def finish(self) -> None:
        """Write index and length and close the file; after this it is seekable."""
        container, self._container = self._container, None
        try:
            if container is not None:
                container.close()
        except (av.error.FFmpegError, *self.ERRORS) as error:
            raise writing_failed(self.name, error) from error
        finally:
            if container is not None:
                self.close_destination()

    def _open(self) -> None:
        options = self._profile.options if self.destination.path is not None else self._profile.upload_options
        self._container = av.open(
            self.destination.open(), "w", format=self._profile.muxer, container_options=dict(options)
        )

    def _add_late(self, track: TrackDescription) -> None:
        """Begin the file anew with one track more, and copy what there was: no container takes tracks later."""
        path = self.destination.path
        assert path is not None
        before = path.with_name(f"{path.name}.part")
        container, self._container = self._container, None
        container.close()
        path.replace(before)
        probes: list[Any] = []
        try:
            with av.open(f"file:{before}") as source:
                self._open()
                copies = {}
                for stream in source.streams:
                    media_type = MediaType.AUDIO if stream.type == "audio" else MediaType.VIDEO
                    copy = self._container.add_stream_from_template(stream, opaque=True)
                    copy.time_base = self._streams[media_type].time_base
                    copies[stream.index] = self._streams[media_type] = copy
                self._streams[track.media_type] = self._add(track, probes)
                self._container.start_encoding()
                for packet in source.demux():
                    if packet.size:
                        packet.stream = copies[packet.stream.index]
                        self._container.mux_one(packet)
        except (av.error.FFmpegError, IndexError, *self.ERRORS):
            before.replace(path)  # better than half of it
            raise
        finally:
            for probe in probes:
                probe.close()
        before.unlink()

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
