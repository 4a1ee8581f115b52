"""One name, as it is given, makes all others."""

from __future__ import annotations

import pytest

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.scaffold.names import module_names


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("NeonSign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("neon-sign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("neon_sign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("neon sign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("HTTPFilter2", ("HTTPFilter2", "httpfilter2", "http_filter_2", "http-filter-2")),
        ("blur", ("Blur", "blur", "blur", "blur")),
        ("Generated", ("Generated", "generated", "generated_", "generated")),
    ],
)
def test_names(given: str, expected: tuple[str, str, str, str]) -> None:
    names = module_names(given)
    assert (names.class_name, names.module, names.file, names.folder) == expected
    assert (names.package, names.distribution) == (f"kms_{names.module}", f"kms-{names.module}")


def test_a_file_name_of_its_own() -> None:
    names = module_names("QRReader", "qr-reader")
    assert (names.class_name, names.module, names.file, names.folder) == (
        "QRReader",
        "qrreader",
        "qr_reader",
        "qr-reader",
    )


@pytest.mark.parametrize("name", ["", "1st", "né", "a/b", "a.b", "-x", "core", "Filters", "Async", "../x"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(CreatorError, match="bad name"):
        module_names(name)
