"""Images that clients name by URI: fetched and decoded in a thread, once, when the client says so.

As with Kurento, a server whose certificate cannot be verified is believed, with a warning: applications serve their own
images, mostly with a certificate that they signed themselves.
"""

from __future__ import annotations

import http.client
import logging
import ssl
import time
import urllib.error
import urllib.request
from typing import IO, Final
from urllib.parse import urlsplit

import trio

from kms_trio.codecs.images import ImageError, decode_image
from kms_trio.codecs.pictures import Picture
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.uri_policy import UriPolicy, absolute_uri, file_path

__all__ = ["load_image"]

logger = logging.getLogger("imageoverlay")

MAX_IMAGE_BYTES: Final = 32 * 1024 * 1024
FETCH_TIMEOUT_S: Final = 10.0
"""For connecting, and again for each read."""
LOAD_DEADLINE_S: Final = 20.0
_PIECE_BYTES: Final = 65_536


async def load_image(uri: str, policy: UriPolicy, default_path: str = "file:///") -> Picture:
    """Load the image that `uri` names: `file:`, `http:` or `https:`; without a scheme it lies below `default_path`.

    The result is `PictureFormat.BGRA`. Raises KurentoError 40107 for what the policy forbids, and 40600 with the
    reason for what cannot be had or is no image.
    """
    uri = absolute_uri(uri, default_path)
    policy.check_read(uri)
    with trio.move_on_after(LOAD_DEADLINE_S):
        # A limiter of its own: threads that are held up by their servers keep nobody else waiting.
        limiter = trio.CapacityLimiter(1)
        return await trio.to_thread.run_sync(_load, uri, policy, abandon_on_cancel=True, limiter=limiter)
    raise _failed(uri, f"it did not come within {LOAD_DEADLINE_S:.0f} s")


def _load(uri: str, policy: UriPolicy) -> Picture:
    try:
        return decode_image(_read(uri, policy))
    except ImageError as error:
        raise _failed(uri, str(error)) from error
    except urllib.error.HTTPError as error:
        with error:  # it holds the connection
            raise _failed(uri, f"the server answers {error.code} {error.reason}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _failed(uri, str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)) from error


def _read(uri: str, policy: UriPolicy) -> bytes:
    path = file_path(uri)
    if path is not None:
        with path.open("rb") as file:
            return _limited(file.read(MAX_IMAGE_BYTES + 1))
    if urlsplit(uri).scheme.lower() not in ("http", "https"):
        raise ValueError("only file, http and https are supported")
    try:
        return _fetch(uri, policy, ssl.create_default_context())
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
        logger.warning("HTTPS is NOT SECURE, %s: %s", error.reason.verify_message, _without_password(uri))
    return _fetch(uri, policy, _believing())


def _believing() -> ssl.SSLContext:
    """TLS with whoever answers."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _fetch(uri: str, policy: UriPolicy, context: ssl.SSLContext) -> bytes:
    opener = urllib.request.build_opener(_CheckedRedirects(policy), urllib.request.HTTPSHandler(context=context))
    data = bytearray()
    deadline = time.monotonic() + LOAD_DEADLINE_S
    with opener.open(uri, timeout=FETCH_TIMEOUT_S) as response:
        # What there is, and no more: a whole piece of one byte every few seconds would take days.
        while len(data) <= MAX_IMAGE_BYTES and (piece := response.read1(_PIECE_BYTES)):
            data += piece
            if time.monotonic() > deadline:
                raise ValueError(f"it did not come within {LOAD_DEADLINE_S:.0f} s")
    return _limited(bytes(data))


class _CheckedRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirections only to where a client could have sent us, too."""

    def __init__(self, policy: UriPolicy) -> None:
        self._policy = policy

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Called by urllib."""
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.HTTPError(newurl, code, "and redirects to what is not HTTP", headers, fp)
        try:
            self._policy.check_read(newurl)
        except KurentoError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_IMAGE_BYTES:
        raise ValueError(f"it is larger than {MAX_IMAGE_BYTES} bytes")
    return data


def _failed(uri: str, reason: str) -> KurentoError:
    return KurentoError(ErrorCode.URI_PATH_FILE_NOT_FOUND, f"Cannot load image '{_without_password(uri)}': {reason}")


def _without_password(uri: str) -> str:
    scheme, separator, rest = uri.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
