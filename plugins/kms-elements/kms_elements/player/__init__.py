"""PlayerEndpoint: plays files, HTTP resources and live sources into a pipeline.

Run ─▶ Source (in a thread: opens, demuxes, decodes) ─▶ Playback (reads ahead, one media clock) ──────┬─▶ pads
    └▶ the same, opened again when it breaks ─────────▶ LivePlayback (late by a cache, drops to live) ┘
"""

from __future__ import annotations

from kms_elements.player.endpoint import PlayerEndpoint

__all__ = ["PlayerEndpoint"]
