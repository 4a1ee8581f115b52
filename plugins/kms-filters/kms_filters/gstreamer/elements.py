"""The elements: names, properties and defaults as GStreamer's, effects on I420 pictures (`PictureFormat.YUV`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
import numpy as np

from kms_filters.gstreamer.properties import Kind, Property, Value
from kms_trio.api import Picture, yuv_planes

__all__ = ["ELEMENTS", "ONLY_IN_GSTREAMER", "Effect", "Element"]

Effect = Callable[[Picture], Picture]
Values = Mapping[str, Value]

_COMMON: Final = {"name": Property(Kind.STRING, ""), "qos": Property(Kind.BOOLEAN, 1)}


def _with_common(own: Mapping[str, Property]) -> Mapping[str, Property]:
    return {**_COMMON, **own}


@attrs.frozen
class Element:
    """An element; `effect(values)` gives what it does with these values of its properties, None for nothing."""

    effect: Callable[[Values], Effect | None]
    properties: Mapping[str, Property] = attrs.field(converter=_with_common)


# videoflip

_METHODS: Final = (
    "none",
    "clockwise",
    "rotate-180",
    "counterclockwise",
    "horizontal-flip",
    "vertical-flip",
    "upper-left-diagonal",
    "upper-right-diagonal",
    "automatic",
)
_DIRECTIONS: Final = ("identity", "90r", "180", "90l", "horiz", "vert", "ul-lr", "ur-ll", "auto")
_TURNS: Final[Mapping[int, Callable[[Any], Any]]] = {
    1: lambda plane: np.rot90(plane, -1),
    2: lambda plane: plane[::-1, ::-1],
    3: lambda plane: np.rot90(plane),
    4: lambda plane: plane[:, ::-1],
    5: lambda plane: plane[::-1],
    6: lambda plane: plane.T,
    7: lambda plane: np.rot90(plane, 2).T,
}


def _flip(values: Values) -> Effect | None:
    turn = _TURNS.get(int(values["video-direction"]) or int(values["method"]))
    if turn is None:
        return None
    return lambda picture: _assemble(*(turn(plane) for plane in yuv_planes(picture)))


# videobalance, gamma

_BYTES: Final = np.arange(256, dtype=np.float64)


def _balance(values: Values) -> Effect | None:
    contrast, brightness = float(values["contrast"]), float(values["brightness"])
    hue, saturation = float(values["hue"]), float(values["saturation"])
    if (contrast, brightness, hue, saturation) == (1.0, 0.0, 0.0, 1.0):
        return None
    luma = _table(16 + (_BYTES - 16) * contrast + brightness * 255)
    cosine, sine = math.cos(math.pi * hue), math.sin(math.pi * hue)
    blue, red = np.meshgrid(_BYTES - 128, _BYTES - 128, indexing="ij")
    blue_table = _table(128 + (blue * cosine + red * sine) * saturation)
    red_table = _table(128 + (red * cosine - blue * sine) * saturation)

    def effect(picture: Picture) -> Picture:
        bright, one, other = yuv_planes(picture)
        return _assemble(luma[bright], blue_table[one, other], red_table[one, other])

    return effect


def _gamma(values: Values) -> Effect | None:
    gamma = float(values["gamma"])
    if gamma == 1.0:
        return None
    table = _table(255 * (_BYTES / 255) ** (1 / gamma))

    def effect(picture: Picture) -> Picture:
        luma = yuv_planes(picture)[0]
        luma[:] = table[luma]
        return picture

    return effect


# videocrop


def _crop(values: Values) -> Effect | None:
    left, top, right, bottom = (max(0, int(values[name])) & ~1 for name in ("left", "top", "right", "bottom"))
    if not (left or top or right or bottom):
        return None

    def effect(picture: Picture) -> Picture:
        height, width = yuv_planes(picture)[0].shape
        if left + right >= width or top + bottom >= height:
            return picture  # nothing would be left
        parts = []
        for plane, share in zip(yuv_planes(picture), (1, 2, 2), strict=True):
            rows = slice(top // share, (height - bottom) // share)
            parts.append(plane[rows, left // share : (width - right) // share])
        return _assemble(*parts)

    return effect


def _assemble(luma: Picture, blue: Picture, red: Picture) -> Picture:
    height, width = luma.shape
    picture = np.empty((height * 3 // 2, width), np.uint8)
    for plane, pixels in zip(yuv_planes(picture), (luma, blue, red), strict=True):
        plane[:] = pixels
    return picture


def _table(values: Any) -> Picture:
    table: Picture = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return table


def _numbered(nicks: tuple[str, ...]) -> Property:
    return Property(Kind.ENUM, 0, nicks={nick: number for number, nick in enumerate(nicks)})


_PIXELS: Final = Property(Kind.INT, 0, -1, 2**31 - 1)

ELEMENTS: Final[Mapping[str, Element]] = {
    "identity": Element(lambda _: None, {}),
    "videoflip": Element(_flip, {"method": _numbered(_METHODS), "video-direction": _numbered(_DIRECTIONS)}),
    "videobalance": Element(
        _balance,
        {
            "contrast": Property(Kind.DOUBLE, 1.0, 0, 2),
            "brightness": Property(Kind.DOUBLE, 0.0, -1, 1),
            "hue": Property(Kind.DOUBLE, 0.0, -1, 1),
            "saturation": Property(Kind.DOUBLE, 1.0, 0, 2),
        },
    ),
    "gamma": Element(_gamma, {"gamma": Property(Kind.DOUBLE, 1.0, 0.01, 10)}),
    "videocrop": Element(_crop, dict.fromkeys(("top", "left", "bottom", "right"), _PIXELS)),
}
"""By name; all of them treat video."""

_GSTREAMERS_OWN: Final = """
    agingtv alpha aspectratiocrop audioamplify audiochebband audioconvert audiodynamic audioecho audioinvert
    audiokaraoke audiopanorama audioresample audiowsincband bulge burn capsfilter chromahold chromium circle
    clockoverlay coloreffects deinterlace diffuse dilate dodge edgetv equalizer-10bands equalizer-3bands exclusion
    facedetect fisheye freeverb gaussianblur kaleidoscope level marble mirror optv perspective pinch pitch quarktv
    queue queue2 radioactv revtv rippletv rotate shagadelictv smooth solarize spectrum speed sphere square streaktv
    stretch textoverlay timeoverlay tunnel twirl vertigotv videobox videoconvert videomedian videorate videoscale
    volume warptv waterripple
"""
ONLY_IN_GSTREAMER: Final = frozenset(_GSTREAMERS_OWN.split())
"""Elements of GStreamer's own collections that could stand in a command."""
