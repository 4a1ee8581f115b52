"""PlayerEndpoint: plays files and HTTP resources into a pipeline.

Source (in a thread: opens, demuxes, decodes) ──▶ Playback (queue, pacing on one media clock) ──▶ pads of the endpoint
"""

from __future__ import annotations

from kms_elements.player.endpoint import PlayerEndpoint

__all__ = ["PlayerEndpoint"]
