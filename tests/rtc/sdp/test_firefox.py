"""The answer to what Firefox offers: attributes of the session above those of the media, two components each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kms_trio.rtc.sdp import ABS_SEND_TIME, AUDIO_LEVEL, MID, DtlsRole, Negotiated, parse, write

Answer = Callable[..., Negotiated]


@pytest.fixture
def negotiated(request: pytest.FixtureRequest, answer_to: Answer) -> Negotiated:
    file = request.path.parents[2] / "data" / "sdp" / "firefox" / "av.gathered.sdp"
    return answer_to(file.read_bytes().decode())


def test_accepted_whole(negotiated: Negotiated) -> None:
    assert [media.rejection for media in negotiated.medias] == ["", ""]
    assert [(media.send, media.receive) for media in negotiated.medias] == [(True, True)] * 2
    assert parse(write(negotiated.local)) == negotiated.local
    assert negotiated.dtls_role is DtlsRole.SERVER


def test_one_transport_of_the_first_media(negotiated: Negotiated) -> None:
    assert negotiated.transport is not None
    assert negotiated.transport.ice_ufrag == negotiated.remote.medias[0].ice_ufrag
    assert negotiated.transport.candidates == negotiated.remote.medias[0].candidates


def test_codecs_and_extensions(negotiated: Negotiated) -> None:
    audio, video = negotiated.medias
    assert [codec.payload_type for codec in audio.codecs] == [109, 0, 8]
    assert video.codecs[0].payload_type == 120
    assert all(codec.feedback == {"nack", "nack pli", "ccm fir", "goog-remb"} for codec in video.codecs)
    # Numbers are the offer's; what it will not send is not asked for.
    assert audio.header_extensions == {AUDIO_LEVEL: 1, MID: 3}
    assert video.header_extensions == {MID: 3, ABS_SEND_TIME: 4}


def test_sources(negotiated: Negotiated) -> None:
    audio, video = negotiated.medias
    assert [source.ssrc for source in audio.remote_sources] == [3921407017]
    assert [source.ssrc for source in video.remote_sources] == [4143893718, 3424406402]
    assert video.primary_ssrcs == (4143893718,)
