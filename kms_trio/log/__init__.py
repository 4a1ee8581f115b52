"""Logging with Kurento's categories, levels and line layout, on the standard library's logging.

A category is a logger: `logging.getLogger("KurentoWebSocketTransport")`, or `getLogger(__name__)`, which
the default levels cover by `kms*`. Where a record speaks of a media object:

    log = for_object(logging.getLogger("agnosticbin"), element.id)
    log.info("TRANSCODING ACTIVE for %s", media)

Nothing is configured by importing; commands call `configure` once.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from kms_trio.log.configure import LogConfig, configure
from kms_trio.log.crash import CrashLog
from kms_trio.log.levels import FIXME, LOG, MEMDUMP, TRACE
from kms_trio.log.thresholds import DEFAULT_GST_DEBUG, Thresholds, parse_gst_debug

if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter

__all__ = [
    "DEFAULT_GST_DEBUG",
    "FIXME",
    "LOG",
    "MEMDUMP",
    "TRACE",
    "CrashLog",
    "LogConfig",
    "ObjectLogger",
    "Thresholds",
    "configure",
    "for_object",
    "parse_gst_debug",
]


class ObjectLogger(_Adapter):
    """A logger whose lines carry the id of one media object."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the object's id to the record."""
        kwargs["extra"] = {**(kwargs.get("extra") or {}), **(self.extra or {})}
        return msg, kwargs


def for_object(logger: logging.Logger, object_id: str) -> ObjectLogger:
    """A logger like `logger` for the media object `object_id`."""
    return ObjectLogger(logger, {"object_id": object_id})
