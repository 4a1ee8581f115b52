"""The hooks that a plugin may implement.

A plugin is what an entry point of the group `kms_trio` names: a module's descriptor (`MODULE`, written by the module
creator), or any object or module with functions marked `@hookimpl`. Hooks are plain functions, called in the server's
own thread: they return at once. They are never called for a packet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pluggy

if TYPE_CHECKING:
    from kms_trio.dispatch import ModuleDescriptor
    from kms_trio.objects.media_object import MediaObject

PROJECT_NAME: Final = "kms_trio"

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)


class HookSpecs:
    """What can be hooked into."""

    @hookspec
    def kms_trio_modules(self) -> Sequence[ModuleDescriptor]:  # type: ignore[empty-body]  # implementations are elsewhere
        """Return the Kurento modules that the plugin brings. Called once, at start."""

    @hookspec
    def kms_trio_check_create(self, session_id: str, type_name: str) -> None:
        """Refuse that a session creates an object of a type, by raising KurentoError; returning allows it."""

    @hookspec
    def kms_trio_event(self, source: MediaObject, event: Any) -> None:
        """An event was raised on `source`, whether or not a client subscribed to it."""
