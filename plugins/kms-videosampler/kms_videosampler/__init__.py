"""The Kurento module `videosampler`."""

from __future__ import annotations
