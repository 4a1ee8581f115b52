"""GStreamerFilter: commands as GStreamer reads them, properties as Kurento sets them, and what pictures look like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_filters.generated.module import MODULE
from kms_filters.gstreamer import GStreamerFilter
from kms_filters.gstreamer.launch import Command, LaunchError, parse_command
from kms_trio.api import ErrorCode, FilterType, KurentoError
from kms_trio.codecs.pictures import Picture
from kms_trio.testing.elements import Bench

Film = Callable[..., Any]

RED, GREEN, BLUE, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)


def quarters(width: int = 80, height: int = 40) -> Picture:
    """Red and green above blue and white."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2], picture[: height // 2, width // 2 :] = RED, GREEN
    picture[height // 2 :, : width // 2], picture[height // 2 :, width // 2 :] = BLUE, WHITE
    return picture


def corners(picture: Picture) -> str:
    """The colours of the corners: above left, above right, below left, below right."""
    named = {"R": RED, "G": GREEN, "B": BLUE, "W": WHITE}
    found = ""
    for pixel in (picture[4, 4], picture[4, -5], picture[-5, 4], picture[-5, -5]):
        found += min(named, key=lambda name: int(np.abs(pixel.astype(int) - named[name]).sum()))
    return found


def refusal(bench: Bench, command: str) -> tuple[int, str]:
    with pytest.raises(KurentoError) as refused:
        bench.make(GStreamerFilter, MODULE, command=command)
    return refused.value.code, refused.value.message


@pytest.mark.parametrize(
    ("method", "expected", "turned"),
    [
        ("none", "RGBW", False),
        ("clockwise", "BRWG", True),
        ("rotate-180", "WBGR", False),
        ("counterclockwise", "GWRB", True),
        ("horizontal-flip", "GRWB", False),
        ("vertical-flip", "BWRG", False),
        ("upper-left-diagonal", "RBGW", True),
        ("upper-right-diagonal", "WGBR", True),
    ],
)
async def test_videoflip(film: Film, method: str, expected: str, turned: bool) -> None:
    camera = await film(GStreamerFilter, command=f"videoflip method={method}")
    seen = await camera.show(quarters())
    assert corners(seen) == expected
    assert seen.shape == ((80, 40, 3) if turned else (40, 80, 3))


async def test_enumerations_have_numbers_too(film: Film) -> None:
    camera = await film(GStreamerFilter, command="videoflip method=4")
    assert corners(await camera.show(quarters())) == "GRWB"


async def test_properties_change_while_it_runs(film: Film) -> None:
    camera = await film(GStreamerFilter, command="videoflip")
    assert corners(await camera.show(quarters())) == "RGBW"
    camera.element.set_element_property("method", "vertical-flip")
    assert corners(await camera.show(quarters())) == "BWRG"


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("videobalance saturation=0", RED, (76, 76, 76)),
        ("videobalance brightness=1", (90, 90, 90), WHITE),
        ("videobalance brightness=-1", (90, 90, 90), (0, 0, 0)),
        ("videobalance contrast=0", WHITE, (0, 0, 0)),
        ("videobalance contrast=2.0 brightness=0.0", (100, 100, 100), (200, 200, 200)),
        ("videobalance hue=1", (128, 118, 138), (128, 138, 118)),
        ("gamma gamma=2", (64, 64, 64), (126, 126, 126)),
        ("identity", RED, RED),
    ],
)
async def test_colours(film: Film, command: str, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    camera = await film(GStreamerFilter, command=command)
    seen = await camera.show(np.full((40, 80, 3), before, np.uint8))
    assert np.abs(seen.astype(int) - after).max() <= 12


async def test_videocrop(film: Film) -> None:
    camera = await film(GStreamerFilter, command="videocrop left=40 bottom=10")
    seen = await camera.show(quarters())
    assert seen.shape == (30, 40, 3)
    assert corners(seen) == "GGWW"
    camera.element.set_element_property("right", "40")
    assert (await camera.show(quarters())).shape == (40, 80, 3)


async def test_a_filter_of_audio_leaves_video_alone(film: Film) -> None:
    camera = await film(GStreamerFilter, command="videoflip method=4", filter_type=FilterType.AUDIO)
    assert corners(await camera.show(quarters())) == "RGBW"


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("", "GStreamer element cannot be created: empty pipeline not allowed"),
        ("  ", "GStreamer element cannot be created: empty pipeline not allowed"),
        ("nosuchelement", 'GStreamer element cannot be created: no element "nosuchelement"'),
        (
            "videoflip nosuchprop=1",
            'GStreamer element cannot be created: no property "nosuchprop" in element "videoflip"',
        ),
        (
            "videoflip method=sideways",
            'GStreamer element cannot be created: could not set property "method" in element "videoflip" to "sideways"',
        ),
        (
            "gamma gamma=high",
            'GStreamer element cannot be created: could not set property "gamma" in element "gamma" to "high"',
        ),
        ("videoflip ! videobalance", "Given command is not valid, only one element can be created"),
        ("videoflip!videobalance", "Given command is not valid, only one element can be created"),
        ("videoflip videobalance", "Given command is not valid, only one element can be created"),
        ("( videoflip )", "Given command is not valid, only one element can be created"),
        ('videoflip name="open', "GStreamer element cannot be created: syntax error"),
        ("method=4", "GStreamer element cannot be created: syntax error"),
    ],
)
async def test_commands_that_are_refused(bench: Bench, command: str, text: str) -> None:
    assert refusal(bench, command) == (ErrorCode.MARSHALL_ERROR, text)


