"""Media profiles: containers, and the codecs that go into them as they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from kms_elements.generated.types import MediaProfileSpecType
from kms_trio.api import ErrorCode, KurentoError, MediaType
from kms_trio.media.formats import RAW_VIDEO, Format

__all__ = ["Profile", "profile_of"]

Formats: TypeAlias = tuple[Format, ...]

CLUSTER_MS: Final = 500
"""A process that is killed loses what was not in a finished cluster (Matroska) or fragment (MP4)."""


def _options(own: dict[str, str]) -> Mapping[str, str]:
    # Tracks are written as they come: waiting long for a track that pauses would be lost in a crash.
    return MappingProxyType({"flush_packets": "1", "max_interleave_delta": str(CLUSTER_MS * 1000), **own})


_MATROSKA_OPTIONS: Final = _options({"cluster_time_limit": str(CLUSTER_MS)})
_FLV_OPTIONS: Final = _options({"flvflags": "add_keyframe_index"})
_FLV_UPLOAD_OPTIONS: Final = _options({"flvflags": "no_duration_filesize"})
# What was sent cannot be put right any more: fragments to the end.
_MP4_UPLOAD_OPTIONS: Final = _options(
    {"movflags": "frag_keyframe+empty_moov+delay_moov+default_base_moof", "frag_duration": str(CLUSTER_MS * 1000)}
)
# Fragments while it runs, an ordinary seekable file with one index once it is finished.
# `delay_moov`: the head waits for the first fragment, and so knows which track begins later than the other.
_MP4_OPTIONS: Final = _options({"movflags": "hybrid_fragmented+delay_moov", "frag_duration": str(CLUSTER_MS * 1000)})

_WEBM_VIDEO: Final[Formats] = (Format("VP8", 90_000), Format("VP9", 90_000), Format("AV1", 90_000))
_WEBM_AUDIO: Final[Formats] = (Format("OPUS", 48_000, 2),)
_MP4_VIDEO: Final[Formats] = (Format("H264", 90_000), Format("H265", 90_000))
_MP4_AUDIO: Final[Formats] = tuple(
    Format("AAC", rate_hz, 2) for rate_hz in (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 8_000)
)

_FLV_VIDEO: Final[Formats] = (Format("H264", 90_000),)
_FLV_AUDIO: Final[Formats] = _MP4_AUDIO


@attrs.frozen
class Profile:
    """`formats` are accepted without being encoded anew; the first is what others are encoded to."""

    muxer: str
    options: Mapping[str, str]
    formats: Mapping[MediaType, Formats]
    upload_options: Mapping[str, str]
    content_type: str

    @property
    def is_picture(self) -> bool:
        """Whether one picture is taken, and nothing is put into a container."""
        return self.muxer == ""


def profile_of(media_profile: MediaProfileSpecType) -> Profile:
    """The profile of that name.  Raises KurentoError 40107 for the one that needs a plugin of Kurento's."""
    name = media_profile.value
    if media_profile is MediaProfileSpecType.KURENTO_SPLIT_RECORDER:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Kurento Split Recorder not supported")
    container = name.partition("_")[0]
    audio, video = _MP4_AUDIO, _MP4_VIDEO
    upload_options = None
    if container == "WEBM":
        muxer, options, content_type = "webm", _MATROSKA_OPTIONS, "video/webm"
        audio, video = _WEBM_AUDIO, _WEBM_VIDEO
    elif container == "MKV":
        muxer, options, content_type = "matroska", _MATROSKA_OPTIONS, "video/x-matroska"
    elif container == "MP4":
        muxer, options, content_type = "mp4", _MP4_OPTIONS, "video/mp4"
        upload_options = _MP4_UPLOAD_OPTIONS
    elif container == "FLV":
        muxer, options, content_type = "flv", _FLV_OPTIONS, "video/x-flv"
        audio, video = _FLV_AUDIO, _FLV_VIDEO
        upload_options = _FLV_UPLOAD_OPTIONS
    else:  # JPEG_VIDEO_ONLY
        muxer, options, content_type = "", _options({}), "image/jpeg"
        video = (RAW_VIDEO,)
    formats = {MediaType.AUDIO: audio, MediaType.VIDEO: video}
    if name.endswith("_VIDEO_ONLY"):
        del formats[MediaType.AUDIO]
    elif name.endswith("_AUDIO_ONLY"):
        del formats[MediaType.VIDEO]
    return Profile(muxer, options, MappingProxyType(formats), upload_options or options, content_type)
