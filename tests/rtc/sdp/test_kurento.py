"""Our texts beside those of Kurento Media Server 7.3.0, recorded: same shape, except where we differ on purpose.

On purpose: `actpass` is answered with `passive`; a media without a common codec, or which the offer itself closes, is
rejected with port 0 where Kurento keeps it half open; rejected medias keep their mid; payload types of offers are
dense; offers speak `UDP/TLS/RTP/SAVPF` and the default SCTP port; every video codec is offered with `goog-remb`;
static payload types are always described; unknown session attributes are not echoed; `rtcp-rsize` is answered.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from kms_trio.rtc.sdp import (
    CodecCapability,
    Direction,
    EndpointCapabilities,
    Fingerprint,
    LocalIds,
    LocalStream,
    LocalTransport,
    OfferOptions,
    SdpError,
    Security,
    codec_capability,
    create_answer,
    create_offer,
    default_extensions,
    parse,
    write,
)
from kms_trio.rtc.sdp.attributes import Crypto

_WEBRTC_VIDEO = ("AV1/90000", "VP9/90000", "VP8/90000", "H264/90000")


def _capabilities(case: dict[str, Any]) -> EndpointCapabilities:
    """Kurento's: of the header extensions only abs-send-time, and its order of codecs."""
    webrtc = case["endpoint"] == "webrtc"
    audio = [codec_capability(name) for name in ("opus/48000/2", "PCMU/8000", "PCMA/8000")]
    video = [codec_capability(name) for name in (() if webrtc else ("H265/90000",)) + _WEBRTC_VIDEO]
    if not webrtc:
        audio.append(CodecCapability("AMR", 8000))
    constructor = case["constructor"]
    direction = next((each for each in Direction if constructor.get(each.value)), Direction.SENDRECV)
    plain = Security.SDES if "crypto" in constructor else Security.NONE
    limited = case["name"].endswith("generateOffer with bw")
    return EndpointCapabilities(
        audio_codecs=tuple(filter(None, audio)),
        video_codecs=tuple(filter(None, video)),
        audio_extensions=default_extensions("audio")[:1],
        video_extensions=default_extensions("video")[:1],
        security=Security.DTLS if webrtc else plain,
        bundle=webrtc,
        rtcp_mux=webrtc,
        data_channels=constructor.get("useDataChannels", False),
        direction=direction,
        max_audio_recv_bandwidth_kbps=50 if limited else 0,
        max_video_recv_bandwidth_kbps=500 if limited else 0,
    )


def _transport(case: dict[str, Any]) -> LocalTransport:
    if case["endpoint"] == "webrtc":
        fingerprint = Fingerprint("sha-256", "AA:BB")
        return LocalTransport(ice_ufrag="ours", ice_pwd="ourPasswordOf22chars..", fingerprints=(fingerprint,))
    return LocalTransport(address="fd00::2" if case["constructor"].get("useIpv6") else "192.0.2.2")


def _ids(case: dict[str, Any], suite: str = "") -> LocalIds:
    crypto = (
        Crypto(1, suite.replace("AES_128_CM", "AES_CM_128"), "inline:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0")
        if suite
        else None
    )
    audio = LocalStream(ssrc=1, rtp_port=5000, rtcp_port=5001, crypto=crypto)
    video = LocalStream(ssrc=2, rtp_port=5002, rtcp_port=5003, crypto=crypto)
    return LocalIds(session_id=4004280497, cname="user1@host-1", audio=(audio,), video=(video,))


def _shape(text: str) -> list[list[str]]:
    """Sections of lines, without what differs from run to run and without the differences named above."""
    text = text.replace("\r\n", "\n")
    for pattern, replacement in (
        (r"o=- \d+ \d+ ", "o=- N N "),
        (r"(?m)^(m=\w+) [1-9]\d* ", r"\1 PORT "),
        (r"RTP/SAVPF", "UDP/TLS/RTP/SAVPF") if "ice-ufrag" in text else (r"$^", ""),
        (r"UDP/TLS/UDP/TLS/", "UDP/TLS/"),
        (r"a=(ssrc|ice-ufrag|ice-pwd|fingerprint|sctp-port):.*", r"a=\1:N"),
        (r"a=rtcp:\d{4,5}\n", "a=rtcp:PORT\n"),
        (r"inline:.*", "inline:KEY"),
        (r"a=rtpmap:[08] PCM.*\n", ""),
        (r"a=(extmap-allow-mixed|rtcp-rsize)\n", ""),
        (r"a=setup:.*\n", "" if "ice-ufrag" not in text else "a=setup:ROLE\n"),
    ):
        text = re.sub(pattern, replacement, text)
    sections = [section.strip().split("\n") for section in re.split(r"(?m)^(?=m=)", text)]
    for section in sections:  # these Kurento repeats in the offerer's order, behind all the rest
        section.sort(key=lambda line: 1 if line.startswith("a=fmtp") else 2 if line == "a=rtcp-mux" else 0)
    return sections


