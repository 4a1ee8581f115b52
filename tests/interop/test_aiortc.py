"""A peer made with aiortc, in both roles: pictures, sound and messages come back as they went.

It takes ECDSA certificates alone, gathers all candidates before it says anything, and knows no RTX of ours.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from kms_trio.testing.rpc import open_client
from tests.interop.harness.program import run_program
from tests.interop.harness.server import RunningServer

pytestmark = pytest.mark.interop

PROGRAM = Path(__file__).parent / "python" / "aiortc_peer.py"
TONE_HZ = 440


@pytest.mark.parametrize("role", ["offer", "answer"])
async def test_everything_comes_back(server_in_process: RunningServer, role: str) -> None:
    command = [sys.executable, "-u", str(PROGRAM), role]
    async with open_client(server_in_process.ws_url) as client, run_program(command, Path.cwd()) as peer:
        pipeline = await client.create("MediaPipeline")
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline, useDataChannels=True)
        await client.invoke(endpoint, "connect", sink=endpoint)
        await client.subscribe(endpoint, "IceGatheringDone")
        if role == "offer":
            await client.invoke(endpoint, "processOffer", offer=(await peer.next())["sdp"])
        else:
            await client.invoke(endpoint, "generateOffer")
        await client.invoke(endpoint, "gatherCandidates")
        await client.expect("IceGatheringDone", endpoint)
        await peer.tell({"sdp": await client.invoke(endpoint, "getLocalSessionDescriptor")})
        if role == "answer":
            await client.invoke(endpoint, "processAnswer", answer=(await peer.next())["sdp"])
        told = await peer.next()
    assert all(before < after for before, after in pairwise(told["numbers"])), told
    assert told["pitch_hz"] == pytest.approx(TONE_HZ, abs=4)
    assert told["messages"] == ["hello"]
