"""What the HTTP side asks the rest of the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kms_trio.worker.figures import Figures
    from kms_trio.worker.pool import WorkerStatus


class ServerStatus(Protocol):
    """Implemented by the application object; read at every request, so it may change while serving."""

    @property
    def accepting_requests(self) -> bool:
        """Whether the control socket is open and new requests are served (false while stopping)."""
        ...

    @property
    def control_port(self) -> int:
        """The TCP port that the plain control socket really listens on; 0 when it is off."""
        ...

    @property
    def workers(self) -> Sequence[WorkerStatus]:
        """The media workers; empty when everything is in one process."""
        ...

    @property
    def session_count(self) -> int:
        """Sessions of clients that hold, or have held, an object."""
        ...

    @property
    def figures(self) -> Figures:
        """What was counted, by all processes together."""
        ...
