"""Which of FFmpeg's codecs serves which format."""

from __future__ import annotations

from typing import Final

import attrs

from kms_trio.media.formats import Format

__all__ = ["AUDIO_ENCODERS", "DECODERS", "VIDEO_ENCODERS", "AudioEncoderProfile", "decoder_name", "encodable"]

DECODERS: Final = {
    "VP8": "vp8",
    "VP9": "vp9",
    "H264": "h264",
    "H265": "hevc",
    "AV1": "libdav1d",
    "OPUS": "libopus",
    "PCMU": "pcm_mulaw",
    "PCMA": "pcm_alaw",
    "AAC": "aac",
    "VORBIS": "vorbis",
    "MP3": "mp3",
}
"""Encoding name of a format to the name of the decoder."""

VIDEO_ENCODERS: Final = {"VP8": "libvpx", "VP9": "libvpx-vp9", "H264": "libx264"}
"""Encoding name of a format to the name of the encoder."""


@attrs.frozen
class AudioEncoderProfile:
    """How an audio encoder wants its samples.

    `sample_format` is FFmpeg's name; `frame_samples` the samples (a channel) of one encoded frame, 0 for as many as 20
    ms hold; `bitrate_bps` 0 for codecs without a choice.
    """

    codec: str
    sample_format: str
    frame_samples: int
    bitrate_bps: int
    options: tuple[tuple[str, str], ...] = ()


AUDIO_ENCODERS: Final = {
    # In-band FEC only spends bits when some loss is expected.
    "OPUS": AudioEncoderProfile(
        "libopus", "s16", 960, 64_000, (("frame_duration", "20"), ("fec", "1"), ("packet_loss", "5"))
    ),
    "PCMU": AudioEncoderProfile("pcm_mulaw", "s16", 0, 0),
    "PCMA": AudioEncoderProfile("pcm_alaw", "s16", 0, 0),
    "AAC": AudioEncoderProfile("aac", "fltp", 1024, 128_000),
}


def decoder_name(format: Format) -> str | None:
    """The decoder for media of `format`; None when there is none."""
    return DECODERS.get(format.encoding_name)


def encodable(format: Format) -> bool:
    """Whether there is an encoder for `format`."""
    return format.encoding_name in (AUDIO_ENCODERS if format.is_audio else VIDEO_ENCODERS)
