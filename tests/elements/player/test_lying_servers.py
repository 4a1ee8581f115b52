"""HTTP servers that lie about lengths, break off or say nothing any more: what came is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kms_elements.player import source as source_module
from kms_trio.generated.core.types import MediaType, UriEndpointState
from kms_trio.media.formats import StreamKind, Want
from kms_trio.testing.clips import picture_number
from kms_trio.testing.elements import Bench

RAW = Want(StreamKind.RAW)
MakePlayer = Callable[..., Any]


@pytest.mark.parametrize("name", ["short", "broken", "stalling"])
async def test_what_comes_of_half_a_file_is_played(
    bench: Bench, player: MakePlayer, http_url: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(source_module, "READ_TIMEOUT_S", 2.0)
    element = player(f"{http_url}/{name}.webm")
    video = bench.tap(element, MediaType.VIDEO, RAW)
    element.play()
    await bench.expect_any(("EndOfStream", "Error"), element)
    shown = [picture_number(picture) for picture in video.units]
    assert shown == list(range(len(shown)))
    if name != "short":  # what came beyond the length that was promised may be played or not
        assert len(shown) < 15
    if name == "stalling":
        assert bench.errors(element), "an end that nobody knows of is none"
    await element.stop()
    assert element.state is UriEndpointState.STOP