async def test_elements_that_only_gstreamer_has(bench: Bench) -> None:
    code, text = refusal(bench, "edgetv")
    assert code == ErrorCode.NOT_IMPLEMENTED
    assert "GStreamer is missing" in text
    assert "videobalance" in text


async def test_setting_properties(bench: Bench) -> None:
    balance = bench.make(GStreamerFilter, MODULE, command="videobalance")
    assert balance.command == "videobalance"
    balance.set_element_property("hue", " 0.5 degrees")  # as C++ reads numbers
    for name, value, code, text in [
        ("nope", "0.5", ErrorCode.MARSHALL_ERROR, "No property named 'nope' in object 'videobalance0'"),
        ("hue", "abc", ErrorCode.MARSHALL_ERROR, "Cannot convert 'abc' to double: stod"),
        ("hue", "1e999", ErrorCode.MARSHALL_ERROR, "Cannot convert '1e999' to double: stod"),
        ("qos", "true", ErrorCode.NOT_IMPLEMENTED, "Properties of type boolean cannot be set while running"),
    ]:
        with pytest.raises(KurentoError) as refused:
            balance.set_element_property(name, value)
        assert (refused.value.code, refused.value.message) == (code, text)
    crop = bench.make(GStreamerFilter, MODULE, command="videocrop name=mine")
    for name, value, text in [
        ("left", "x", "Cannot convert 'x' to int: stoi"),
        ("left", "3000000000", "Cannot convert '3000000000' to int: stoi"),
        ("nope", "1", "No property named 'nope' in object 'mine'"),
    ]:
        with pytest.raises(KurentoError) as refused:
            crop.set_element_property(name, value)
        assert (refused.value.code, refused.value.message) == (ErrorCode.MARSHALL_ERROR, text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("videoflip", Command("videoflip", ())),
        (" videoflip   method = 4 ", Command("videoflip", (("method", "4"),))),
        ("x a=\"b ! c = d\" e='f g'", Command("x", (("a", "b ! c = d"), ("e", "f g")))),
        (r'x a="say \"hi\""', Command("x", (("a", 'say "hi"'),))),
        ("capsfilter caps=video/x-raw,width=320", Command("capsfilter", (("caps", "video/x-raw,width=320"),))),
    ],
)
def test_commands_are_read_as_gstreamer_reads_them(text: str, command: Command) -> None:
    assert parse_command(text) == command


@given(st.text(alphabet="vx =!\"'\\()a1.", max_size=30))
def test_fuzz_commands_raise_launch_error_only(text: str) -> None:
    try:
        command = parse_command(text)
    except LaunchError:
        return
    assert command.element
