"""Reading and writing descriptions."""

from __future__ import annotations

import pytest

from kms_trio.rtc.sdp import SdpError, parse, write
from kms_trio.rtc.sdp.model import Attribute, Bandwidth, Connection
from kms_trio.rtc.sdp.parse import MAX_CHARACTERS, MAX_LINES, MAX_MEDIAS


def test_chromium_offers_survive_a_round_trip_byte_for_byte(chromium_offer: str) -> None:
    assert write(parse(chromium_offer)) == chromium_offer


def test_all_line_ends_and_blank_lines_read_the_same(chromium_offer: str) -> None:
    expected = parse(chromium_offer)
    assert parse(chromium_offer.replace("\r\n", "\n")) == expected
    assert parse(chromium_offer.replace("\r\n", "\r")) == expected
    assert parse("\r\n" + chromium_offer.replace("\r\n", "\r\n\r\n")) == expected


def test_every_kind_of_line_is_kept() -> None:
    text = (
        "v=0\r\no=jane 3 4 IN IP6 ::1\r\ns=A talk\r\ni=information\r\nu=http://example.org\r\ne=jane@example.org\r\n"
        "c=IN IP4 233.252.0.1/127\r\nb=AS:1000\r\nb=TIAS:64000\r\nt=1 2\r\nt=3 4\r\nr=7d 1h 0 25h\r\nz=0 0\r\n"
        "a=recvonly\r\na=tool:\r\n"
        "m=video 49170/2 RTP/AVP 31\r\ni=title\r\nc=IN IP4 233.252.0.1/127\r\nc=IN IP4 233.252.0.2/127\r\nb=X-YZ:1\r\n"
        "k=clear:x\r\na=x-unknown: with a leading space\r\na=flag\r\n"
    )
    description = parse(text)
    assert write(description) == text
    assert description.name == "A talk"
    assert description.origin is not None
    assert (description.origin.username, description.origin.address) == ("jane", "::1")
    assert description.bandwidths == (Bandwidth("AS", 1000), Bandwidth("TIAS", 64000))
    assert description.times == ("1 2", "3 4")
    [media] = description.medias
    assert (media.port, media.port_count, media.connection) == (49170, 2, Connection("IP4", "233.252.0.1/127"))
    assert media.attributes == (Attribute("x-unknown", " with a leading space"), Attribute("flag"))


def test_what_kurento_tolerates_is_read() -> None:
    assert parse("v=0\r\n").medias == ()
    rejected = parse("v=0\nm=video 0 UDP/TLS/RTP/SAVPF\n").medias[0]
    assert (rejected.port, rejected.formats) == (0, ())


def test_an_attribute_that_makes_no_sense_is_kept_and_ignored() -> None:
    lines = [
        *("rtpmap:x VP8/90000", "rtpmap:96 VP8", "rtpmap:200 VP8/90000", "rtpmap:97 VP8/0", "fmtp:x a=b", "fmtp:96"),
        *("rtcp-fb:x nack", "rtcp-fb:96", "extmap:0 urn:x", "extmap:3", "extmap:1/sideways urn:x"),
        *("ssrc:4294967296 cname:c", "ssrc-group:FID", "ssrc-group:FID 1 x", "ssrc-group:"),
        *("fingerprint:sha-256 GG:00", "setup:sleeping", "rid:1 both", "rid:1", "rtcp:99999", "rtcp:"),
        *("crypto:1 AES_CM_128_HMAC_SHA1_80 http://x", "crypto:x", "ice-ufrag:", "max-message-size:-1", "sctp-port:x"),
    ]
    text = "\r\n".join(["v=0", "s=-", "m=video 9 RTP/AVP 96", *(f"a={line}" for line in lines), ""])
    [media] = parse(text).medias
    assert write(parse(text)) == text
    assert media.rtp_maps == {}
    assert media.format_parameters == {}
    assert (media.rtcp_feedback, media.header_extensions, media.ssrc_attributes, media.ssrc_groups) == ([], [], [], [])
    assert (media.fingerprints, media.setup, media.rids, media.crypto, media.rtcp) == ((), None, [], [], None)
    assert (media.ice_ufrag, media.max_message_size, media.sctp_port) == ("", None, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n\r\n",
        "hello world",
        "hello",
        "5",
        "o=- 1 1 IN IP4 0.0.0.0\r\nv=0\r\n",
        "v=1\r\n",
        "v=\r\n",
        "v=0\r\nV=0\r\n",
        "v=0\r\nä=0\r\n",
        "v=0\r\n a=x\r\n",
        "v=0\r\na\r\n",
        "v=0\r\na=\r\n",
        "v=0\r\na=:value\r\n",
        "v=0\r\no=- 1 1 IN IP4\r\n",
        "v=0\r\no=- 1 1 XX IP4 0.0.0.0\r\n",
        "v=0\r\nc=IN IP4\r\n",
        "v=0\r\nc=IN IP5 1.2.3.4\r\n",
        "v=0\r\nb=AS\r\n",
        "v=0\r\nb=AS:many\r\n",
        "v=0\r\nb=:5\r\n",
        "v=0\r\nm=\r\n",
        "v=0\r\nm=audio 9\r\n",
        "v=0\r\nm=audio x RTP/AVP 0\r\n",
        "v=0\r\nm=audio 65536 RTP/AVP 0\r\n",
        "v=0\r\nm=audio -1 RTP/AVP 0\r\n",
        "v=0\r\nm=audio 9/0 RTP/AVP 0\r\n",
        "v=0\r\nm=audio ٣ RTP/AVP 0\r\n",
        "v=0\r\nm=audio " + "9" * 5000 + " RTP/AVP 0\r\n",
        "v=0\r\na=mid:\x00\r\n",
        "v=0\r\na=mid:\ud800\r\n",
        "v=0\r\n" + "m=audio 9 RTP/AVP 0\r\n" * (MAX_MEDIAS + 1),
        "v=0\r\na=" + "x" * MAX_CHARACTERS,
        "v=0\r\n" + "a=x\r\n" * MAX_LINES,
        "v=0\n" + "a=x\n" * MAX_LINES,
        "v=0\r" + "a=x\r" * MAX_LINES,
    ],
)
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(SdpError):
        parse(text)


def test_the_error_tells_the_line() -> None:
    with pytest.raises(SdpError, match=r"Line 3: expected m=<media> <port> <protocol> <formats>, got 'audio'"):
        parse("v=0\r\ns=-\r\nm=audio\r\n")


def test_typed_views_of_a_simulcast_offer(chromium_offer: str) -> None:
    for media in parse(chromium_offer).medias:
        assert len(media.ice_ufrag) >= 4
        assert len(media.ice_pwd) >= 22
        assert [fingerprint.algorithm for fingerprint in media.fingerprints] == ["sha-256"]
        assert media.ice_options == {"trickle"}
        if media.kind == "application":
            assert (media.sctp_port, media.max_message_size) == (5000, 262144)
        else:
            assert set(media.rtp_maps) >= set(media.payload_types) - {0, 8, 9, 13}
            assert len(media.header_extensions) == len(media.values("extmap"))
            assert [rid.rid for rid in media.rids] == (["l", "m", "h"] if media.has("simulcast") else [])
            assert len(media.ssrc_attributes) == len(media.values("ssrc"))
        assert len(media.candidates) in (0, 8)
        assert all(candidate.startswith("candidate:") for candidate in media.candidates)
