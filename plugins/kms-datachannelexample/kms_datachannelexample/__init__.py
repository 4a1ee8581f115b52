"""The Kurento module `datachannelexample`."""

from __future__ import annotations
