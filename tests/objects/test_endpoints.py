"""What endpoints share: the offer/answer exchange, bandwidths and states, URIs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from kms_trio.app import Server
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core import module as core
from kms_trio.generated.core.types import ConnectionState, MediaState, OfferOptions, RembParams, UriEndpointState
from kms_trio.objects.base_rtp_endpoint import BaseRtpEndpoint
from kms_trio.objects.uri_endpoint import UriEndpoint
from kms_trio.objects.uri_policy import UriPolicy, absolute_uri, file_path


class Peer(BaseRtpEndpoint):
    """The smallest endpoint that negotiates: its SDP is any text but `bad`."""

    hold: trio.Event | None = None

    async def _make_offer(self, options: OfferOptions) -> str:
        if self.hold is not None:
            await self.hold.wait()
        return "offer"

    async def _make_answer(self, offer_text: str) -> str:
        return f"answer to {self._parse(offer_text)}"

    async def _apply_answer(self, answer_text: str) -> None:
        self._parse(answer_text)

    @staticmethod
    def _parse(text: str) -> str:
        if text == "bad":
            raise KurentoError(ErrorCode.SDP_PARSE_ERROR, "Invalid SDP")
        return text


@pytest.fixture
def peer(parts: Server, subscribe: Any, told: Any) -> Peer:
    peer = Peer(parts.context, None, core.MODULE.classes["BaseRtpEndpoint"])
    subscribe(peer, "MediaSessionStarted", "MediaStateChanged", "ConnectionStateChanged")
    return peer


async def refusal(awaitable: Any) -> int:
    with pytest.raises(KurentoError) as refused:
        await awaitable
    return refused.value.code


async def test_offer_then_answer(peer: Peer, told: Any) -> None:
    assert await refusal(peer.process_answer("x")) == 40209
    assert await peer.generate_offer() == "offer"
    assert peer.get_local_session_descriptor() == "offer"
    assert await refusal(peer.generate_offer()) == 40208
    assert await refusal(peer.process_offer("x")) == 40208
    assert await refusal(peer.process_answer("")) == 40201
    assert await refusal(peer.process_answer("bad")) == 40201
    assert told.names() == []
    assert await peer.process_answer("fine") == "offer"
    assert told.names() == ["MediaSessionStarted"]
    assert peer.get_remote_session_descriptor() == "fine"
    assert await refusal(peer.process_answer("fine")) == 40210


async def test_answering_an_offer(peer: Peer, told: Any) -> None:
    for descriptor, code in ((peer.get_local_session_descriptor, 40202), (peer.get_remote_session_descriptor, 40203)):
        with pytest.raises(KurentoError) as missing:
            descriptor()
        assert missing.value.code == code
    assert await refusal(peer.process_offer("")) == 40201
    assert await refusal(peer.process_offer("bad")) == 40201
    assert await peer.process_offer("theirs") == "answer to theirs"
    assert told.names() == ["MediaSessionStarted"]
    assert await refusal(peer.process_offer("theirs")) == 40208
    assert await refusal(peer.process_answer("theirs")) == 40209


async def test_exchange_in_progress_admits_no_other(peer: Peer) -> None:
    peer.hold = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(peer.generate_offer)
        await trio.testing.wait_all_tasks_blocked()
        assert await refusal(peer.process_offer("x")) == 40208
        peer.hold.set()
    assert peer.get_local_session_descriptor() == "offer"


async def test_states_tell_changes_only(peer: Peer, told: Any) -> None:
    peer.set_media_state(MediaState.DISCONNECTED)
    peer.set_media_state(MediaState.CONNECTED)
    peer.set_media_state(MediaState.CONNECTED)
    peer.set_connection_state(ConnectionState.CONNECTED)
    assert [(name, data["oldState"], data["newState"]) for name, _, data in told.take()] == [
        ("MediaStateChanged", "DISCONNECTED", "CONNECTED"),
        ("ConnectionStateChanged", "DISCONNECTED", "CONNECTED"),
    ]


async def test_bandwidths_hold_each_other(peer: Peer) -> None:
    assert (peer.min_video_recv_bandwidth, peer.min_video_send_bandwidth, peer.max_video_send_bandwidth) == (
        100,
        100,
        500,
    )
    peer.min_video_send_bandwidth = 1000
    assert peer.min_video_send_bandwidth == 500
    peer.max_video_send_bandwidth = 100
    assert peer.max_video_send_bandwidth == 500
    peer.max_video_send_bandwidth = 0
    peer.min_video_send_bandwidth = 1000
    assert peer.min_video_send_bandwidth == 1000
    peer.max_video_recv_bandwidth = 50
    peer.min_video_recv_bandwidth = 60
    assert peer.min_video_recv_bandwidth == 50
    peer.mtu = 5
    assert peer.mtu == 1200
    peer.mtu = 1100
    assert peer.mtu == 1100


async def test_remb_params(parts: Server, peer: Peer) -> None:
    unset = {"__module__": "kurento", "__type__": "RembParams"}
    marshaller = parts.lifecycle._marshaller
    assert marshaller.write(peer.remb_params) == unset
    peer.remb_params = RembParams(packets_recv_interval_top=0, threshold_factor=1e300)
    assert marshaller.write(peer.remb_params) == {
        **unset,
        "packetsRecvIntervalTop": 1,
        "exponentialFactor": 0.03999999910593033,
        "linealFactorMin": 100,
        "linealFactorGrade": 30.0,
        "decrementFactor": 0.5,
        "thresholdFactor": None,
        "upLosses": 12,
        "rembOnConnect": 300_000,
    }


async def test_keyframe_of_nothing(peer: Peer) -> None:
    with pytest.raises(KurentoError) as refused:
        peer.request_keyframe()
    assert refused.value.code == 40111


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("file:///a/b.webm", "file:///a/b.webm"),
        ("http://user:pass@host/x", "http://user:pass@host/x"),
        ("rec/x.webm", "file:///var/lib/kurento/rec/x.webm"),
        ("rec%2Fx.webm", "file:///var/lib/kurento/rec/x.webm"),
        ("/tmp/x.webm", "file:///tmp/x.webm"),
        ("", "file:///var/lib/kurento/"),
    ],
)
def test_what_a_uri_means(uri: str, expected: str) -> None:
    assert absolute_uri(uri, "file:///var/lib/kurento/") == expected


def test_path_of_a_uri() -> None:
    assert file_path("file:///a/b%20c.webm") == Path("/a/b c.webm")
    assert file_path("FILE:///a#b?c") == Path("/a#b?c")
    assert file_path("file:///%ff.webm") != file_path("file:///%fe.webm"), "no UTF-8, and not the same"
    assert file_path("http://host/a") is None
    assert file_path("file://[") is None


def test_policy_confines_files(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    policy = UriPolicy(read_roots=[inside], write_roots=[])
    policy.check_read((inside / "new" / "x.webm").as_uri())
    policy.check_read("http://host/x.webm")
    policy.check_write((outside / "x.webm").as_uri())
    for path in (outside / "x", inside / ".." / "outside" / "x", inside / "link" / "x"):
        with pytest.raises(KurentoError) as refused:
            policy.check_read(f"file://{path}")
        assert refused.value.code == 40107
    with pytest.raises(KurentoError):
        policy.check_read("file:///a\0b")


class Tape(UriEndpoint):
    """A URI endpoint whose pause fails."""

    async def _pause(self) -> None:
        raise OSError("stuck")

    async def _stop(self) -> None:
        self.set_state(UriEndpointState.STOP)


async def test_uri_endpoint(parts: Server, subscribe: Any, told: Any) -> None:
    tape = Tape(parts.context, None, core.MODULE.classes["UriEndpoint"], uri="x.webm")
    subscribe(tape, "UriEndpointStateChanged")
    assert tape.uri == "file:///var/lib/kurento/x.webm"
    assert tape.state is UriEndpointState.STOP
    await tape.stop()
    await tape.pause()
    assert told.names() == []
    tape.set_state(UriEndpointState.START)
    await tape.stop()
    assert [data["state"] for _, _, data in told.take()] == ["START", "STOP"]
