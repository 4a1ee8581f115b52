"""What takes the place of a callback whose owner is gone.

Parts tell their owner what happens by callbacks, and the owner has the parts: each holds the other. A part that is
closed drops its callbacks for this one, so that what is released goes at once, and nothing is left to a collection of
garbage, which would stop all media for as long as it takes.
"""

from __future__ import annotations

__all__ = ["ignore"]


def ignore(*_: object, **__: object) -> None:
    """Nobody wants to know (any more)."""
