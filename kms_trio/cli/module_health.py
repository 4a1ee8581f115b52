"""Whether what the modules declare can be made: every implementation is imported and looked at, none is created."""

from __future__ import annotations

import enum
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import attrs

from kms_trio.dispatch import ModuleDescriptor
from kms_trio.errors import exits_as_errors
from kms_trio.objects.media_object import MediaObject
from kms_trio.plugins import Plugins


class Health(enum.StrEnum):
    """How a class is."""

    GOOD = "good"
    #: Declared; creating one answers NOT_IMPLEMENTED.
    PENDING = "pending"
    BROKEN = "broken"


@attrs.frozen
class ClassHealth:
    """One creatable class of a module."""

    module: str
    name: str
    health: Health
    reason: str = ""


def class_healths(plugins: Plugins) -> Iterator[ClassHealth]:
    """Look at every class that clients may create."""
    for module in plugins.modules.values():
        for name in sorted(module.factories):
            yield _look_at(module, name)


def _look_at(module: ModuleDescriptor, name: str) -> ClassHealth:
    """Named guard: whatever importing a bundle's code raises is the finding."""
    module_name, _, attribute = module.factories[name].partition(":")
    try:
        with exits_as_errors():
            implementation = getattr(importlib.import_module(module_name), attribute)
    except Exception as failure:  # noqa: BLE001 - this is the guard
        return ClassHealth(module.name, name, Health.BROKEN, f"{type(failure).__name__}: {failure}")
    if not (inspect.isclass(implementation) and issubclass(implementation, MediaObject)):
        reason = f"expected a class made of one of the bases in kms_trio.api, found {implementation!r:.80}"
        return ClassHealth(module.name, name, Health.PENDING, reason)
    missing = [_described(implementation, each) for each in sorted(getattr(implementation, "__abstractmethods__", ()))]
    if missing:
        return ClassHealth(module.name, name, Health.BROKEN, f"does not implement {', '.join(missing)}")
    return ClassHealth(module.name, name, Health.GOOD)


def _described(implementation: type[Any], member: str) -> str:
    """A member with what it has to be: an attribute that the constructor sets is no property."""
    declared = inspect.getattr_static(implementation, member)
    if not isinstance(declared, property):
        return f"{member}()"
    return f"the property {member}{'' if declared.fset is None else ' and its setter'}"
