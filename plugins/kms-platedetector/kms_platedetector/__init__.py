"""The Kurento module `platedetector`."""

from __future__ import annotations
