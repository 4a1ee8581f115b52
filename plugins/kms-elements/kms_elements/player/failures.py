"""What a player tells its clients when a source cannot be played: the `Error` events of PlayerEndpoint."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import attrs
import av

__all__ = ["Failure", "SourceError", "ended_early", "opening_failed", "reading_failed", "scheme_of"]

_CANNOT_READ: Final = 1  # GST_STREAM_ERROR_FAILED
_WRONG_TYPE: Final = 4  # GST_STREAM_ERROR_WRONG_TYPE, with Kurento's general type
_MISSING_PLUGIN: Final = 12  # GST_CORE_ERROR_MISSING_PLUGIN


@attrs.frozen
class Failure:
    """One `Error` event.  `plain` texts go out as they are, the others with the words that name the element."""

    error_type: str
    code: int
    text: str
    debug_info: str = ""
    plain: bool = False


@attrs.frozen
class SourceError(Exception):
    """The source cannot be opened or read on.  The one exception that `Source` raises."""

    failures: tuple[Failure, ...]

    def __str__(self) -> str:
        return "; ".join(f"{failure.error_type}: {failure.text} {failure.debug_info}" for failure in self.failures)


def scheme_of(uri: str) -> str:
    """The scheme of a URI in lower case, empty when there is none."""
    try:
        return urlsplit(uri).scheme
    except ValueError:
        return ""


def unsupported_scheme(uri: str) -> SourceError:
    """Nobody here knows how to open such a URI."""
    text = f'No URI handler implemented for "{scheme_of(uri)}".'
    return SourceError((Failure("UNEXPECTED_ELEMENT_ERROR", _MISSING_PLUGIN, text),))


def invalid_uri(reason: str) -> SourceError:
    """What the URI names cannot be had."""
    return SourceError((Failure("INVALID_URI", 0, "Invalid URI", reason, plain=True),))


def invalid_media() -> SourceError:
    """The file was opened, but nothing in it can be played."""
    return SourceError((Failure("INVALID_MEDIA", 0, "Invalid media", "no audio or video that can be decoded", True),))


def opening_failed(uri: str, error: Exception) -> SourceError:
    """The source could not be opened because of `error`."""
    reason = _reason(error)
    if isinstance(error, av.error.InvalidDataError | av.error.EOFError):
        return SourceError(
            (
                Failure("UNEXPECTED_ELEMENT_ERROR", _WRONG_TYPE, "Could not determine type of stream.", reason),
                Failure("STREAM_ERROR_FAILED", _CANNOT_READ, "Internal data stream error.", reason),
            )
        )
    no_data = Failure("UNEXPECTED_ELEMENT_ERROR", _WRONG_TYPE, "Stream doesn't contain enough data.", reason)
    failures = invalid_uri(reason).failures
    return SourceError(failures if scheme_of(uri) == "file" else (*failures, no_data))


def reading_failed(error: Exception) -> SourceError:
    """The source was open, but cannot be read on because of `error`."""
    return SourceError((Failure("STREAM_ERROR_FAILED", _CANNOT_READ, "Internal data stream error.", _reason(error)),))


def ended_early() -> SourceError:
    """A live source has ended, which it should not."""
    text = "Internal data stream error."
    return SourceError((Failure("STREAM_ERROR_FAILED", _CANNOT_READ, text, "the server has ended the stream"),))


def _reason(error: Exception) -> str:
    """What went wrong, without the URI that PyAV puts behind it: that may hold a password."""
    if isinstance(error, av.error.ExitError):
        return "nothing came in time"  # FFmpeg says only that it was interrupted
    return getattr(error, "strerror", None) or type(error).__name__
