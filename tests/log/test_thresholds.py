from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.log import FIXME, LOG, MEMDUMP, TRACE, parse_gst_debug


@pytest.mark.parametrize(
    ("text", "category", "level"),
    [
        ("3,Kurento*:4,agnosticbin:5", "KurentoMediaServer", 4),
        ("3,Kurento*:4,agnosticbin:5", "agnosticbin", 5),
        ("3,Kurento*:4,agnosticbin:5", "rtpjitterbuffer", 3),
        ("*rtpendpoint:4", "kmsrtpendpoint", 4),
        ("rtp*handler:6", "rtpmediahandler", 6),
        ("Kurento*:4,KurentoWebRtc*:6", "KurentoWebRtcEndpointImpl", 6),
        ("KurentoWebRtc*:6,Kurento*:4", "KurentoWebRtcEndpointImpl", 4),
        ("kurento*:4", "KurentoMediaServer", 2),
        ("*:DEBUG", "anything", 5),
        ("WARN,a:trace", "a", 7),
        ("a:99", "a", 9),
        ("a:4,3", "a", 4),
        ("", "a", 2),
        (" 4 , a : 5 ", "a", 5),
    ],
)
def test_level_of_a_category(text: str, category: str, level: int) -> None:
    assert parse_gst_debug(text).level_for(category) == level


@pytest.mark.parametrize(
    ("level", "python_level"),
    [(0, 51), (1, 40), (2, 30), (3, FIXME), (4, 20), (5, 10), (6, LOG), (7, TRACE), (9, MEMDUMP)],
)
def test_levels_as_numbers_of_the_logging_module(level: int, python_level: int) -> None:
    assert parse_gst_debug(str(level)).python_level_for("a") == python_level


def test_parts_that_are_not_understood_are_kept_for_a_warning() -> None:
    thresholds = parse_gst_debug("nonsense,a:b,:4,,5")
    assert thresholds.ignored == ("nonsense", "a:b", ":4")
    assert thresholds.default == 5


@given(st.text(alphabet=st.sampled_from("a*?[]:,049- \n") | st.characters()))
def test_fuzz_any_text_gives_levels(text: str) -> None:
    thresholds = parse_gst_debug(text)
    assert 0 <= thresholds.level_for("agnosticbin") <= 9
