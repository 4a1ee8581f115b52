"""Delivering images by gRPC: the method `deliverImage` of the service `videoSampler.ImageDeliver`.

    message SampleImage { string codec = 1; bytes data = 2; string timestamp = 3; }

Three fields need no protobuf library: each is a tag, a length and so many bytes.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from kms_trio.api import ErrorCode, KurentoError

__all__ = ["ImageClient", "Sample", "headers_of"]

METHOD: Final = "/videoSampler.ImageDeliver/deliverImage"
TIMEOUT_S: Final = 10.0
_KEY: Final = re.compile(r"[0-9a-z_.-]+")
_LENGTH_DELIMITED: Final = 2


@attrs.frozen
class Sample:
    """An image; `codec` names its file format, `timestamp_ms` is Unix time."""

    codec: str
    data: bytes
    timestamp_ms: int

    def message(self) -> bytes:
        """The bytes of `SampleImage`."""
        fields = (self.codec.encode(), self.data, str(self.timestamp_ms).encode())
        return b"".join(
            bytes([number << 3 | _LENGTH_DELIMITED]) + _varint(len(field)) + field
            for number, field in enumerate(fields, 1)
        )


class ImageClient:
    """Calls one server; for one thread at a time. `grpc` is the library, `endpoint` a `host:port` or an http(s) URL."""

    def __init__(self, grpc: Any, endpoint: str, headers: tuple[tuple[str, str], ...]) -> None:
        self._grpc = grpc
        self._headers = headers
        parts = urlsplit(endpoint if "://" in endpoint else f"http://{endpoint}")
        if parts.scheme == "https":
            self._channel = grpc.secure_channel(parts.netloc, grpc.ssl_channel_credentials())
        else:
            self._channel = grpc.insecure_channel(parts.netloc)
        self._call = self._channel.unary_unary(METHOD)

    def deliver(self, sample: Sample) -> str | None:
        """Deliver; what went wrong, None for nothing. Blocks, for `TIMEOUT_S` at most."""
        try:
            self._call(sample.message(), timeout=TIMEOUT_S, metadata=self._headers)
        except self._grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"
        return None

    def close(self) -> None:
        """End the connection, and a call that is under way."""
        self._channel.close()


def headers_of(metadata: str) -> tuple[tuple[str, str], ...]:
    """What goes with each call: the members of a JSON object, or the text as `metadata`.

    Raises KurentoError 40107 for what cannot be a header of gRPC.
    """
    if not metadata:
        return ()
    try:
        members = json.loads(metadata)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        members = {"metadata": metadata}
    headers = tuple(
        (key.lower(), value if isinstance(value, str) else json.dumps(value)) for key, value in members.items()
    )
    for key, value in headers:
        if not _KEY.fullmatch(key) or key.endswith("-bin") or key.startswith("grpc-"):
            raise _illegal(f"'metadata' has the key '{key}', which is none for a header of gRPC")
        if not (value.isascii() and value.isprintable()):
            raise _illegal(f"'metadata' has a value that is not printable ASCII, for the key '{key}'")
    return headers


def _illegal(text: str) -> KurentoError:
    return KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, text)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
