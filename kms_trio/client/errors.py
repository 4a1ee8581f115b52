"""What can go wrong between a client and its server.

What the server itself refuses is a `kms_trio.errors.KurentoError`, with the code and the text of its reply.
"""

from __future__ import annotations

from kms_trio.errors import KurentoError


class ClientError(Exception):
    """Base of all that is raised here beside KurentoError."""


class ConnectError(ClientError):
    """There is no connection to the server: it cannot be reached, or is no media server. `str()` says which and why."""


class ConnectionLostError(ClientError):
    """The connection was lost, and with it the reply to a request: the server may have carried it out, or not."""


class SessionLostError(ClientError):
    """The server no longer knows this client's session: it was started anew, or was out of reach for too long.

    All objects and subscriptions of the session are gone.
    """


class ProtocolError(ClientError):
    """The server sent what its specs do not allow. `str()` says where, what was expected and what came."""


class EventsLostError(ClientError):
    """A queue of events with `Overflow.FAIL` was full. What it held has been had; what came later is lost."""


class TransactionError(KurentoError):
    """An operation of a transaction was refused. Those before it were carried out, those after it were not.

    `index` counts operations from 0; code, message and type are those of the refusal.
    """

    def __init__(self, index: int, refusal: KurentoError) -> None:
        super().__init__(refusal.code, refusal.message, data_type=refusal.data_type)
        self.index = index
