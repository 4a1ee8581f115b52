"""Events of the module `pointerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import events as core_events


@attrs.frozen(kw_only=True)
class WindowIn(core_events.Media):
    """The pointer entered a window."""

    MODULE: ClassVar[str] = "pointerdetector"
    TYPE: ClassVar[str] = "WindowIn"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "window_id": "windowId",
        },
    )

    window_id: str
    """The window's `id`."""


@attrs.frozen(kw_only=True)
class WindowOut(core_events.Media):
    """The pointer left a window."""

    MODULE: ClassVar[str] = "pointerdetector"
    TYPE: ClassVar[str] = "WindowOut"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "source": "source",
            "timestamp_millis": "timestampMillis",
            "tags": "tags",
            "type": "type",
            "window_id": "windowId",
        },
    )

    window_id: str
    """The window's `id`."""
