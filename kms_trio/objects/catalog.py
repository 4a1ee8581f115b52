"""What `create` can make: class names to their descriptions and, once asked for, their implementations."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import trio

from kms_trio.errors import ErrorCode, KurentoError, exits_as_errors
from kms_trio.objects.media_object import MediaObject

if TYPE_CHECKING:
    from kms_trio.dispatch import ModuleDescriptor, RemoteClass

logger = logging.getLogger(__name__)


@attrs.define
class _Entry:
    """One creatable class and where its implementation is."""

    object_class: RemoteClass
    path: str
    implementation: type[MediaObject] | None = None


class Catalog:
    """The factories of the loaded modules, by bare name (`PassThrough`) and qualified (`kurento.PassThrough`)."""

    def __init__(self, modules: Iterable[ModuleDescriptor]) -> None:
        self.modules: Mapping[str, ModuleDescriptor] = {module.name: module for module in modules}
        self._entries: dict[str, _Entry] = {}
        for module in self.modules.values():
            for name, path in module.factories.items():
                entry = _Entry(module.classes[name], path)
                self._entries[name] = entry
                self._entries[entry.object_class.qualified_name] = entry

    def find(self, type_name: str) -> RemoteClass:
        """Return the description of a creatable class. Raises KurentoError 40108."""
        return self._entry(type_name).object_class

    def path(self, type_name: str) -> str:
        """Return where the implementation of a class is, `package.module:Class`. Raises KurentoError 40108."""
        return self._entry(type_name).path

    async def implementation(self, type_name: str) -> type[MediaObject]:
        """Return what implements a class, imported in a thread at the first call. Raises KurentoError 40108."""
        entry = self._entry(type_name)
        if entry.implementation is None:
            entry.implementation = await self._load(entry)
        return entry.implementation

    def _entry(self, type_name: str) -> _Entry:
        try:
            return self._entries[type_name]
        except KeyError:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE, f"Factory '{type_name}' not found") from None

    @staticmethod
    async def _load(entry: _Entry) -> type[MediaObject]:
        """Named guard: a bundle whose code does not import makes its own classes unavailable, nothing else."""
        module_name, _, attribute = entry.path.partition(":")
        try:
            with exits_as_errors():
                module = await trio.to_thread.run_sync(importlib.import_module, module_name)
            implementation: Any = getattr(module, attribute)
            if not (inspect.isclass(implementation) and issubclass(implementation, MediaObject)):
                raise TypeError(f"expected a class made of one of the bases in kms_trio.api, found {implementation!r}")
        except Exception as failure:
            name = entry.object_class.name
            logger.exception("the implementation of %s, %s, cannot be loaded", name, entry.path)
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE, f"Factory '{name}' cannot be loaded: {failure}"
            ) from failure
        return implementation
