"""What makes two payload formats the same codec, one rule each.

Names are compared without case (RFC 8866 section 6.6). Which parameters belong to the identity of a codec is said by
each payload format: H264 RFC 6184 section 8.2.2, H265 RFC 7798 section 7.2.2, VP9 RFC 9628, AV1 its RTP specification
section 7.2. The other parameters describe a receiver's wishes and never keep a codec from matching.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from kms_trio.rtc.sdp.attributes import RtpMap
from kms_trio.rtc.sdp.model import MediaDescription

# Payload types that need no rtpmap (RFC 3551 section 6); only those that somebody may still offer.
STATIC_PAYLOAD_TYPES: Mapping[int, RtpMap] = MappingProxyType(
    {
        0: RtpMap(0, "PCMU", 8000),
        3: RtpMap(3, "GSM", 8000),
        8: RtpMap(8, "PCMA", 8000),
        9: RtpMap(9, "G722", 8000),
        13: RtpMap(13, "CN", 8000),
        18: RtpMap(18, "G729", 8000),
    }
)


class H264Profile(enum.Enum):
    """Profiles that a profile-level-id can mean (RFC 6184 table 5)."""

    CONSTRAINED_BASELINE = "constrained baseline"
    BASELINE = "baseline"
    MAIN = "main"
    EXTENDED = "extended"
    CONSTRAINED_HIGH = "constrained high"
    HIGH = "high"
    HIGH_10 = "high 10"
    HIGH_422 = "high 4:2:2"
    HIGH_444 = "high 4:4:4"


# (profile_idc, which bits of profile-iop count, what they must be): the first that fits holds.
_H264_PROFILES = (
    (0x42, 0x4F, 0x40, H264Profile.CONSTRAINED_BASELINE),
    (0x4D, 0x8F, 0x80, H264Profile.CONSTRAINED_BASELINE),
    (0x58, 0xCF, 0xC0, H264Profile.CONSTRAINED_BASELINE),
    (0x42, 0x4F, 0x00, H264Profile.BASELINE),
    (0x58, 0xCF, 0x80, H264Profile.BASELINE),
    (0x4D, 0xAF, 0x00, H264Profile.MAIN),
    (0x58, 0xCF, 0x00, H264Profile.EXTENDED),
    (0x64, 0xFF, 0x0C, H264Profile.CONSTRAINED_HIGH),
    (0x64, 0xFF, 0x00, H264Profile.HIGH),
    (0x6E, 0x00, 0x00, H264Profile.HIGH_10),
    (0x7A, 0x00, 0x00, H264Profile.HIGH_422),
    (0xF4, 0x00, 0x00, H264Profile.HIGH_444),
)


def h264_profile(profile_level_id: str) -> H264Profile | None:
    """The profile that six hexadecimal digits mean, None when they mean none."""
    try:
        number = bytes.fromhex(profile_level_id)
    except ValueError:
        return None
    if len(number) != 3:
        return None
    profile_idc, profile_iop, _level = number
    for idc, mask, bits, profile in _H264_PROFILES:
        if profile_idc == idc and profile_iop & mask == bits:
            return profile
    return None


@attrs.frozen
class OfferedCodec:
    """One payload type of a media as its writer described it."""

    payload_type: int
    rtp_map: RtpMap
    parameters_text: str
    feedback: tuple[str, ...]

    @property
    def encoding_name(self) -> str:
        """In upper case, as formats are named inside the server."""
        return self.rtp_map.encoding_name.upper()

    @property
    def parameters(self) -> dict[str, str]:
        """The fmtp text as a mapping."""
        return parse_parameters(self.parameters_text)


def offered_codecs(media: MediaDescription) -> list[OfferedCodec]:
    """The codecs of an RTP media in order of preference, without those that nothing describes."""
    feedback: dict[int | None, list[str]] = {}
    for line in media.rtcp_feedback:
        feedback.setdefault(line.payload_type, []).append(line.feedback)
    for_all = feedback.get(None, [])
    codecs = []
    for payload_type in media.payload_types:
        rtp_map = media.rtp_maps.get(payload_type) or STATIC_PAYLOAD_TYPES.get(payload_type)
        if rtp_map is not None:
            wanted = tuple(dict.fromkeys(feedback.get(payload_type, []) + for_all))
            codecs.append(OfferedCodec(payload_type, rtp_map, media.format_parameters.get(payload_type, ""), wanted))
    return codecs


def parse_parameters(text: str) -> dict[str, str]:
    """`a=1;b=2` as a mapping, names in lower case; a word without `=` gets an empty value."""
    parameters: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name := name.strip().lower():
            parameters.setdefault(name, value.strip())
    return parameters


def same_encoding(left: RtpMap, right: RtpMap) -> bool:
    """Same name, clock rate and channels. Opus is always opus/48000/2 (RFC 7587), whatever is written."""
    name = left.encoding_name.upper()
    if name != right.encoding_name.upper() or left.clock_rate_hz != right.clock_rate_hz:
        return False
    return name == "OPUS" or (left.channels or 1) == (right.channels or 1)


def same_profile(encoding_name: str, left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Whether the parameters that belong to the codec's identity agree, with each format's defaults."""
    match encoding_name.upper():
        case "H264":
            profiles = [h264_profile(each.get("profile-level-id", "42000a")) for each in (left, right)]
            return profiles[0] is not None and profiles[0] is profiles[1]
        case "H265":
            return _agree(left, right, {"profile-id": "1", "tier-flag": "0", "tx-mode": "SRST"})
        case "VP9":
            return _agree(left, right, {"profile-id": "0"})
        case "AV1":
            return _agree(left, right, {"profile": "0", "tier": "0"})
    return True


def same_configuration(encoding_name: str, left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Same profile and, for H264, same packetization mode (which says whether units may be fragmented)."""
    if encoding_name.upper() == "H264" and not _agree(left, right, {"packetization-mode": "0"}):
        return False
    return same_profile(encoding_name, left, right)


def _agree(left: Mapping[str, str], right: Mapping[str, str], defaults: Mapping[str, str]) -> bool:
    return all(left.get(name, default) == right.get(name, default) for name, default in defaults.items())
