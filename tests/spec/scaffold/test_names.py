"""One name, as it is given, makes all others."""

from __future__ import annotations

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.naming import snake_case
from kms_trio.spec.scaffold.names import module_names


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("NeonSign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("neon-sign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("neon_sign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("neon sign", ("NeonSign", "neonsign", "neon_sign", "neon-sign")),
        ("HTTPFilter2", ("HTTPFilter2", "httpfilter2", "http_filter2", "http-filter2")),
        ("blur", ("Blur", "blur", "blur", "blur")),
    ],
)
def test_names(given: str, expected: tuple[str, str, str, str]) -> None:
    names = module_names(given)
    assert (names.class_name, names.module, names.file, names.folder) == expected
    assert (names.package, names.distribution) == (f"kms_{names.module}", f"kms-{names.module}")


def test_a_folder_name_of_its_own() -> None:
    names = module_names("QRReader", "qr-reader")
    assert (names.class_name, names.module, names.file, names.folder) == (
        "QRReader",
        "qrreader",
        "qr_reader",
        "qr-reader",
    )


@pytest.mark.parametrize(
    "name", ["", "1st", "né", "a/b", "a.b", "-x", "core", "Filters", "Async", "Generated", "None", "../x"]
)
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(CreatorError, match="bad name"):
        module_names(name)


@given(st.one_of(st.text(max_size=12), st.from_regex(r"[A-Za-z][A-Za-z0-9 _-]{0,12}", fullmatch=True)))
def test_fuzz_names(name: str) -> None:
    try:
        names = module_names(name)
    except CreatorError:
        return
    assert names.class_name.isidentifier()
    assert not keyword.iskeyword(names.class_name)
    assert names.package.isidentifier()
    assert names.file == snake_case(names.class_name)  # where the module creator looks for it
    assert names.file.isidentifier()
    assert not keyword.iskeyword(names.file)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", names.folder)
