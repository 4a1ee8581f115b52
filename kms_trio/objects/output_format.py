"""The format that clients force on the output of an element (AudioCaps, VideoCaps of core.kmd.json)."""

from __future__ import annotations

from fractions import Fraction

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.types import AudioCaps, VideoCaps
from kms_trio.media.agnostic import CodecService, ForcedOutput
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format

__all__ = ["audio_output", "video_output"]

_AUDIO = {"OPUS": Format("OPUS", 48_000, 2), "PCMU": Format("PCMU", 8_000, 1), "PCMA": Format("PCMA", 8_000, 1)}


def audio_output(caps: AudioCaps, codecs: CodecService) -> ForcedOutput:
    """What `caps` ask for. Raises KurentoError 40107 for a negative bitrate or a codec without encoder."""
    if caps.bitrate < 0:
        raise _refused(f"a bitrate of {caps.bitrate} bit/s", "0, which leaves it to the codec, or more")
    format = _AUDIO.get(caps.codec, RAW_AUDIO)
    _check(format, codecs)
    return ForcedOutput(format, bitrate_bps=caps.bitrate)


def video_output(caps: VideoCaps, codecs: CodecService) -> ForcedOutput:
    """What `caps` ask for. Raises KurentoError 40107 for a frame rate that is none or a codec without encoder.

    A frame rate of 0/1 leaves it as it comes.
    """
    numerator, denominator = caps.framerate.numerator, caps.framerate.denominator
    if numerator < 0 or denominator <= 0:
        raise _refused(f"a frame rate of {numerator}/{denominator}", "numerator 0 or more and denominator 1 or more")
    format = RAW_VIDEO if caps.codec == "RAW" else Format(caps.codec, RAW_VIDEO.clock_rate_hz)
    _check(format, codecs)
    return ForcedOutput(format, frame_rate=Fraction(numerator, denominator) if numerator else None)


def _check(format: Format, codecs: CodecService) -> None:
    if format.encoding_name != "RAW" and not codecs.can_encode(format):
        raise _refused(f"codec {format.encoding_name}", "one that this server can encode")


def _refused(came: str, expected: str) -> KurentoError:
    return KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, f"Output format with {came}: expected {expected}")
