"""The rules of an answer, one at a time."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from kms_trio.rtc.sdp import (
    ABS_SEND_TIME,
    MID,
    TRANSPORT_CC,
    CodecCapability,
    Crypto,
    Direction,
    DtlsRole,
    EndpointCapabilities,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    RemoteAddress,
    Security,
    Setup,
    create_answer,
    default_extensions,
    parse,
    write,
)

Answer = Callable[..., Negotiated]
Offer = Callable[..., str]

AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:a", "a=rtpmap:111 opus/48000/2"]
VIDEO = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:v", "a=rtpmap:96 VP8/90000"]
BUNDLE = ("a=group:BUNDLE a v",)


def _rejections(negotiated: Negotiated) -> list[str]:
    return [media.rejection for media in negotiated.medias]


@pytest.mark.parametrize(
    ("offered", "capability", "answered"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendrecv", "recvonly", "recvonly"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendrecv", "recvonly"),
        ("sendonly", "recvonly", "recvonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "sendrecv", "sendonly"),
        ("recvonly", "recvonly", "inactive"),
        ("recvonly", "sendonly", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("inactive", "sendonly", "inactive"),
    ],
)
@pytest.mark.parametrize("at_media", [True, False])
def test_direction(
    answer_to: Answer, offer_text: Offer, offered: str, capability: str, answered: str, at_media: bool
) -> None:
    if at_media:
        text = offer_text([*VIDEO, f"a={offered}"], session=("a=sendrecv",))
    else:
        text = offer_text(VIDEO, session=(f"a={offered}",))
    negotiated = answer_to(text, direction=Direction(capability))
    [media] = negotiated.medias
    assert media.accepted
    assert negotiated.local.medias[0].direction == answered
    assert (media.send, media.receive) == (Direction(answered).sends, Direction(answered).receives)


def test_no_direction_means_both(answer_to: Answer, offer_text: Offer) -> None:
    [media] = answer_to(offer_text(VIDEO)).medias
    assert (media.send, media.receive) == (True, True)


@pytest.mark.parametrize(
    ("offered", "preference", "answered", "role"),
    [
        ("actpass", "passive", "passive", DtlsRole.SERVER),
        ("actpass", "active", "active", DtlsRole.CLIENT),
        ("active", "active", "passive", DtlsRole.SERVER),
        ("passive", "passive", "active", DtlsRole.CLIENT),
        ("nonsense", "active", "passive", DtlsRole.SERVER),
    ],
)
def test_setup(
    capabilities: EndpointCapabilities,
    transport: LocalTransport,
    ids: LocalIds,
    offer_text: Offer,
    offered: str,
    preference: str,
    answered: str,
    role: DtlsRole,
) -> None:
    offer = parse(offer_text([*VIDEO, f"a=setup:{offered}"]))
    preferring = attrs.evolve(transport, answer_setup=Setup(preference))
    negotiated = create_answer(offer, capabilities, preferring, ids)
    assert negotiated.dtls_role is role
    assert negotiated.local.medias[0].setup == answered


def test_no_connection_wanted(answer_to: Answer, offer_text: Offer) -> None:
    negotiated = answer_to(offer_text([*VIDEO, "a=setup:holdconn"]))
    assert _rejections(negotiated) == ["no connection wanted (a=setup)"]


def test_ice_and_dtls_may_stand_at_session_level(answer_to: Answer, offer_text: Offer) -> None:
    session = [*BUNDLE, "a=ice-lite", "a=ice-ufrag:sess", "a=ice-pwd:sessionPasswordOf22chars"]
    session += ["a=fingerprint:SHA-256 ab:cd", "a=setup:active", "a=end-of-candidates"]
    medias = [[*media, "a=rtcp-mux", "a=candidate:1 1 UDP 1 192.0.2.1 5 typ host"] for media in (AUDIO, VIDEO)]
    negotiated = answer_to(offer_text(*medias, session=tuple(session), common=False))
    assert _rejections(negotiated) == ["", ""]
    transport = negotiated.transport
    assert transport is not None
    assert (transport.ice_ufrag, transport.ice_pwd, transport.ice_lite) == ("sess", "sessionPasswordOf22chars", True)
    assert (transport.fingerprints[0].algorithm, transport.fingerprints[0].value) == ("sha-256", "AB:CD")
    assert transport.candidates == ("candidate:1 1 UDP 1 192.0.2.1 5 typ host",)
    assert transport.end_of_candidates
    assert not transport.trickle
    assert "sessionPassword" not in repr(negotiated)


def test_bundled_medias_share_the_first_accepted_transport(answer_to: Answer, offer_text: Offer) -> None:
    text = offer_text(AUDIO, VIDEO, session=BUNDLE)
    first, second = text.split("m=video")
    text = first + "m=video" + second.replace("a=ice-ufrag:peer", "a=ice-ufrag:other")
    negotiated = answer_to(text)
    assert _rejections(negotiated) == ["", ""]
    assert negotiated.transport_index == 0
    assert [media.remote for media in negotiated.medias] == [negotiated.transport] * 2
    without_audio = answer_to(text, audio_codecs=())
    assert _rejections(without_audio) == ["no codec in common", ""]
    assert without_audio.transport_index == 1
    assert without_audio.transport is not None
    assert without_audio.transport.ice_ufrag == "other"
    assert without_audio.local.bundle_groups == [("v",)]


def test_a_leader_that_is_not_wanted_keeps_its_transport(answer_to: Answer, offer_text: Offer) -> None:
    """Of a browser with `max-bundle` whose first media has no codec of ours (RFC 9143 section 7.3.3)."""
    g722 = ["m=audio 9 UDP/TLS/RTP/SAVPF 9", "a=mid:a", "a=rtpmap:9 G722/8000"]
    negotiated = answer_to(offer_text(g722, VIDEO, session=BUNDLE))
    assert _rejections(negotiated) == ["no codec in common", ""]
    assert negotiated.transport_index == 1
    leader, video = negotiated.local.medias
    assert (leader.port, leader.formats, leader.direction) == (video.port, ("9",), Direction.INACTIVE)
    assert (leader.ice_ufrag, leader.ice_pwd, leader.fingerprints) == (
        video.ice_ufrag,
        video.ice_pwd,
        video.fingerprints,
    )
    assert leader.setup is video.setup is not None
    assert leader.has("rtcp-mux")
    assert negotiated.local.bundle_groups == [("a", "v")]


def test_it_does_so_for_data_too(answer_to: Answer, offer_text: Offer) -> None:
    data = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:v", "a=sctp-port:5000"]
    negotiated = answer_to(offer_text(AUDIO, data, session=BUNDLE), audio_codecs=(), data_channels=True)
    assert _rejections(negotiated) == ["no codec in common", ""]
    assert negotiated.local.medias[0].direction is Direction.INACTIVE
    assert negotiated.local.bundle_groups == [("a", "v")]


@pytest.mark.parametrize(
    "leader",
    [
        ["m=audio 0 UDP/TLS/RTP/SAVPF 9", "a=mid:a", "a=rtpmap:9 G722/8000"],
        ["m=audio 9 RTP/AVPF 9", "a=mid:a", "a=rtpmap:9 G722/8000"],
        ["m=text 9 UDP/TLS/RTP/SAVPF 9", "a=mid:a"],
        ["m=audio 9 UDP/TLS/RTP/SAVPF x", "a=mid:a"],
    ],
)
def test_a_leader_that_cannot_be_kept_is_rejected(answer_to: Answer, offer_text: Offer, leader: list[str]) -> None:
    negotiated = answer_to(offer_text(leader, VIDEO, session=BUNDLE))
    assert negotiated.local.medias[0].port == 0
    assert negotiated.local.bundle_groups == [("v",)]


def test_bundled_medias_may_leave_the_transport_to_the_first(answer_to: Answer, offer_text: Offer) -> None:
    """As with `max-bundle`: port 0, `a=bundle-only`, and nothing of ICE or DTLS (RFC 9143 section 7.1.3)."""
    video = ["m=video 0 UDP/TLS/RTP/SAVPF 96", *VIDEO[1:], "a=bundle-only"]
    negotiated = answer_to(offer_text(AUDIO, session=BUNDLE) + "\r\n".join([*video, ""]))
    assert _rejections(negotiated) == ["", ""]
    assert negotiated.local.medias[1].port == 1
    assert negotiated.medias[1].rtcp_mux
    assert negotiated.local.bundle_groups == [("a", "v")]


def test_without_a_group_only_what_has_the_same_credentials_follows(answer_to: Answer, offer_text: Offer) -> None:
    text = offer_text(AUDIO, VIDEO)
    assert _rejections(answer_to(text)) == ["", ""]
    assert answer_to(text).local.bundle_groups == []
    head, audio, video = text.partition("m=audio")
    other = head + audio + video[::-1].replace("peer"[::-1], "else"[::-1], 2)[::-1]
    negotiated = answer_to(other)
    assert _rejections(negotiated) == ["", "needs a transport of its own (not in the bundle)"]
    assert "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=inactive\r\na=mid:v\r\n" in write(negotiated.local)


def test_a_media_outside_of_the_group_cannot_lead(answer_to: Answer, offer_text: Offer) -> None:
    text = offer_text(AUDIO, VIDEO, session=("a=group:BUNDLE v",)).replace("ice-ufrag:peer", "ice-ufrag:one", 1)
    negotiated = answer_to(text)
    assert _rejections(negotiated) == ["needs a transport of its own (not in the bundle)", ""]
    assert negotiated.transport_index == 1


def test_an_endpoint_without_bundle_answers_no_group(answer_to: Answer, offer_text: Offer) -> None:
    assert answer_to(offer_text(AUDIO, VIDEO, session=BUNDLE), bundle=False).local.bundle_groups == []


def test_the_group_stays_when_nothing_of_it_is_accepted(answer_to: Answer, offer_text: Offer) -> None:
    """Chromium with `max-bundle` refuses an answer without one."""
    negotiated = answer_to(offer_text(AUDIO, VIDEO, session=BUNDLE), audio_codecs=(), video_codecs=())
    assert "a=group:BUNDLE\r\n" in write(negotiated.local)
    assert negotiated.local.bundle_groups == [()]
    assert (negotiated.transport, negotiated.accepted) == (None, ())


def test_old_clients_without_mid(answer_to: Answer, offer_text: Offer) -> None:
    medias = [[line for line in media if not line.startswith("a=mid")] for media in (AUDIO, VIDEO)]
    medias[1].append(f"a=extmap:4 {MID}")
    negotiated = answer_to(offer_text(*medias))
    assert _rejections(negotiated) == ["", ""]
    assert "a=mid" not in write(negotiated.local)
    assert negotiated.medias[1].header_extensions == {}


@pytest.mark.parametrize(
    ("media", "rejection"),
    [
        (["m=video 0 UDP/TLS/RTP/SAVPF 96", *VIDEO[1:]], "rejected by the peer"),
        (["m=video 9 RTP/AVPF 96", *VIDEO[1:]], "protocol RTP/AVPF not supported"),
        (["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:v"], "no codec in common"),
        (["m=video 9 UDP/TLS/RTP/SAVPF", "a=mid:v"], "no codec in common"),
        (["m=text 9 UDP/TLS/RTP/SAVPF 96", "a=mid:v"], "no further text media supported"),
        (["m=application 9 RTP/AVP 99", "a=mid:v"], "no further application media supported"),
    ],
)
def test_what_is_rejected_keeps_kind_protocol_mid_and_one_format(
    answer_to: Answer, offer_text: Offer, media: list[str], rejection: str
) -> None:
    negotiated = answer_to(offer_text(AUDIO, media, session=BUNDLE))
    assert _rejections(negotiated) == ["", rejection]
    [_, answered] = parse(write(negotiated.local)).medias
    offered = negotiated.remote.medias[1]
    assert (answered.kind, answered.protocol, answered.mid) == (offered.kind, offered.protocol, "v")
    assert (answered.port, answered.formats) == (0, offered.formats[:1] or ("0",))
    assert negotiated.local.bundle_groups == [("a",)]


@pytest.mark.parametrize(
    ("missing", "rejection"),
    [
        ("a=ice-ufrag", "no ICE credentials or no fingerprint"),
        ("a=ice-pwd", "no ICE credentials or no fingerprint"),
        ("a=fingerprint", "no ICE credentials or no fingerprint"),
        ("a=rtcp-mux", "RTCP is not multiplexed (a=rtcp-mux)"),
    ],
)
def test_a_media_that_lacks_what_a_transport_needs(
    answer_to: Answer, offer_text: Offer, missing: str, rejection: str
) -> None:
    lines = offer_text(VIDEO).split("\r\n")
    text = "\r\n".join(line for line in lines if not line.startswith(missing))
    assert _rejections(answer_to(text)) == [rejection]


def test_more_medias_than_streams(answer_to: Answer, offer_text: Offer) -> None:
    second = [line.replace("a=mid:v", "a=mid:w") for line in VIDEO]
    text = offer_text(VIDEO, second, session=("a=group:BUNDLE v w",))
    assert _rejections(answer_to(text)) == ["", "no further video media supported"]
    both = answer_to(text, num_video_medias=2)
    assert [media.local_ssrc for media in both.medias] == [2001, 2002]
    third = [line.replace("a=mid:v", "a=mid:x") for line in VIDEO]
    text = offer_text(VIDEO, second, third, session=("a=group:BUNDLE v w x",))
    assert _rejections(answer_to(text, num_video_medias=3)) == ["", "", "no further video media supported"]


def test_a_rejected_media_does_not_take_the_place_of_the_next(answer_to: Answer, offer_text: Offer) -> None:
    unknown = ["m=video 9 UDP/TLS/RTP/SAVPF 97", "a=mid:u", "a=rtpmap:97 FOO8/90000"]
    assert _rejections(answer_to(offer_text(unknown, VIDEO))) == ["no codec in common", ""]


def test_two_medias_with_one_mid(answer_to: Answer, offer_text: Offer) -> None:
    audio = [line.replace("a=mid:a", "a=mid:v") for line in AUDIO]
    assert _rejections(answer_to(offer_text(VIDEO, audio))) == ["", "another media has the same mid"]


def test_header_extensions(answer_to: Answer, offer_text: Offer) -> None:
    lines = [f"a=extmap:2/sendonly {ABS_SEND_TIME}", f"a=extmap:7 {TRANSPORT_CC}", "a=extmap:14 urn:unknown"]
    lines += [f"a=extmap:15 {MID}", f"a=extmap:5 {MID}", f"a=extmap:6 {ABS_SEND_TIME}"]
    text = offer_text([*VIDEO, *lines])
    negotiated = answer_to(text)
    assert negotiated.medias[0].header_extensions == {ABS_SEND_TIME: 2, MID: 5}
    assert negotiated.local.medias[0].values("extmap") == [f"2/recvonly {ABS_SEND_TIME}", f"5 {MID}"]
    clash = answer_to(offer_text([*VIDEO, f"a=extmap:2 {ABS_SEND_TIME}", f"a=extmap:2 {MID}"]))
    assert clash.medias[0].header_extensions == {ABS_SEND_TIME: 2}


def test_transport_wide_feedback_when_switched_on(answer_to: Answer, offer_text: Offer) -> None:
    feedback = ["a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 nack", f"a=extmap:7 {TRANSPORT_CC}"]
    text = offer_text([*VIDEO, *feedback])
    assert answer_to(text).medias[0].codecs[0].feedback == {"nack"}
    negotiated = answer_to(text, video_extensions=default_extensions("video", transport_cc=True))
    assert negotiated.medias[0].codecs[0].feedback == {"nack", "transport-cc"}
    assert negotiated.medias[0].header_extensions == {TRANSPORT_CC: 7}


def test_a_strict_codec_takes_only_its_own_variant(answer_to: Answer, offer_text: Offer) -> None:
    fmtp = ["a=fmtp:96 packetization-mode=1;profile-level-id=640032", "a=rtpmap:97 H264/90000"]
    fmtp += ["a=fmtp:97 packetization-mode=1;profile-level-id=42e034"]
    text = offer_text(["m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=mid:v", "a=rtpmap:96 H264/90000", *fmtp])
    parameters = {"packetization-mode": "1", "profile-level-id": "42e01f"}
    strict = CodecCapability("H264", 90000, parameters=parameters, strict=True)
    negotiated = answer_to(text, video_codecs=(strict,))
    assert [codec.payload_type for codec in negotiated.medias[0].codecs] == [97]
    assert [codec.payload_type for codec in answer_to(text).medias[0].codecs] == [96, 97]


def test_bandwidth_both_ways(answer_to: Answer, offer_text: Offer) -> None:
    audio, video = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "b=TIAS:64500", *AUDIO[1:]], [VIDEO[0], "b=AS:500", *VIDEO[1:]]
    text = offer_text(audio, video, session=BUNDLE)
    negotiated = answer_to(text, max_video_recv_bandwidth_kbps=300)
    assert [media.remote_bandwidth_kbps for media in negotiated.medias] == [64, 500]
    answer = write(negotiated.local)
    assert "m=video 1 UDP/TLS/RTP/SAVPF 96\r\nb=AS:300\r\n" in answer
    assert answer.count("b=") == 1
    assert answer_to(offer_text([VIDEO[0], "b=AS:-1", *VIDEO[1:]])).medias[0].remote_bandwidth_kbps == 0


def test_old_data_channel_syntax(answer_to: Answer, offer_text: Offer) -> None:
    media = ["m=application 9 DTLS/SCTP 5001", "a=mid:d", "a=sctpmap:5001 webrtc-datachannel 1024"]
    negotiated = answer_to(offer_text(media), data_channels=True)
    sctp = negotiated.medias[0].sctp
    assert sctp is not None
    assert (sctp.local_port, sctp.remote_port, sctp.remote_max_message_size) == (5000, 5001, 65536)
    [answered] = negotiated.local.medias
    assert (answered.protocol, answered.formats) == ("DTLS/SCTP", ("5000",))
    assert answered.values("sctpmap") == ["5000 webrtc-datachannel 1024"]
    other = ["m=application 9 UDP/BFCP *", "a=mid:d"]
    assert _rejections(answer_to(offer_text(other), data_channels=True)) == ["protocol UDP/BFCP not supported"]


def test_negotiating_twice_gives_the_same(answer_to: Answer, offer_text: Offer) -> None:
    text = offer_text(AUDIO, VIDEO, session=BUNDLE)
    assert answer_to(text) == answer_to(text)


def test_plain_rtp(capabilities: EndpointCapabilities) -> None:
    plain = attrs.evolve(capabilities, security=Security.NONE, bundle=False, rtcp_mux=False)
    ids = LocalIds(session_id=1, cname="c", audio=(LocalStream(ssrc=1, rtp_port=5000, rtcp_port=5001),))
    offer = parse(
        "v=0\nc=IN IP4 192.0.2.9/64\nm=audio 40000 RTP/AVPF 96\na=rtpmap:96 opus/48000/2\na=rtcp-mux\n"
        "m=video 40002 RTP/AVP 97\nc=IN IP6 fd00::2\na=rtpmap:97 VP8/90000\na=rtcp:40010\n"
    )
    negotiated = create_answer(offer, plain, LocalTransport(address="fd00::1"), ids)
    [audio, video] = negotiated.medias
    assert audio.remote_address == RemoteAddress(address="192.0.2.9", rtp_port=40000, rtcp_port=40000)
    assert (audio.accepted, audio.rtcp_mux, audio.remote, negotiated.transport) == (True, False, None, None)
    assert video.rejection == "no further video media supported"
    text = write(negotiated.local)
    assert text.startswith("v=0\r\no=- 1 1 IN IP6 fd00::1\r\ns=Kurento Media Server\r\nc=IN IP6 fd00::1\r\n")
    assert "m=audio 5000 RTP/AVPF 96\r\na=sendrecv\r\na=rtcp:5001\r\na=rtpmap:96" in text
    with_video = attrs.evolve(ids, video=(LocalStream(ssrc=2),))
    video = create_answer(offer, plain, LocalTransport(), with_video).medias[1]
    assert video.remote_address == RemoteAddress(address="fd00::2", rtp_port=40002, rtcp_port=40010)
    nowhere = attrs.evolve(offer, connection=None)
    assert create_answer(nowhere, plain, LocalTransport(), with_video).medias[0].rejection == "no address (c=)"


def test_sdes(capabilities: EndpointCapabilities) -> None:
    secure = attrs.evolve(capabilities, security=Security.SDES, bundle=False, rtcp_mux=False)
    key = Crypto(1, "AES_CM_128_HMAC_SHA1_80", "inline:bG9jYWxz")
    ids = LocalIds(session_id=1, cname="c", video=(LocalStream(ssrc=1, rtp_port=5000, rtcp_port=5001, crypto=key),))
    text = (
        "v=0\nc=IN IP4 192.0.2.9\nm=video 40002 RTP/SAVPF 97\na=rtpmap:97 VP8/90000\n"
        "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:b3RoZXI=\na=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:cmVtb3Rl|2^20\n"
    )
    negotiated = create_answer(parse(text), secure, LocalTransport(), ids)
    [video] = negotiated.medias
    assert video.local_crypto == attrs.evolve(key, tag=7)
    assert video.remote_crypto is not None
    assert video.remote_crypto.key_parameters == "inline:cmVtb3Rl|2^20"
    assert "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:bG9jYWxz\r\n" in write(negotiated.local)
    assert "inline" not in repr(negotiated)
    other = create_answer(parse(text.replace("SHA1_80", "SHA1_99")), secure, LocalTransport(), ids)
    assert other.medias[0].rejection == "no SRTP suite in common"
    none = create_answer(parse(text.replace("a=crypto", "a=x")), secure, LocalTransport(), ids)
    assert none.medias[0].rejection == "protocol RTP/SAVPF not supported"
