"""What a host process is told first: import paths, modules, settings; no secret, and no setting of other modules."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.hosting.messages import Message
from kms_trio.settings import Settings
from kms_trio.settings.options import walk

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext
    from kms_trio.objects.media_object import MediaObject

__all__ = ["first_message"]


def first_message(object_class: RemoteClass, pipeline: MediaObject, context: ObjectContext) -> Message:
    """What the host of a class's module has to know before anything else."""
    ancestors = {object_class.qualified_name, *object_class.hierarchy}
    modules = [
        module
        for module in context.modules.values()
        if module.name != CORE.name and any(each.qualified_name in ancestors for each in module.classes.values())
    ]
    own = context.settings.modules
    return {
        "path": sys.path,
        "level": logging.root.level or logging.WARNING,
        "module": object_class.module,
        "packages": [module.package for module in modules],
        "settings": _settings_for_hosts(context.settings),
        "moduleSettings": {module.name: _plain(own[module.name]) for module in modules if module.name in own},
        "pipeline": pipeline.id,
    }


def _settings_for_hosts(settings: Settings) -> dict[str, Any]:
    """Settings of the classes of media objects and the policy of URIs, by dotted key, where they are no defaults."""
    wanted: dict[str, Any] = {}
    for row in walk(Settings):
        value: Any = settings
        for name in row.attribute:
            value = getattr(value, name)
        told = row.path[0] == "modules" or row.path[:2] == ("kmsTrio", "uriPolicy")
        if told and not row.option.secret and value != row.option.default:
            wanted[".".join(row.path)] = row.option.kind.render(value)
    return wanted


def _plain(value: Any) -> Any:
    """The same as JSON can say it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
