"""The Kurento module `pointerdetector`."""

from __future__ import annotations
