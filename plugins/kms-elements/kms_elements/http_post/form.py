"""The file in a form: `multipart/form-data` (RFC 7578), read while it comes."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

__all__ = ["BadFormError", "FormFile", "is_form"]


class BadFormError(ValueError):
    """The body is no form as its content type says."""


def is_form(content_type: str) -> bool:
    """Whether a body of that Content-Type is a form with parts."""
    return _options(content_type)[0] == b"multipart/form-data"


class FormFile:
    """Takes the first part that has a file name out of a form; the other parts are passed over."""

    def __init__(self, content_type: str) -> None:
        """Raises BadFormError when the content type has no boundary."""
        boundary = _options(content_type)[1].get(b"boundary")
        if not boundary:
            raise BadFormError("the content type of the form has no boundary")
        self._data = bytearray()
        self._name, self._value = bytearray(), bytearray()
        self._wanted, self._found = False, False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._header_ends,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_ends,
                },
            )
        except FormParserError as error:
            raise BadFormError(str(error)) from error

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the body; return those of the file. Raises BadFormError."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise BadFormError(f"not a form: {error}") from error
        taken = bytes(self._data)
        self._data.clear()
        return taken

    def end(self) -> None:
        """The body is over. Raises BadFormError when it had no file."""
        if not self._found:
            raise BadFormError("the form has no file in it")

    def _part_begins(self) -> None:
        self._wanted = False

    def _header_ends(self) -> None:
        if bytes(self._name).lower() == b"content-disposition" and not self._found:
            self._wanted = b"filename" in parse_options_header(bytes(self._value))[1]
        self._name.clear()
        self._value.clear()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._found = True
            self._data += data[start:end]

    def _part_ends(self) -> None:
        self._found = self._found or self._wanted
        self._wanted = False


def _options(content_type: str) -> tuple[bytes, dict[bytes, bytes]]:
    return parse_options_header(content_type.encode("latin-1", "replace"))
