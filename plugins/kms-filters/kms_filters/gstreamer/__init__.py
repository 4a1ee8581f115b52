"""GStreamerFilter without GStreamer: the elements that applications use it for most, made of numpy.

There is no GStreamer for Linux among Python's packages. Commands are read as GStreamer reads them, so that mistakes are
answered as in Kurento; elements that exist only in GStreamer itself answer NOT_IMPLEMENTED.
"""

from __future__ import annotations

from kms_filters.gstreamer.filter import GStreamerFilter

__all__ = ["GStreamerFilter"]