def _rejected(section: list[str]) -> list[str]:
    first = re.sub(r" (PORT|0) (\S+ \S+).*", r" 0 \2", section[0])
    return [first, "a=inactive", *(line for line in section if line.startswith("a=mid"))]


# Cases where we reject medias (by index) that Kurento keeps.
_WE_REJECT = {"rtp: unknown codec": (1, 2), "rtp: port 0": (2,)}


def test_answers(kurento_answer: dict[str, Any]) -> None:
    case = kurento_answer
    if case["answer"] is None:
        with pytest.raises(SdpError):
            parse(case["offer"])
        return
    negotiated = create_answer(parse(case["offer"]), _capabilities(case), _transport(case), _ids(case))
    expected = _shape(case["answer"])
    for index in _WE_REJECT.get(case["name"], ()):
        expected[index] = _rejected(expected[index])
    assert _shape(write(negotiated.local)) == expected


def test_what_was_agreed_is_what_the_answer_says(kurento_answer: dict[str, Any]) -> None:
    case = kurento_answer
    if case["answer"] is None:
        return
    negotiated = create_answer(parse(case["offer"]), _capabilities(case), _transport(case), _ids(case))
    for media, answered in zip(negotiated.medias, negotiated.local.medias, strict=True):
        assert media.accepted == (answered.port != 0) == (not media.rejection)
        if media.accepted and media.kind != "application":
            assert [codec.payload_type for codec in media.codecs] == answered.payload_types
            assert answered.direction == Direction.of(send=media.send, receive=media.receive)
            assert answered.ssrc_attributes[0].ssrc == media.local_ssrc


def _renumbered(sections: list[list[str]]) -> list[list[str]]:
    """Dynamic payload types counted from 96 in the order of the `m=` lines; `goog-remb` for H264 and H265."""
    numbers: dict[str, str] = {"0": "0", "8": "8"}
    for section in sections:
        if section[0].startswith(("m=audio", "m=video")):
            for number in section[0].split()[3:]:
                numbers.setdefault(number, str(96 + len(numbers) - 2))
    renumbered = []
    for section in sections:
        lines = []
        for line in section:
            if line.startswith(("m=audio", "m=video")):
                fields = line.split()
                line = " ".join(fields[:3] + [numbers[number] for number in fields[3:]])
            match = re.fullmatch(r"(a=(?:rtpmap|fmtp|rtcp-fb):)(\d+)( .*)", line)
            line = f"{match[1]}{numbers[match[2]]}{match[3]}" if match else line
            lines += [] if line.endswith("goog-remb") else [line]
        renumbered.append(lines)
    return renumbered


def test_offers(kurento_offer: dict[str, Any]) -> None:
    case = kurento_offer
    given = case["options"]
    options = OfferOptions(
        offer_to_receive_audio=given.get("offerToReceiveAudio", True),
        offer_to_receive_video=given.get("offerToReceiveVideo", True),
    )
    suite = case["constructor"].get("crypto", {}).get("crypto", "")
    offer = create_offer(_capabilities(case), _transport(case), _ids(case, suite), options)
    assert _renumbered(_shape(write(offer))) == _renumbered(_shape(case["offer"]))


def test_kurentos_offers_are_answered(kurento_offer: dict[str, Any]) -> None:
    """Kurento on the other side, cascaded to a server of ours."""
    case = kurento_offer
    ids = _ids(case, "AES_128_CM_HMAC_SHA1_80")
    negotiated = create_answer(parse(case["offer"]), _capabilities(case), _transport(case), ids)
    suite = case["constructor"].get("crypto", {}).get("crypto")
    expected = "no SRTP suite in common" if suite == "AES_128_CM_HMAC_SHA1_32" else ""
    assert {media.rejection for media in negotiated.medias} <= {expected}
