"""The Kurento module `chroma`."""

from __future__ import annotations
