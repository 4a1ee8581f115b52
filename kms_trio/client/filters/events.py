"""Events of the module `filters`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.client.core import events as core_events


@attrs.frozen(kw_only=True)
class CodeFound(core_events.Media):
    """A code was read. The same code is told again at most once a second."""

    MODULE: ClassVar[str] = "kurento"
    TYPE: ClassVar[str] = "CodeFound"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "code_type": "codeType",
            "value": "value",
        },
    )

    code_type: str
    """Kind of code, such as `QR-Code` or `EAN-13`."""

    value: str
    """Text that the code holds."""
