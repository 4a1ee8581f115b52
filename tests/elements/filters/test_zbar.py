"""ZBarFilter: codes drawn into pictures and read from them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import zxingcpp

from kms_filters.zbar import ZBarFilter, zbar_name
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.testing.elements import Bench

Film = Callable[..., Any]


def scene(*codes: tuple[str, str], width: int = 640, height: int = 480) -> Picture:
    """Codes (ZXing's name of the kind, text) below each other on a gray wall."""
    picture = np.full((height, width, 3), 170, np.uint8)
    y = 16
    for kind, text in codes:
        barcode = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
        drawn = np.pad(np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=3)), 12, constant_values=255)
        picture[y : y + drawn.shape[0], 20 : 20 + drawn.shape[1]] = drawn[..., None]
        y += drawn.shape[0] + 16
    return picture


def found(bench: Bench, element: Any) -> list[tuple[str, str]]:
    events = [event for source, event in bench.events if source is element and type(event).__name__ == "CodeFound"]
    return [(event.code_type, event.value) for event in events]


@pytest.mark.parametrize(
    ("kind", "text", "zbar"),
    [
        ("QRCode", "https://example.org/?a=1", "QR-Code"),
        ("QRCode", "schöne Grüße", "QR-Code"),
        ("EAN13", "5901234123457", "EAN-13"),
        ("EAN8", "96385074", "EAN-8"),
        ("Code39", "ABC123", "CODE-39"),
        ("Code128", "Hello 128", "CODE-128"),
        ("ITF", "123456", "I2/5"),
        ("Codabar", "A1234B", "Codabar"),
        ("DataMatrix", "matrix", "DataMatrix"),
    ],
)
async def test_kinds(bench: Bench, film: Film, kind: str, text: str, zbar: str) -> None:
    camera = await film(ZBarFilter)
    await camera.show(scene((kind, text)))
    assert found(bench, camera.element) == [(zbar, text)]
    assert (await bench.expect("CodeFound", camera.element)).type == "CodeFound"


@pytest.mark.parametrize(
    ("zxing", "zbar"),
    [("DataBarExpStk", "DataBar-Exp"), ("DataBarOmni", "DataBar"), ("UPCE", "UPC-E"), ("Aztec", "Aztec")],
)
def test_names(zxing: str, zbar: str) -> None:
    assert zbar_name(zxing) == zbar


async def test_several_codes_in_one_picture(bench: Bench, film: Film) -> None:
    camera = await film(ZBarFilter)
    await camera.show(scene(("QRCode", "one"), ("EAN13", "5901234123457")))
    assert sorted(found(bench, camera.element)) == [("EAN-13", "5901234123457"), ("QR-Code", "one")]


async def test_the_same_code_is_told_once_a_second(bench: Bench, film: Film) -> None:
    camera = await film(ZBarFilter)
    one, other = scene(("QRCode", "one")), scene(("QRCode", "other"))
    for _ in range(9):
        await camera.show(one, after_s=0.125)
    assert found(bench, camera.element) == [("QR-Code", "one")] * 2
    await camera.show(other, after_s=0.125)
    await camera.show(one, after_s=0.125)
    assert found(bench, camera.element) == [("QR-Code", "one")] * 2 + [("QR-Code", "other")]


async def test_pictures_pass_as_they_are(bench: Bench, film: Film) -> None:
    camera = await film(ZBarFilter)
    picture = scene(("QRCode", "one"))
    assert np.abs((await camera.show(picture)).astype(int) - picture).max() <= 8
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    await camera.show(noise)
    assert found(bench, camera.element) == [("QR-Code", "one")]
    assert camera.element.failures == 0


async def test_without_zxing_it_says_what_is_missing(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(KurentoError, match="zxing-cpp") as refused:
        await film(ZBarFilter)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_NOT_FOUND
    assert refused.value.message.startswith("ZBarFilter plugin not available: zbar")
