"""RecorderEndpoint: writes what it receives to a file that survives a crash, or uploads it.

sink pads ──▶ Take (waits for tracks and key frames, cuts pauses, keeps lip-sync) ──▶ queue ║ FileWriter (in threads)
"""

from __future__ import annotations

from kms_elements.recorder.endpoint import RecorderEndpoint

__all__ = ["RecorderEndpoint"]
