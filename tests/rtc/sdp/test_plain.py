"""Answers without DTLS: keys in the description (RFC 4568) and addresses that are to be learnt."""

from __future__ import annotations

import pytest

from kms_trio.rtc.sdp import (
    Crypto,
    EndpointCapabilities,
    LocalIds,
    LocalStream,
    LocalTransport,
    Security,
    SessionDescription,
    codec_capability,
    create_answer,
    parse,
    write,
)


@pytest.mark.parametrize(
    "line",
    [
        "inline:not base64",
        "inline:!!!!",
        "inline:c2hvcnQ=",
        "inline:cmVtb3Rl|2^20|1:4",
        "inline:cmVtb3Rl|1:4",
        "inline:cmVtb3Rl;inline:cmVtb3Rl",
        "inline:cmVtb3Rl UNENCRYPTED_SRTP",
        "inline:cmVtb3Rl KDR=5",
        "inline:cmVtb3Rl WHAT=EVER",
    ],
)
def test_sdes_keys_that_cannot_be_used(line: str) -> None:
    key = Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:bG9jYWxz")
    media = create_answer(*_plain_offer(f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {line}\n", Security.SDES, key)).medias[0]
    assert media.rejection == "no SRTP suite in common"


def test_sdes_parameters_without_effect() -> None:
    key = Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:bG9jYWxz")
    line = "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:cmVtb3Rl|2^20 WSH=128 FEC_ORDER=SRTP_FEC -NEW=1\n"
    media = create_answer(*_plain_offer(line, Security.SDES, key)).medias[0]
    assert media.remote_crypto is not None
    assert media.remote_crypto.master == b"remote"


def test_comedia() -> None:
    """The offerer's address is to be learnt, so it may be missing."""
    negotiated = create_answer(*_plain_offer("a=direction:active\n", Security.NONE, None, connection=""))
    assert negotiated.medias[0].comedia
    assert negotiated.medias[0].remote_address is None
    assert "a=direction:passive\r\n" in write(negotiated.local)
    other = create_answer(*_plain_offer("a=direction:passive\n", Security.NONE, None))
    assert not other.medias[0].comedia
    assert "direction:" not in write(other.local)


def _plain_offer(
    lines: str, security: Security, key: Crypto | None, connection: str = "c=IN IP4 192.0.2.9\n"
) -> tuple[SessionDescription, EndpointCapabilities, LocalTransport, LocalIds]:
    protocol = "RTP/SAVPF" if security is Security.SDES else "RTP/AVPF"
    vp8 = codec_capability("VP8/90000")
    assert vp8 is not None
    return (
        parse(f"v=0\n{connection}m=video 5004 {protocol} 97\na=rtpmap:97 VP8/90000\n{lines}"),
        EndpointCapabilities(video_codecs=(vp8,), security=security, bundle=False, rtcp_mux=False),
        LocalTransport(address="192.0.2.2"),
        LocalIds(session_id=1, cname="us", video=(LocalStream(ssrc=2, rtp_port=6000, rtcp_port=6001, crypto=key),)),
    )
