"""The file in a form, whatever pieces the body comes in."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_elements.http_post.form import BadFormError, FormFile, is_form

TYPE = 'multipart/form-data; boundary="b"'
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nnot this\r\n'
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.webm"\r\nContent-Type: video/webm\r\n\r\n'
    b"one\r\n--not the end\r\n"
    b'--b\r\nContent-Disposition: form-data; name="g"; filename="b.webm"\r\n\r\nnor this\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("content_type", "form"),
    [(TYPE, True), ("Multipart/Form-Data;boundary=x", True), ("video/webm", False), ("", False), ("a;b", False)],
)
def test_content_types(content_type: str, form: bool) -> None:
    assert is_form(content_type) is form


@given(st.lists(st.integers(0, len(FORM)), max_size=20))
def test_the_first_file_is_taken_in_whatever_pieces(cuts: list[int]) -> None:
    file, taken = FormFile(TYPE), b""
    places = [0, *sorted(cuts), len(FORM)]
    for begin, end in itertools.pairwise(places):
        taken += file.feed(FORM[begin:end])
    file.end()
    assert taken == b"one\r\n--not the end"


@given(st.binary(max_size=200), st.integers(0, len(FORM)))
def test_fuzz_bad_forms_raise_bad_form_error_only(junk: bytes, place: int) -> None:
    file = FormFile(TYPE)
    try:
        file.feed(FORM[:place] + junk)
        file.feed(FORM[place:])
        file.end()
    except BadFormError:
        return


@given(st.text(max_size=60))
def test_fuzz_content_types(rest: str) -> None:
    try:
        FormFile("multipart/form-data;" + rest).feed(b"x")
    except BadFormError:
        return
