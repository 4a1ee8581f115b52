"""The classes of the module: declared, but not written yet.

kurento-client refuses, unless told otherwise, a server that does not list each module that the client itself knows,
`filters` among them; so the module is there, and creating one of its objects answers NOT_IMPLEMENTED.
"""

from __future__ import annotations

from typing import Any, NoReturn

from kms_trio.errors import ErrorCode, KurentoError


class Pending:
    """A class whose objects cannot be created yet."""

    def __new__(cls, *_arguments: Any, **_parameters: Any) -> NoReturn:
        """Refuse. Raises KurentoError NOT_IMPLEMENTED naming the class."""
        raise KurentoError(ErrorCode.NOT_IMPLEMENTED, f"{cls.__name__} is not implemented by this server yet")


class GStreamerFilter(Pending):
    """See the spec `filters.GStreamerFilter.kmd.json`."""
