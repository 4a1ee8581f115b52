"""UriEndpoint: an endpoint that plays from or records to a URI."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import TYPE_CHECKING

from kms_trio.errors import KurentoError
from kms_trio.generated.core.events import UriEndpointStateChanged
from kms_trio.generated.core.interfaces import UriEndpointInterface
from kms_trio.generated.core.types import UriEndpointState
from kms_trio.objects.endpoint import Endpoint
from kms_trio.objects.uri_policy import absolute_uri

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

logger = logging.getLogger(__name__)


class UriEndpoint(Endpoint, UriEndpointInterface):
    """Base of PlayerEndpoint and RecorderEndpoint.

    Subclasses implement `_pause` and `_stop`, which call `set_state` when they are there; a failure of theirs is
    logged, the client's request succeeds. Checking `uri` against `context.uri_policy` is theirs too.
    """

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass, uri: str) -> None:
        super().__init__(context, parent, object_class)
        self._uri = absolute_uri(uri, context.settings.uri_endpoint.default_path)
        self._state = UriEndpointState.STOP

    @abstractmethod
    async def _pause(self) -> None:
        """Hold the media where it is."""

    @abstractmethod
    async def _stop(self) -> None:
        """End, going back to the beginning."""

    @property
    def uri(self) -> str:
        """What is played or recorded; a URI without scheme was completed."""
        return self._uri

    @property
    def state(self) -> UriEndpointState:
        """STOP, START or PAUSE."""
        return self._state

    def set_state(self, state: UriEndpointState) -> None:
        """Change the state; raises UriEndpointStateChanged when it is another one."""
        if self._state is not state:
            self._state = state
            self.emit(UriEndpointStateChanged(state=state))

    async def pause(self) -> None:
        """Pause."""
        try:
            await self._pause()
        except (KurentoError, OSError) as failure:
            logger.warning("%s: cannot pause: %s", self._id, failure)

    async def stop(self) -> None:
        """Stop."""
        try:
            await self._stop()
        except (KurentoError, OSError) as failure:
            logger.warning("%s: cannot stop: %s", self._id, failure)
