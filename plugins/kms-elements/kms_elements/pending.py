"""The classes of the module that are declared but not written yet.

Clients find them in the module's tables, as in Kurento; creating one answers NOT_IMPLEMENTED instead of pretending.
"""

from __future__ import annotations

from typing import Any, NoReturn

from kms_trio.errors import ErrorCode, KurentoError


class Pending:
    """A class whose objects cannot be created yet."""

    def __new__(cls, *_arguments: Any, **_parameters: Any) -> NoReturn:
        """Refuse. Raises KurentoError NOT_IMPLEMENTED naming the class."""
        raise KurentoError(ErrorCode.NOT_IMPLEMENTED, f"{cls.__name__} is not implemented by this server yet")


class HttpPostEndpoint(Pending):
    """See the spec `elements.HttpPostEndpoint.kmd.json`."""
