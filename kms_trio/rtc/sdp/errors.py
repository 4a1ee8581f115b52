"""The one error of this package."""

from __future__ import annotations


class SdpError(ValueError):
    """Text is not a session description, with what was expected and on which line.

    Raised by `parse` alone. Negotiation never raises on what a peer wrote: a media that cannot be used is rejected
    in the answer and says why in `NegotiatedMedia.rejection`.
    """
