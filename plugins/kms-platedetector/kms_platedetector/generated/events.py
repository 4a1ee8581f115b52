"""Events of the module `platedetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import attrs

from kms_trio.generated.core import events as core_events


@attrs.frozen(kw_only=True)
class PlateDetected(core_events.Media):
    """A plate was read."""

    MODULE: ClassVar[str] = "platedetector"
    TYPE: ClassVar[str] = "PlateDetected"
    WIRE_NAMES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"source": "source", "timestamp_millis": "timestampMillis", "tags": "tags", "type": "type", "plate": "plate"},
    )

    plate: str
    """The characters on it."""
