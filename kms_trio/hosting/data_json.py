"""Messages of data channels as JSON, for the control socket."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from kms_trio.hosting.errors import HostProtocolError
from kms_trio.media.frames import DataMessage

__all__ = ["message_from_json", "message_to_json"]


def message_to_json(message: DataMessage) -> dict[str, Any]:
    """A message as JSON can say it."""
    return {"data": base64.b64encode(message.data).decode(), "text": message.is_text, "label": message.label}


def message_from_json(value: Any) -> DataMessage:
    """Read what `message_to_json` made. Raises HostProtocolError for anything else."""
    if not isinstance(value, dict):
        raise HostProtocolError(f"expected a message, got {type(value).__name__}")
    data, is_text, label = value.get("data"), value.get("text"), value.get("label")
    if not (isinstance(data, str) and isinstance(is_text, bool) and isinstance(label, str)):
        raise HostProtocolError("expected data, text and label of a message")
    try:
        return DataMessage(base64.b64decode(data, validate=True), is_text, label)
    except (binascii.Error, ValueError) as error:
        raise HostProtocolError(f"expected base64: {error}") from error
