"""Hubs (elements.Composite, Mixer, AlphaBlending, Dispatcher and DispatcherOneToMany .kmd.json).

switch       streams handed from port to port as they are
video_mix    Trio side of mixing pictures: the latest of each port, a clock, one stream for all
picture_mixer    worker side: scaled and laid on one canvas
lip_sync     whose sound waits for the picture, or the other way round
speaker      who speaks
audio_mix    Trio side of mixing samples: who hears whom, a clock
audio_mixer      worker side: playout buffers, sums, limiters
"""

from __future__ import annotations

from kms_elements.hubs.alpha_blending import AlphaBlending
from kms_elements.hubs.composite import Composite
from kms_elements.hubs.dispatcher import Dispatcher, DispatcherOneToMany
from kms_elements.hubs.mixer import Mixer

__all__ = ["AlphaBlending", "Composite", "Dispatcher", "DispatcherOneToMany", "Mixer"]
