"""qosDscp of WebRtcEndpoint: the mark on the packets that its peer receives."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import pytest
import trio

from kms_trio.app import Server, serve
from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient, open_client
from tests.elements.webrtc.room import Publisher, join, quiet_settings


class TosSocket:
    """Between a scripted peer and its socket: notes the type-of-service byte of what is received."""

    def __init__(self, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        self.marks: dict[str, set[int]] = {"rtp": set(), "rtcp": set(), "dtls": set()}
        self._socket = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    async def recvfrom(self, size: int) -> tuple[bytes, Any]:
        data, control, _, address = await self._socket.recvmsg(size, 128)
        mark = control[0][2][0]
        if 128 <= data[0] <= 191:
            self.marks["rtcp" if 192 <= data[1] <= 223 else "rtp"].add(mark)
        elif 20 <= data[0] <= 63:
            self.marks["dtls"].add(mark)
        return data, address


@pytest.mark.parametrize(("qos_dscp", "code_point"), [("AUDIO_HIGH", 46), ("CS1", 8), (None, 0), ("NO_DSCP", 0)])
async def test_the_constructor_marks(
    client: RpcClient,
    vp8_frames: Sequence[EncodedFrame],
    qos_dscp: str | None,
    code_point: int,
) -> None:
    pipeline = await client.create("MediaPipeline")
    given = {} if qos_dscp is None else {"qosDscp": qos_dscp}
    async with (
        join(client, pipeline, sources=["self"], constructor=given, wrap_socket=TosSocket) as me,
        trio.open_nursery() as nursery,
    ):
        seen: TosSocket = me.peer._socket  # type: ignore[assignment]  # as wrapped
        nursery.start_soon(Publisher(me.peer, vp8_frames).run)
        await until(lambda: all(seen.marks.values()))
        assert seen.marks == {kind: {code_point << 2} for kind in seen.marks}
        nursery.cancel_scope.cancel()


async def test_the_file_marks_unless_the_constructor_does(
    vp8_frames: Sequence[EncodedFrame], nursery: trio.Nursery
) -> None:
    settings = quiet_settings()
    webrtc = attrs.evolve(settings.web_rtc_endpoint, qos_dscp="VIDEO_HIGH")
    async with trio.open_nursery() as inner:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        running: Server = await inner.start(
            partial(serve, attrs.evolve(settings, web_rtc_endpoint=webrtc), listeners=listeners)
        )
        async with open_client(running.control_url) as client:
            pipeline = await client.create("MediaPipeline")
            for given, code_point in (({}, 36), ({"qosDscp": "LE"}, 1)):
                async with join(client, pipeline, constructor=given, wrap_socket=TosSocket) as me:
                    seen: TosSocket = me.peer._socket  # type: ignore[assignment]  # as wrapped
                    await until(lambda seen=seen: all(seen.marks[kind] for kind in ("dtls", "rtcp")))  # type: ignore[misc]  # mypy does not infer lambdas with defaults
                    assert seen.marks["dtls"] == seen.marks["rtcp"] == {code_point << 2}
        inner.cancel_scope.cancel()
