"""The Kurento module `markerdetector`."""

from __future__ import annotations
