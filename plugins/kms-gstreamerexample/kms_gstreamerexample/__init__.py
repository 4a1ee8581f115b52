"""The Kurento module `gstreamerexample`."""

from __future__ import annotations
