"""The one error of the control path, and the codes that Kurento's clients know.

A `KurentoError` raised anywhere below a request becomes the `error` member of that request's JSON-RPC reply:
`{"code": 40101, "message": "Object 'x' not found", "data": {"type": "MEDIA_OBJECT_NOT_FOUND"}}`.
Codes below zero are JSON-RPC 2.0's own (section 5.1); 40000 to 49999 belong to the media server, 49000 and up to
modules written by others.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator
from typing import Final


class ErrorCode(enum.IntEnum):
    """Every code that a client may see; the names are sent as `error.data.type`."""

    # JSON-RPC 2.0, section 5.1
    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    #: The only code used of the range that JSON-RPC leaves to servers.
    SERVER_ERROR = -32000

    # generic
    MARSHALL_ERROR = 40001
    UNEXPECTED_ERROR = 40003
    CONNECT_ERROR = 40004
    UNSUPPORTED_MEDIA_TYPE = 40005
    NOT_IMPLEMENTED = 40006
    INVALID_SESSION = 40007
    MALFORMED_TRANSACTION = 40008
    NOT_ENOUGH_RESOURCES = 40009

    # media objects
    MEDIA_OBJECT_TYPE_NOT_FOUND = 40100
    MEDIA_OBJECT_NOT_FOUND = 40101
    MEDIA_OBJECT_CONSTRUCTOR_NOT_FOUND = 40104
    MEDIA_OBJECT_METHOD_NOT_FOUND = 40105
    MEDIA_OBJECT_EVENT_NOT_SUPPORTED = 40106
    MEDIA_OBJECT_ILLEGAL_PARAM_ERROR = 40107
    MEDIA_OBJECT_NOT_AVAILABLE = 40108
    MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT = 40109
    MEDIA_OBJECT_TAG_KEY_NOT_FOUND = 40110
    MEDIA_OBJECT_OPERATION_NOT_SUPPORTED = 40111

    # SDP (the misspellings are on the wire of every Kurento)
    SDP_CREATE_ERROR = 40200
    SDP_PARSE_ERROR = 40201
    SDP_END_POINT_NO_LOCAL_SDP_ERROR = 40202
    SDP_END_POINT_NO_REMOTE_SDP_ERROR = 40203
    SDP_END_POINT_GENERATE_OFFER_ERROR = 40204
    SDP_END_POINT_PROCESS_OFFER_ERROR = 40205
    SDP_END_POINT_PROCESS_ANSWER_ERROR = 40206
    SDP_CONFIGURATION_ERROR = 40207
    SDP_END_POINT_ALREADY_NEGOTIATED = 40208
    SDP_END_POINT_NOT_OFFER_GENERATED = 40209
    SDP_END_POINT_ANSWER_ALREADY_PROCCESED = 40210
    SDP_END_POINT_CANNOT_CREATE_SESSON = 40211

    # HTTP, ICE, server manager, URIs, player
    HTTP_END_POINT_REGISTRATION_ERROR = 40300
    ICE_GATHER_CANDIDATES_ERROR = 40400
    ICE_ADD_CANDIDATE_ERROR = 40401
    SERVER_MANAGER_ERROR_KMD_NOT_FOUND = 40500
    URI_PATH_FILE_NOT_FOUND = 40600
    PLAYER_SEEK_FAIL = 40700


#: What `data.type` says for a code without a name on the wire (custom modules, and 40500).
UNDEFINED: Final = "UNDEFINED"

#: Marks "take the name of the code"; None already means "no data".
_NAME_OF_CODE: Final = ""


def name_of_code(code: int) -> str:
    """Return the text that `error.data.type` carries for `code`."""
    if code == ErrorCode.SERVER_MANAGER_ERROR_KMD_NOT_FOUND:
        return UNDEFINED  # Kurento maps every code but this one; clients see UNDEFINED
    try:
        return ErrorCode(code).name
    except ValueError:
        return UNDEFINED


class KurentoError(Exception):
    """A request failed in a way that its sender is told about.

    `code` is the number sent, `message` the text, `data_type` what `error.data.type` holds; `data_type` None sends an
    error without `data`, as Kurento does for a few JSON-RPC errors.
    """

    def __init__(self, code: ErrorCode | int, message: str, *, data_type: str | None = _NAME_OF_CODE) -> None:
        super().__init__(f"{message} ({int(code)})")
        self.code = int(code)
        self.message = message
        self.data_type = name_of_code(self.code) if data_type == _NAME_OF_CODE else data_type


@contextlib.contextmanager
def exits_as_errors() -> Iterator[None]:
    """Around code of modules: `sys.exit` raises RuntimeError, as it would end a thread unseen, or the process."""
    try:
        yield
    except SystemExit as leave:
        raise RuntimeError(f"sys.exit({'' if leave.code is None else repr(leave.code)}) was called") from leave
