"""Which payload formats are the same codec."""

from __future__ import annotations

import pytest

from kms_trio.rtc.sdp import NegotiatedCodec, codec_capability, parse, select_codec
from kms_trio.rtc.sdp.attributes import RtpMap
from kms_trio.rtc.sdp.codecs import (
    H264Profile,
    h264_profile,
    offered_codecs,
    parse_parameters,
    same_configuration,
    same_encoding,
    same_profile,
)


@pytest.mark.parametrize(
    ("profile_level_id", "profile"),
    [
        ("42e01f", H264Profile.CONSTRAINED_BASELINE),
        ("42C02A", H264Profile.CONSTRAINED_BASELINE),
        ("4de01f", H264Profile.CONSTRAINED_BASELINE),
        ("58f01f", H264Profile.CONSTRAINED_BASELINE),
        ("42001f", H264Profile.BASELINE),
        ("58a01f", H264Profile.BASELINE),
        ("4d001f", H264Profile.MAIN),
        ("4d401f", H264Profile.MAIN),
        ("58001f", H264Profile.EXTENDED),
        ("640c1f", H264Profile.CONSTRAINED_HIGH),
        ("640032", H264Profile.HIGH),
        ("f4001f", H264Profile.HIGH_444),
        ("64011f", None),
        ("42e0", None),
        ("42e01g", None),
        ("", None),
    ],
)
def test_profile_level_id(profile_level_id: str, profile: H264Profile | None) -> None:
    assert h264_profile(profile_level_id) is profile


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("VP8/90000", "vp8/90000", True),
        ("opus/48000/2", "OPUS/48000/2", True),
        ("opus/48000", "opus/48000/2", True),
        ("PCMU/8000", "pcmu/8000/1", True),
        ("PCMU/8000", "PCMU/16000", False),
        ("L16/44100/2", "L16/44100", False),
        ("VP8/90000", "VP9/90000", False),
    ],
)
def test_encodings(left: str, right: str, same: bool) -> None:
    one, other = RtpMap.parse(f"96 {left}"), RtpMap.parse(f"97 {right}")
    assert one is not None
    assert other is not None
    assert same_encoding(one, other) is same


@pytest.mark.parametrize(
    ("name", "left", "right", "profile", "configuration"),
    [
        ("H264", "profile-level-id=42e01f;packetization-mode=1", "profile-level-id=42e034;packetization-mode=1", 1, 1),
        ("h264", "profile-level-id=42e01f;packetization-mode=1", "profile-level-id=42e01f", 1, 0),
        ("H264", "profile-level-id=42e01f", "profile-level-id=64001f", 0, 0),
        ("H264", "profile-level-id=zz", "profile-level-id=zz", 0, 0),
        ("H264", "", "profile-level-id=42001f", 1, 1),
        ("VP9", "", "profile-id=0", 1, 1),
        ("VP9", "profile-id=2", "", 0, 0),
        ("AV1", "profile=0;level-idx=5", "profile=0;level-idx=8", 1, 1),
        ("AV1", "profile=1", "", 0, 0),
        ("H265", "profile-id=1;level-id=93", "tier-flag=0", 1, 1),
        ("H265", "profile-id=2", "profile-id=1", 0, 0),
        ("OPUS", "useinbandfec=1", "stereo=1", 1, 1),
    ],
)
def test_configurations(name: str, left: str, right: str, profile: int, configuration: int) -> None:
    one, other = parse_parameters(left), parse_parameters(right)
    assert same_profile(name, one, other) is bool(profile)
    assert same_configuration(name, one, other) is bool(configuration)


def test_parameters_are_read_whatever_their_spacing() -> None:
    assert parse_parameters(" Profile-Level-Id=42e01f ; packetization-mode=1;;x ") == {
        "profile-level-id": "42e01f",
        "packetization-mode": "1",
        "x": "",
    }


def test_static_payload_types_need_no_rtpmap_and_feedback_may_be_for_all() -> None:
    [media] = parse(
        "v=0\nm=audio 9 RTP/AVPF 0 96 97 8 0 hello 200\na=rtpmap:96 opus/48000/2\na=rtcp-fb:* nack\n"
        "a=rtcp-fb:96 transport-cc\na=fmtp:96 minptime=10\n"
    ).medias
    codecs = offered_codecs(media)
    assert [(codec.payload_type, codec.encoding_name) for codec in codecs] == [(0, "PCMU"), (96, "OPUS"), (8, "PCMA")]
    assert codecs[1].feedback == ("transport-cc", "nack")
    assert codecs[1].parameters == {"minptime": "10"}


def _h264(payload_type: int, profile_level_id: str, mode: str) -> NegotiatedCodec:
    parameters = {"profile-level-id": profile_level_id, "packetization-mode": mode}
    return NegotiatedCodec(payload_type, "H264", 90000, parameters=parameters)


def test_a_stream_is_sent_under_the_variant_that_fits_it_best() -> None:
    codecs = (
        NegotiatedCodec(96, "VP8", 90000),
        _h264(104, "42001f", "0"),
        _h264(102, "42001f", "1"),
        _h264(108, "42e01f", "1"),
        NegotiatedCodec(98, "VP9", 90000, parameters={"profile-id": "0"}),
        NegotiatedCodec(100, "VP9", 90000, parameters={"profile-id": "2"}),
    )

    def chosen(name: str, text: str) -> int | None:
        codec = select_codec(codecs, name, parse_parameters(text))
        return codec.payload_type if codec is not None else None

    assert chosen("vp8", "") == 96
    assert chosen("H264", "profile-level-id=42e02a;packetization-mode=1") == 108
    assert chosen("H264", "profile-level-id=42001f") == 102
    assert chosen("H264", "profile-level-id=640c1f;packetization-mode=1") == 102
    assert chosen("H264", "") == 102
    assert chosen("VP9", "profile-id=2") == 100
    assert chosen("VP9", "profile-id=1") == 98
    assert chosen("AV1", "") is None


def test_an_h264_peer_without_fragmentation_is_still_served() -> None:
    only = _h264(104, "42e01f", "0")
    assert select_codec([only], "H264", {}) is only


@pytest.mark.parametrize(
    ("name", "payload_type"), [("opus/48000/2", None), ("PCMU/8000", 0), ("pcma/8000", 8), ("H265/90000", None)]
)
def test_capabilities_by_configured_name(name: str, payload_type: int | None) -> None:
    capability = codec_capability(name)
    assert capability is not None
    assert str(capability.rtp_map(96)).lower() == f"96 {name}".lower()
    assert capability.static_payload_type == payload_type


@pytest.mark.parametrize("name", ["AMR/8000", "VP8/8000", "VP8", "", "opus/48000/many"])
def test_names_that_are_not_supported(name: str) -> None:
    assert codec_capability(name) is None
