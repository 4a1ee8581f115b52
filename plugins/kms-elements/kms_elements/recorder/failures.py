"""What a recorder tells its clients when it cannot write: the `Error` events of RecorderEndpoint."""

from __future__ import annotations

import errno
from typing import Final

import attrs

__all__ = ["Failure", "RecordingError", "no_media", "opening_failed", "writing_failed"]

# GstResourceError, whose numbers clients see as errorCode.
_OPEN_WRITE: Final = 6
_WRITE: Final = 10
_NO_SPACE_LEFT: Final = 14
_STATE_CHANGE: Final = 4
_FAILED: Final = 1


@attrs.frozen
class Failure:
    """One `Error` event, but for the words that name the element."""

    error_type: str
    code: int
    text: str
    debug_info: str = ""


@attrs.frozen
class RecordingError(Exception):
    """The file cannot be written (on).  The one exception that `FileWriter` raises."""

    failures: tuple[Failure, ...]

    def __str__(self) -> str:
        return "; ".join(f"{failure.error_type}: {failure.text} {failure.debug_info}" for failure in self.failures)


def opening_failed(name: str, error: Exception) -> RecordingError:
    """The file could not be made."""
    if _is_full(error):
        return _no_space_left(name, error)
    text = f'Could not open file "{name}" for writing.'
    return RecordingError(
        (
            Failure("RESOURCE_ERROR_OPEN", _OPEN_WRITE, text, str(error)),
            Failure("UNEXPECTED_ELEMENT_ERROR", _STATE_CHANGE, "state change failed", text),
        )
    )


def writing_failed(name: str, error: Exception) -> RecordingError:
    """The file was open, but cannot be written on."""
    if _is_full(error):
        return _no_space_left(name, error)
    text = f'Error while writing to file "{name}".'
    return RecordingError((Failure("RESOURCE_ERROR_WRITE", _WRITE, text, str(error)),))


def too_slow(name: str) -> Failure:
    """The disk does not keep up and media is lost."""
    return Failure("RESOURCE_ERROR_WRITE", _WRITE, f'Writing to file "{name}" is too slow, media is lost.')


def too_late(name: str, track: str) -> Failure:
    """A track came when the upload had begun."""
    text = f'The {track.lower()} came too late and is left out of the upload to "{name}".'
    return Failure("STREAM_ERROR_FAILED", _FAILED, text)


def no_media(name: str) -> Failure:
    """Stopped before anything came."""
    return Failure("STREAM_ERROR_FAILED", _FAILED, f'No media arrived, nothing was written to file "{name}".')


def _no_space_left(name: str, error: Exception) -> RecordingError:
    text = f'No space left for file "{name}".'
    return RecordingError((Failure("RESOURCE_ERROR_NO_SPACE_LEFT", _NO_SPACE_LEFT, text, str(error)),))


def _is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
