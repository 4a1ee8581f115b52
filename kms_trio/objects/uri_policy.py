"""The one place that decides which URIs may be opened, and what a client's URI means."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes, urlsplit

import attrs

from kms_trio.errors import ErrorCode, KurentoError

if TYPE_CHECKING:
    from kms_trio.settings.extensions import UriPolicySettings

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def absolute_uri(uri: str, default_path: str) -> str:
    """Complete a URI without a scheme: `name.webm` lies below `default_path`, `/name.webm` is a file of the machine.

    `%2F` is read as a slash, as clients that escape too much expect.
    """
    uri = uri.replace("%2F", "/").replace("%2f", "/")
    if _SCHEME.match(uri):
        return uri
    if uri.startswith("/"):
        return f"file://{uri}"
    return f"{default_path.rstrip('/')}/{uri}"


def file_path(uri: str) -> Path | None:
    """Return the path that a `file:` URI names, or None for any other URI.

    Names are bytes (RFC 8089 section 4): what is no UTF-8 stays what it is, so that two URIs never name one file.
    """
    if not uri.lower().startswith("file://"):
        return None
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    rest = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    try:
        return Path(os.fsdecode(unquote_to_bytes(rest)))
    except UnicodeEncodeError:  # half of a surrogate pair, which no encoding has
        return Path(rest)


@attrs.frozen
class UriPolicy:
    """Folders that may be read from and written to, and schemes; an empty list allows all that the server can."""

    read_roots: Sequence[Path] = ()
    write_roots: Sequence[Path] = ()
    #: Lower or upper case, without the colon.
    schemes: Sequence[str] = ()

    @classmethod
    def of(cls, settings: UriPolicySettings) -> UriPolicy:
        """The policy that the settings ask for."""
        return cls(settings.player_roots, settings.recorder_roots, settings.schemes)

    def allows_scheme(self, scheme: str) -> bool:
        """Whether clients may name URIs of that scheme (lower case)."""
        return not self.schemes or scheme in map(str.lower, self.schemes)

    def check_read(self, uri: str) -> None:
        """Raise KurentoError 40107 unless `uri` may be read: by the settings, and without waiting for ever."""
        self._check(uri, self.read_roots, "read")

    def check_write(self, uri: str) -> None:
        """Raise KurentoError 40107 unless `uri` may be written; see `check_read`."""
        self._check(uri, self.write_roots, "written")

    def _check(self, uri: str, roots: Sequence[Path], verb: str) -> None:
        path = file_path(uri)
        _refuse_control_characters(uri, path, verb)
        scheme = "file" if path is not None else uri.partition(":")[0].lower()
        if not self.allows_scheme(scheme):
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"This server does not allow '{_shown(uri)}' to be {verb}: only {', '.join(self.schemes)} URIs",
            )
        if path is None:
            return
        if roots and not _lies_below(path, roots):
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, f"This server does not allow '{uri}' to be {verb}"
            )
        if _can_wait_for_ever(path):
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"'{uri}' cannot be {verb}: expected a file, it is a device, a pipe or a socket",
            )


def _lies_below(path: Path, roots: Sequence[Path]) -> bool:
    """Links and `..` are followed first: what counts is where the bytes lie."""
    try:
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, ValueError, RuntimeError):
        return False


def _refuse_control_characters(uri: str, path: Path | None, verb: str) -> None:
    """A NUL ends names early where C reads them, line ends become headers of protocols such as RTSP."""
    if "\0" in str(path) if path is not None else _CONTROL.search(uri):
        raise KurentoError(
            ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
            f"'{_CONTROL.sub('?', _shown(uri))}' cannot be {verb}: expected a URI without control characters",
        )


def _can_wait_for_ever(path: Path) -> bool:
    """Whether opening may take until somebody comes to the other end, which nothing in this process could interrupt."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False  # whoever opens it finds out why
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _shown(uri: str) -> str:
    """A URI without user and password."""
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
