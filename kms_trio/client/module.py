"""What the client of a module is made of, and all modules that one connection knows.

`ClientModule` is written by the module creator (`kms_trio.spec.client_code`), a table like the server's own.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from kms_trio.dispatch import RemoteClass, wire_prefix


@attrs.frozen
class ClientModule:
    """The client of one module: tables of its classes by bare name, and the Python classes of all that it defines."""

    name: str
    version: str
    package: str
    classes: Mapping[str, RemoteClass] = attrs.field(repr=False)
    handles: Mapping[str, type[Any]] = attrs.field(repr=False)
    registers: Mapping[str, type[Any]] = attrs.field(repr=False)
    events: Mapping[str, type[Any]] = attrs.field(repr=False)


class Modules:
    """Classes, registers and events by qualified name (`kurento.WebRtcEndpoint`).

    It begins with `packages`; a class of another package brings its module along when it is first used.
    """

    def __init__(self, packages: Iterable[str]) -> None:
        self._packages: set[str] = set()
        self._tables: dict[str, RemoteClass] = {}
        self._classes: dict[str, type[Any]] = {}
        self._registers: dict[str, type[Any]] = {}
        for package in packages:
            self.learn(package)

    def learn(self, package: str) -> None:
        """Take the module of a client package in. Raises ImportError."""
        if package in self._packages:
            return
        module: ClientModule = importlib.import_module(f"{package}.module").MODULE
        self._packages.add(package)
        prefix = wire_prefix(module.name)
        self._tables.update({f"{prefix}.{name}": table for name, table in module.classes.items()})
        self._classes.update({f"{prefix}.{name}": each for name, each in module.handles.items()})
        self._registers.update({f"{prefix}.{name}": each for name, each in module.registers.items()})

    def table(self, remote_class: type[Any]) -> RemoteClass:
        """The table of a generated class, or of an application's class that extends one."""
        self.learn(remote_class.PACKAGE)
        return self._tables[remote_class.TYPE]

    def class_of(self, object_id: str, declared: type[Any]) -> type[Any]:
        """The class of an object: what its id says when that is known and is a `declared`, else `declared`.

        An id ends with the class: `<uuid>_kurento.MediaPipeline/<uuid>_kurento.WebRtcEndpoint`.
        """
        self.learn(declared.PACKAGE)
        _, _, qualified_name = object_id.rpartition("/")[2].partition("_")
        found = self._classes.get(qualified_name)
        return found if found is not None and issubclass(found, declared) else declared

    def register(self, qualified_name: str) -> type[Any] | None:
        """The class of a register; None when no module here has it."""
        return self._registers.get(qualified_name)
