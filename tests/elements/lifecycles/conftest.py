"""The same server and frames as for WebRtcEndpoint, and a journal of what the client is told."""

from __future__ import annotations

import pytest

from kms_trio.testing.rpc import RpcClient
from tests.elements.lifecycles.journal import Journal
from tests.elements.webrtc.conftest import client, server, vp8_frames

__all__ = ["client", "server", "vp8_frames"]


@pytest.fixture
def journal(client: RpcClient) -> Journal:
    return Journal(client)
