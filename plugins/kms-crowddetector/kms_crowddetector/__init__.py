"""The Kurento module `crowddetector`."""

from __future__ import annotations
