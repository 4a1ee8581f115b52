"""Object ids: `<parent id>/<uuid>_<qualified type>`, as clients have always seen them."""

from __future__ import annotations

import uuid
from typing import Final

#: The id of the one ServerManager, which clients know without asking.
MANAGER_ID: Final = "manager_ServerManager"

#: What stands for the result of an earlier operation inside a transaction.
NEWREF_PREFIX: Final = "newref:"


def new_object_id(parent_id: str | None, qualified_type: str) -> str:
    """Return a fresh id for an object of `qualified_type` (`kurento.HubPort`) below `parent_id`."""
    own = f"{uuid.uuid4()}_{qualified_type}"
    return own if parent_id is None else f"{parent_id}/{own}"


def pipeline_id(object_id: str) -> str:
    """Return the id of the pipeline that `object_id` lives in; a pipeline's is its own."""
    return object_id.partition("/")[0]
