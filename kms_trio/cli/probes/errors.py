"""The one error of the probes."""

from __future__ import annotations


class ProbeError(Exception):
    """There was no usable answer; the text says what was asked and what came."""
