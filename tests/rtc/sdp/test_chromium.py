"""Answers to what Chromium offers."""

from __future__ import annotations

from collections.abc import Callable

import aiortc.sdp
import attrs
import pytest

from kms_trio.rtc.sdp import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    DtlsRole,
    EndpointCapabilities,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    create_answer,
    parse,
    write,
)

Answer = Callable[..., Negotiated]


def test_every_offer_is_accepted_whole_and_the_answer_reads_back(chromium_offer: str, answer_to: Answer) -> None:
    negotiated = answer_to(chromium_offer, data_channels=True)
    offer, answer = negotiated.remote, negotiated.local
    assert [media.rejection for media in negotiated.medias] == [""] * len(offer.medias)
    assert parse(write(answer)) == answer
    assert answer.bundle_groups == offer.bundle_groups
    assert negotiated.dtls_role is DtlsRole.SERVER
    assert negotiated.transport is not None
    assert negotiated.transport.trickle
    assert (negotiated.transport.ice_ufrag, negotiated.transport.candidates) == (
        offer.medias[0].ice_ufrag,
        offer.medias[0].candidates,
    )
    for offered, answered in zip(offer.medias, answer.medias, strict=True):
        assert (answered.kind, answered.mid, answered.protocol) == (offered.kind, offered.mid, offered.protocol)
        assert (answered.port, answered.setup) == (1, "passive")
        assert (answered.ice_ufrag, answered.ice_pwd) == ("uFrg", "localPasswordOf22chars")
        assert answered.has("rtcp-mux") == answered.has("rtcp-rsize") == (answered.kind != "application")
        assert not any(answered.has(name) for name in ("rid", "simulcast", "msid", "ice-options", "rtcp-xr"))


def test_codecs_extensions_and_feedback(chromium_offer: str, answer_to: Answer) -> None:
    negotiated = answer_to(chromium_offer, data_channels=True)
    for media, offered in zip(negotiated.medias, negotiated.remote.medias, strict=True):
        if media.kind == "application":
            continue
        known = {"audio": {"OPUS", "PCMU", "PCMA"}, "video": {"VP8", "H264", "VP9", "AV1"}}[media.kind]
        expected = [
            number
            for number in offered.payload_types
            if offered.rtp_maps[number].encoding_name.upper() in known
        ]  # fmt: skip
        assert [codec.payload_type for codec in media.codecs] == expected
        offered_ids = {extension.uri: extension.extension_id for extension in offered.header_extensions}
        uris = {ABS_SEND_TIME, MID} | ({AUDIO_LEVEL} if media.kind == "audio" else set())
        assert media.header_extensions == {uri: offered_ids[uri] for uri in uris}
        for codec in media.codecs:
            wanted = {"nack", "nack pli", "ccm fir", "goog-remb"} if media.kind == "video" else set()
            assert codec.feedback == wanted
            assert codec.rtx_payload_type is None


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Callable[[str], str]:
    data = request.path.parents[2] / "data" / "sdp" / "chromium"
    return lambda name: (data / f"{name}.sdp").read_bytes().decode()


def test_sources_of_a_camera(recorded: Callable[[str], str], answer_to: Answer) -> None:
    audio, video = answer_to(recorded("av")).medias
    assert (audio.send, audio.receive, video.send, video.receive) == (True, True, True, True)
    [source] = audio.remote_sources
    assert (source.ssrc, source.cname) == (2791346789, "T/jDRyru8K1sr2fa")
    assert source.msid.startswith("9591797f-bcaa-4ead-996a-e261976a6ba9 ")
    assert len(video.remote_sources) == 2
    assert video.primary_ssrcs == (video.remote_sources[0].ssrc,)
    assert (audio.local_ssrc, video.local_ssrc) == (1001, 2001)
    assert audio.codecs[0].channels == 2
    assert [codec.channels for codec in audio.codecs[1:]] == [1, 1]


def test_simulcast_is_answered_as_one_stream(recorded: Callable[[str], str], answer_to: Answer) -> None:
    [video] = answer_to(recorded("simulcast")).medias
    assert [rid.rid for rid in video.remote_rids] == ["l", "m", "h"]
    assert (video.send, video.receive, video.primary_ssrcs) == (False, True, ())


