"""Media profiles: containers, and the codecs that go into them as they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from kms_elements.generated.types import MediaProfileSpecType
from kms_trio.api import ErrorCode, KurentoError, MediaType
from kms_trio.media.formats import Format

__all__ = ["Profile", "profile_of"]

Formats: TypeAlias = tuple[Format, ...]

CLUSTER_MS: Final = 500
"""A process that is killed loses what was not in a finished cluster (Matroska) or fragment (MP4)."""


def _options(own: dict[str, str]) -> Mapping[str, str]:
    # Tracks are written as they come: waiting long for a track that pauses would be lost in a crash.
    return MappingProxyType({"flush_packets": "1", "max_interleave_delta": str(CLUSTER_MS * 1000), **own})


_MATROSKA_OPTIONS: Final = _options({"cluster_time_limit": str(CLUSTER_MS)})
# Fragments while it runs, an ordinary seekable file with one index once it is finished.
_MP4_OPTIONS: Final = _options({"movflags": "hybrid_fragmented", "frag_duration": str(CLUSTER_MS * 1000)})

_WEBM_VIDEO: Final[Formats] = (Format("VP8", 90_000), Format("VP9", 90_000), Format("AV1", 90_000))
_WEBM_AUDIO: Final[Formats] = (Format("OPUS", 48_000, 2),)
_MP4_VIDEO: Final[Formats] = (Format("H264", 90_000), Format("H265", 90_000))
_MP4_AUDIO: Final[Formats] = tuple(
    Format("AAC", rate_hz, 2) for rate_hz in (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 8_000)
)


@attrs.frozen
class Profile:
    """`formats` are accepted without being encoded anew; the first is what others are encoded to."""

    muxer: str
    options: Mapping[str, str]
    formats: Mapping[MediaType, Formats]


def profile_of(media_profile: MediaProfileSpecType) -> Profile:
    """The profile of that name.  Raises KurentoError 40107 or 40006 for those that cannot be written."""
    name = media_profile.value
    if media_profile is MediaProfileSpecType.KURENTO_SPLIT_RECORDER:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Kurento Split Recorder not supported")
    container = name.partition("_")[0]
    if container == "WEBM":
        muxer, options, audio, video = "webm", _MATROSKA_OPTIONS, _WEBM_AUDIO, _WEBM_VIDEO
    elif container == "MKV":
        muxer, options, audio, video = "matroska", _MATROSKA_OPTIONS, _MP4_AUDIO, _MP4_VIDEO
    elif container == "MP4":
        muxer, options, audio, video = "mp4", _MP4_OPTIONS, _MP4_AUDIO, _MP4_VIDEO
    else:
        raise KurentoError(ErrorCode.NOT_IMPLEMENTED, f"The media profile {name} is not implemented by this server yet")
    formats = {MediaType.AUDIO: audio, MediaType.VIDEO: video}
    if name.endswith("_VIDEO_ONLY"):
        del formats[MediaType.AUDIO]
    elif name.endswith("_AUDIO_ONLY"):
        del formats[MediaType.VIDEO]
    return Profile(muxer, options, MappingProxyType(formats))
