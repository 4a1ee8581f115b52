"""Our offers, and what an answer makes of them."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from kms_trio.rtc.sdp import (
    Direction,
    DtlsRole,
    EndpointCapabilities,
    Fingerprint,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    OfferOptions,
    SessionDescription,
    apply_answer,
    create_answer,
    create_offer,
    default_extensions,
    parse,
    with_candidates,
    write,
)

AnswerTo = Callable[..., Negotiated]


@pytest.fixture
def everything(capabilities: EndpointCapabilities) -> EndpointCapabilities:
    return attrs.evolve(capabilities, data_channels=True)


@pytest.fixture
def offer(everything: EndpointCapabilities, transport: LocalTransport, ids: LocalIds) -> SessionDescription:
    return create_offer(everything, transport, ids)


@pytest.fixture
def answer(offer: SessionDescription, everything: EndpointCapabilities, ids: LocalIds) -> SessionDescription:
    """From another endpoint of ours."""
    transport = LocalTransport(ice_ufrag="them", ice_pwd="theirPasswordOf22chars", fingerprints=_fingerprints(offer))
    return create_answer(parse(write(offer)), everything, transport, ids).local


def _fingerprints(description: SessionDescription) -> tuple[Fingerprint, ...]:
    return description.medias[0].fingerprints


def test_the_text_of_an_offer(capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds) -> None:
    small = attrs.evolve(
        capabilities,
        video_codecs=capabilities.video_codecs[:2],
        max_video_recv_bandwidth_kbps=500,
        data_channels=True,
        max_message_size=65536,
        direction=Direction.RECVONLY,
    )
    fingerprint = f"a=fingerprint:sha-256 {transport.fingerprints[0].value}"
    ice = ["a=ice-ufrag:uFrg", "a=ice-pwd:localPasswordOf22chars", fingerprint]
    assert write(create_offer(small, transport, ids)).split("\r\n") == [
        "v=0",
        "o=- 4004280497 4004280497 IN IP4 0.0.0.0",
        "s=Kurento Media Server",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=group:BUNDLE audio0 video0 application0",
        "m=audio 1 UDP/TLS/RTP/SAVPF 96 0 8",
        "a=setup:actpass",
        "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=rtpmap:96 opus/48000/2",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=rtcp-mux",
        "a=recvonly",
        "a=mid:audio0",
        "a=ssrc:1001 cname:user1@host-1",
        *ice,
        "m=video 1 UDP/TLS/RTP/SAVPF 97 98",
        "b=AS:500",
        "a=setup:actpass",
        "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=rtpmap:97 VP8/90000",
        "a=rtpmap:98 H264/90000",
        "a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=rtcp-mux",
        "a=recvonly",
        "a=mid:video0",
        *(f"a=rtcp-fb:{number} {word}" for number in (97, 98) for word in ("nack", "nack pli", "goog-remb", "ccm fir")),
        "a=ssrc:2001 cname:user1@host-1",
        *ice,
        "m=application 1 UDP/DTLS/SCTP webrtc-datachannel",
        "a=setup:actpass",
        "a=sctp-port:5000",
        "a=max-message-size:65536",
        "a=mid:application0",
        *ice,
        "",
    ]


def test_kinds_left_out(everything: EndpointCapabilities, transport: LocalTransport, ids: LocalIds) -> None:
    options = OfferOptions(offer_to_receive_audio=False)
    offer = create_offer(everything, transport, ids, options)
    assert [media.mid for media in offer.medias] == ["video0", "application0"]
    assert offer.medias[0].payload_types[0] == 96
    nothing = OfferOptions(offer_to_receive_audio=False, offer_to_receive_video=False)
    without = attrs.evolve(everything, data_channels=False)
    assert create_offer(without, transport, ids, nothing).medias == ()
    assert "group" not in write(create_offer(without, transport, ids, nothing))


def test_several_medias_have_payload_types_ssrcs_and_mids_of_their_own(
    capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds
) -> None:
    many = attrs.evolve(
        capabilities,
        num_audio_medias=2,
        num_video_medias=3,
        rtx=True,
        video_extensions=default_extensions("video", transport_cc=True),
    )
    offer = create_offer(many, transport, ids)
    assert [media.mid for media in offer.medias] == ["audio0", "audio1", "video0", "video1"]  # two SSRCs of each
    numbers = [number for media in offer.medias for number in media.payload_types if number not in (0, 8)]
    assert len(numbers) == len(set(numbers)) == 2 + 2 * 4 * 2
    assert all(96 <= number < 128 for number in numbers)
    assert offer.medias[2].values("fmtp")[0] == "99 apt=98"
    assert "98 transport-cc" in offer.medias[2].values("rtcp-fb")
    assert [media.ssrc_attributes[0].ssrc for media in offer.medias] == [1001, 1002, 2001, 2002]


def test_retransmissions_between_two_of_ours(
    capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds
) -> None:
    both = attrs.evolve(capabilities, rtx=True)
    ours = attrs.evolve(ids, video=(LocalStream(ssrc=2001, rtx_ssrc=2002),))
    theirs = attrs.evolve(ids, video=(LocalStream(ssrc=3001, rtx_ssrc=3002),))
    offer = create_offer(both, transport, ours)
    answer = create_answer(parse(write(offer)), both, transport, theirs)
    negotiated = apply_answer(offer, parse(write(answer.local)), both)
    for side, local, remote in ((negotiated, 2001, 3001), (answer, 3001, 2001)):
        audio, video = side.medias
        assert [codec.rtx_payload_type for codec in audio.codecs] == [None, None, None]
        assert [codec.rtx_payload_type for codec in video.codecs] == [98, 100, 102, 104]
        assert (video.local_ssrc, video.local_rtx_ssrc) == (local, local + 1)
        assert video.primary_ssrcs == (remote,)
        assert [group.ssrcs for group in video.remote_ssrc_groups] == [(remote, remote + 1)]
    without = create_answer(parse(write(offer)), capabilities, transport, theirs)
    assert "rtx" not in write(without.local)
    assert apply_answer(offer, without.local, both).medias[1].local_rtx_ssrc == 0


def test_no_offer_runs_out_of_payload_types(
    capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds
) -> None:
    video = capabilities.video_codecs * 30
    offer = create_offer(attrs.evolve(capabilities, video_codecs=video), transport, ids)
    numbers = offer.medias[1].payload_types
    assert len(numbers) == 32 + 29 - 1
    assert not set(numbers) & set(range(64, 96))


def test_a_full_round_between_two_of_ours(
    offer: SessionDescription, answer: SessionDescription, everything: EndpointCapabilities
) -> None:
    negotiated = apply_answer(offer, parse(write(answer)), everything)
    assert (negotiated.local, negotiated.remote) == (offer, answer)
    assert [media.rejection for media in negotiated.medias] == ["", "", ""]
    assert negotiated.dtls_role is DtlsRole.CLIENT
    assert negotiated.transport is not None
    assert negotiated.transport.ice_ufrag == "them"
    audio, video, data = negotiated.medias
    assert [codec.encoding_name for codec in video.codecs] == ["VP8", "H264", "VP9", "AV1"]
    assert (audio.local_ssrc, video.local_ssrc) == (1001, 2001)
    assert (audio.send, audio.receive) == (True, True)
    assert data.sctp is not None
    assert negotiated.media("video") == video
    assert negotiated.media("text") is None
    assert len(negotiated.accepted) == 3


@pytest.mark.parametrize(
    ("setup", "role"),
    [("active", DtlsRole.SERVER), ("passive", DtlsRole.CLIENT), ("actpass", DtlsRole.SERVER), ("", DtlsRole.CLIENT)],
)
def test_role_after_an_answer(
    offer: SessionDescription, answer: SessionDescription, everything: EndpointCapabilities, setup: str, role: DtlsRole
) -> None:
    text = write(answer).replace("a=setup:passive\r\n", f"a=setup:{setup}\r\n" if setup else "")
    assert apply_answer(offer, parse(text), everything).dtls_role is role


def test_an_answer_that_rejects_in_kurentos_own_way(
    offer: SessionDescription, answer: SessionDescription, everything: EndpointCapabilities
) -> None:
    head, video, _ = write(answer).partition("m=video")
    text = head + video + " 0 UDP/TLS/RTP/SAVPF\r\na=inactive\r\n"
    negotiated = apply_answer(offer, parse(text), everything)
    assert [media.rejection for media in negotiated.medias] == ["", "rejected by the peer", "not in the answer"]
    assert [media.mid for media in negotiated.medias] == ["audio0", "video0", "application0"]


def test_answers_of_another_shape(
    offer: SessionDescription, answer: SessionDescription, everything: EndpointCapabilities
) -> None:
    swapped = attrs.evolve(answer, medias=(answer.medias[1], answer.medias[0], *answer.medias[2:] * 3))
    negotiated = apply_answer(offer, swapped, everything)
    assert [media.rejection for media in negotiated.medias] == ["not in the answer", "not in the answer", ""]
    assert len(negotiated.medias) == 3
    nothing = apply_answer(offer, attrs.evolve(answer, medias=()), everything)
    assert nothing.accepted == ()
    assert (nothing.transport, nothing.dtls_role) == (None, None)


def test_direction_is_what_both_want(
    everything: EndpointCapabilities, transport: LocalTransport, ids: LocalIds, answer_to: AnswerTo
) -> None:
    sender = attrs.evolve(everything, direction=Direction.SENDONLY)
    offer = create_offer(sender, transport, ids)
    answer = answer_to(write(offer)).local
    media = apply_answer(offer, answer, sender).medias[0]
    assert (media.send, media.receive) == (True, False)
    held = parse(write(answer).replace("a=recvonly", "a=inactive"))
    media = apply_answer(offer, held, sender).medias[0]
    assert (media.accepted, media.send, media.receive) == (True, False, False)


CANDIDATES = (
    "candidate:2 1 TCP 1015021823 192.0.2.2 9 typ host tcptype active",
    "candidate:4 1 UDP 2015363583 fd00::2 47763 typ host",
    "candidate:1 1 UDP 2015363327 192.0.2.2 52847 typ host",
    "candidate:9 1 UDP 1677721855 198.51.100.7 62000 typ srflx raddr 192.0.2.2 rport 52847",
)


def test_candidates_gathered_since(answer_to: AnswerTo, chromium_offer: str) -> None:
    refused = {"video_codecs": ()} if "m=audio" in chromium_offer else {}  # what leads a bundle is never refused alone
    trickle = answer_to(chromium_offer, data_channels=True, **refused).local
    gathered = with_candidates(trickle, CANDIDATES)
    text = write(gathered)
    assert parse(text) == gathered
    assert text.startswith("v=0\r\no=- 4004280497 4004280497 IN IP4 0.0.0.0\r\ns=Kurento Media Server\r\nt=0 0\r\n")
    for media in gathered.medias:
        assert media.connection is not None
        if media.kind == "video" and refused:
            assert (media.port, media.connection.address, media.candidates) == (0, "0.0.0.0", ())
        else:
            assert (media.port, media.connection.address) == (62000, "198.51.100.7")
            assert media.candidates == CANDIDATES
            assert media.rtcp is None or (media.rtcp.port, media.rtcp.address) == (62000, "198.51.100.7")
    assert with_candidates(gathered, CANDIDATES) == gathered
    assert with_candidates(trickle, ()) == trickle


@pytest.mark.parametrize(
    ("candidates", "port", "address"),
    [
        (CANDIDATES[:3], 52847, "192.0.2.2"),
        (CANDIDATES[:2], 47763, "fd00::2"),
        (CANDIDATES[:1], 9, "192.0.2.2"),
        (("candidate:nonsense", "a=candidate:1 1 UDP 1 192.0.2.3 7 typ host"), 7, "192.0.2.3"),
        (("candidate:nonsense",), 1, "0.0.0.0"),
    ],
)
def test_the_default_candidate(
    capabilities: EndpointCapabilities,
    transport: LocalTransport,
    ids: LocalIds,
    candidates: tuple[str, ...],
    port: int,
    address: str,
) -> None:
    offer = create_offer(capabilities, attrs.evolve(transport, candidates=candidates), ids)
    for media in offer.medias:
        assert media.connection is not None
        assert (media.port, media.connection.address) == (port, address)
        assert media.connection.address_type == ("IP6" if ":" in address else "IP4")
        assert all(value.startswith("candidate:") for value in media.candidates)
