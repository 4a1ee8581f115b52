"""The filters of the Kurento module `filters`."""

from __future__ import annotations
