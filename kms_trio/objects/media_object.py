"""MediaObject: what every object that a client can hold has in common.

An object goes through: constructor (takes parameters, acquires nothing), `start` (acquires; failing makes the create
request fail), life in the directory, `close` (gives back what it holds), the end of its tasks, and `let_go`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import Error
from kms_trio.generated.core.interfaces import MediaObjectInterface
from kms_trio.generated.core.types import Tag
from kms_trio.objects.scopes import Scope

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.generated.core.events import RaiseBase
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_pipeline import MediaPipeline

logger = logging.getLogger(__name__)

#: `Error.type` of a crash inside an element.
UNEXPECTED_ELEMENT_ERROR: Final = "UNEXPECTED_ELEMENT_ERROR"
#: `Error.errorCode` that goes with it.
CRASH_ERROR_CODE: Final = 1

#: What an object keeps for clients: its name, and keys and values of its tags together, each tag with an overhead.
MAX_NAME_CHARACTERS: Final = 2**16
MAX_TAG_CHARACTERS: Final = 2**20
TAG_OVERHEAD: Final = 64


class MediaObject(MediaObjectInterface):
    """Base of pipelines, elements, hubs and the ServerManager."""

    #: Optional parameters of the constructor, in the names of Python, for which the class itself knows what to do when
    #: clients leave them out. All others are passed with the default of the spec.
    own_defaults: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, context: ObjectContext, parent: MediaObject | None, object_class: RemoteClass) -> None:
        self.context = context
        self.object_class = object_class
        self._id = context.new_id(parent.id if parent is not None else None, object_class.qualified_name)
        self._parent = parent
        self._children: dict[str, MediaObject] = {}
        self._name = self._id
        self._tags: dict[str, str] = {}
        self._send_tags_in_events = False
        self._creation_time = int(context.clock.unix())
        #: Set before a release begins, so that objects which die together do not tell each other.
        self.releasing = False
        self.scope: Scope = Scope(self._id, parent.scope if parent is not None else context.supervisor, self.on_crash)

    def __repr__(self) -> str:
        return f"<{self.object_class.name} {self._id}>"

    # Life.

    async def start(self) -> None:
        """Acquire what the object needs. `create` waits; a KurentoError raised here becomes its error reply."""

    async def close(self) -> None:
        """Give back what the object holds, while its tasks still run. Called once, under a shielded deadline."""

    def let_go(self) -> None:
        """Have parts of the object hold it no longer, so that it goes when the last who knows it has gone.

        Called last, once: when the object is closed and its tasks have ended.
        """
        self.scope.let_go()

    def spawn(self, async_fn: Callable[..., Awaitable[Any]], *args: Any) -> None:
        """Run a task that lives as long as this object at most.

        An exception in it is logged, raised as an `Error` event on this object, and disturbs nothing else.
        """
        self.scope.spawn(async_fn, *args)

    def on_crash(self, crash: Exception) -> None:
        """A task of this object raised."""
        logger.error("%s: unexpected error", self._id, exc_info=crash)
        summary = f"{type(crash).__name__}: {crash}"
        self.emit_error(UNEXPECTED_ELEMENT_ERROR, CRASH_ERROR_CODE, self.describe_error(CRASH_ERROR_CODE, summary))

    # Events.

    def emit(self, event: RaiseBase) -> None:
        """Raise `event`: its source, time and tags are filled in here. Returns at once, whoever listens."""
        bus = self.context.bus
        if bus.wanted(self._id, event.TYPE):
            complete = attrs.evolve(
                event,
                source=self,
                timestamp_millis=str(int(self.context.clock.unix() * 1000)),
                tags=self.get_tags() if self._send_tags_in_events else (),
            )
            bus.publish(self, event.TYPE, complete)

    def emit_error(self, error_type: str, code: int, description: str) -> None:
        """Raise an `Error` event on this object and log it."""
        logger.warning("%s: %s (%d): %s", self._id, error_type, code, description)
        self.emit(Error(description=description, error_code=code, type=error_type))

    def describe_error(self, code: int, text: str, debug_info: str = "") -> str:
        """Word an error as clients are used to read it."""
        name = self.element_name
        return f"Error code {code}: {text}, source: {name}, element: {name}, debug info: {debug_info}"

    @property
    def element_name(self) -> str:
        """A short name for events, graphs and logs, `kmspassthrough3`."""
        return f"kms{self.object_class.name.lower()}"

    # The tree.

    def adopt_child(self, child: MediaObject) -> None:
        """Called by the directory when a child becomes known."""
        self._children[child.id] = child
        self._changed()

    def forget_child(self, child: MediaObject) -> None:
        """Called by the directory when a child goes."""
        self._children.pop(child.id, None)
        self._changed()

    @property
    def id(self) -> str:
        """The id that clients use."""
        return self._id

    @property
    def parent(self) -> MediaObject | None:
        """The pipeline or hub that this object belongs to; None for a pipeline."""
        return self._parent

    @property
    def children(self) -> list[MediaObject]:
        """Direct children, oldest first."""
        return list(self._children.values())

    @property
    def media_pipeline(self) -> MediaPipeline | None:
        """The pipeline at the root; a pipeline is its own, the ServerManager has none."""
        return self._parent.media_pipeline if self._parent is not None else None

    # Properties and tags.

    @property
    def name(self) -> str:
        """A name for humans; the id unless set."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if len(name) > MAX_NAME_CHARACTERS:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"A name may have {MAX_NAME_CHARACTERS} characters, not {len(name)}",
            )
        self._name = name
        self._changed()

    @property
    def send_tags_in_events(self) -> bool:
        """Whether events carry the tags of their source."""
        return self._send_tags_in_events

    @send_tags_in_events.setter
    def send_tags_in_events(self, send_tags_in_events: bool) -> None:
        self._send_tags_in_events = send_tags_in_events
        self._changed()

    @property
    def creation_time(self) -> int:
        """Unix seconds."""
        return self._creation_time

    def add_tag(self, key: str, value: str) -> None:
        """Set a tag, replacing a former value. Raises KurentoError 40107 when all of them would be too long."""
        others = sum(len(name) + len(text) + TAG_OVERHEAD for name, text in self._tags.items() if name != key)
        if others + len(key) + len(value) + TAG_OVERHEAD > MAX_TAG_CHARACTERS:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"Tags of an object may have {MAX_TAG_CHARACTERS} characters together",
            )
        self._tags[key] = value
        self._changed()

    def remove_tag(self, key: str) -> None:
        """Remove a tag; an unknown key is ignored."""
        self._tags.pop(key, None)
        self._changed()

    def get_tag(self, key: str) -> str:
        """Return the value of a tag; raises KurentoError 40110 for an unknown key."""
        try:
            return self._tags[key]
        except KeyError:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_TAG_KEY_NOT_FOUND, "Tag key not found") from None

    def get_tags(self) -> list[Tag]:
        """Return all tags, sorted by key."""
        return [Tag(key=key, value=value) for key, value in sorted(self._tags.items())]

    def _changed(self) -> None:
        if self.context.on_change is not None:
            self.context.on_change(self)
