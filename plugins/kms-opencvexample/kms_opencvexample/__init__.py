"""The Kurento module `opencvexample`."""

from __future__ import annotations
