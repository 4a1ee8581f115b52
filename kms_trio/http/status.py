"""What the HTTP side asks the rest of the server."""

from __future__ import annotations

from typing import Protocol


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