def test_a_viewer_is_only_sent_to(recorded: Callable[[str], str], answer_to: Answer) -> None:
    negotiated = answer_to(recorded("recvonly"))
    assert [(media.send, media.receive) for media in negotiated.medias] == [(True, False)] * 2
    assert [media.direction for media in negotiated.local.medias] == ["sendonly"] * 2


def test_data_channels_not_wanted_are_rejected_so_that_browsers_still_parse(
    recorded: Callable[[str], str], answer_to: Answer
) -> None:
    negotiated = answer_to(recorded("av_datachannel"))
    assert write(negotiated.local).endswith(
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=inactive\r\na=mid:2\r\n"
    )
    assert negotiated.local.bundle_groups == [("0", "1")]
    assert negotiated.medias[2].rejection == "no further application media supported"


def test_data_channel_parameters(recorded: Callable[[str], str], answer_to: Answer) -> None:
    negotiated = answer_to(recorded("datachannel"), data_channels=True, max_message_size=100_000)
    [media] = negotiated.medias
    assert media.sctp is not None
    assert (media.sctp.local_port, media.sctp.remote_port, media.sctp.remote_max_message_size) == (5000, 5000, 262144)
    assert "a=max-message-size:100000\r\n" in write(negotiated.local)


def test_a_video_codec_that_is_unknown_leaves_a_parsable_rejection(
    recorded: Callable[[str], str], answer_to: Answer
) -> None:
    negotiated = answer_to(recorded("av"), video_codecs=())
    assert write(negotiated.local).endswith("m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=inactive\r\na=mid:1\r\n")
    assert negotiated.medias[1].rejection == "no codec in common"


def test_retransmission_streams_when_switched_on(recorded: Callable[[str], str], answer_to: Answer) -> None:
    negotiated = answer_to(recorded("video"), rtx=True)
    [video] = negotiated.medias
    assert video.codecs[0].rtx_payload_type == 97
    text = write(negotiated.local)
    assert "m=video 1 UDP/TLS/RTP/SAVPF 96 97 102 103 " in text
    assert "a=rtpmap:97 rtx/90000\r\n" in text
    assert "a=fmtp:97 apt=96\r\n" in text
    assert video.local_rtx_ssrc == 0, "no SSRC was given for it"


def test_retransmission_streams_are_tied_to_media(
    recorded: Callable[[str], str], capabilities: EndpointCapabilities, transport: LocalTransport, ids: LocalIds
) -> None:
    with_ssrc = attrs.evolve(ids, video=(LocalStream(ssrc=2001, rtx_ssrc=2002),))
    negotiated = create_answer(parse(recorded("video")), attrs.evolve(capabilities, rtx=True), transport, with_ssrc)
    assert negotiated.medias[0].local_rtx_ssrc == 2002
    text = write(negotiated.local)
    group = text.index("a=ssrc-group:FID 2001 2002\r\n")
    assert group < text.index("a=ssrc:2001 cname:") < text.index("a=ssrc:2002 cname:")
    # Older libwebrtc makes a track of each SSRC that names none, and refuses a media with two.
    assert "a=ssrc:2001 msid:default 2001\r\n" in text
    assert "a=ssrc:2002 msid:default 2001\r\n" in text


def test_another_parser_reads_answers_the_same(chromium_offer: str, answer_to: Answer) -> None:
    for negotiated in (answer_to(chromium_offer), answer_to(chromium_offer, video_codecs=(), data_channels=True)):
        read = aiortc.sdp.SessionDescription.parse(write(negotiated.local))
        assert [(media.kind, media.rtp.muxId, media.port == 0) for media in read.media] == [
            (media.kind, media.mid, not media.accepted) for media in negotiated.medias
        ]
        for media, ours in zip(read.media, negotiated.medias, strict=True):
            if ours.accepted and ours.codecs:
                assert [codec.payloadType for codec in media.rtp.codecs] == [each.payload_type for each in ours.codecs]
                assert media.dtls.role == "server"
