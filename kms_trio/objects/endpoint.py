"""Endpoint and SessionEndpoint: elements that media enters or leaves the server by."""

from __future__ import annotations

from kms_trio.generated.core.events import MediaSessionStarted, MediaSessionTerminated
from kms_trio.generated.core.interfaces import EndpointInterface, SessionEndpointInterface
from kms_trio.objects.media_element import MediaElement


class Endpoint(MediaElement, EndpointInterface):
    """Base of all endpoints."""


class SessionEndpoint(Endpoint, SessionEndpointInterface):
    """An endpoint whose exchange with its peer begins and ends."""

    def media_session_started(self) -> None:
        """Raise MediaSessionStarted."""
        self.emit(MediaSessionStarted())

    def media_session_terminated(self) -> None:
        """Raise MediaSessionTerminated."""
        self.emit(MediaSessionTerminated())
