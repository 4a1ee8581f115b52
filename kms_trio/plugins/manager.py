"""The plugin manager: what is installed, what of it is wanted, and what of that works.

A bundle that cannot be imported, that claims a name which is taken, or that needs other versions of other modules
becomes a `PluginProblem` and a log line; the server starts with the rest. The core module is part of the server and
always there.
"""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

import attrs
import pluggy

from kms_trio import hookspecs
from kms_trio.dispatch import ModuleDescriptor
from kms_trio.errors import exits_as_errors
from kms_trio.generated.core.module import MODULE as CORE_MODULE
from kms_trio.objects.media_object import MediaObject
from kms_trio.spec.errors import SpecError
from kms_trio.spec.versions import satisfies

logger = logging.getLogger("kms.plugins")

ENTRY_POINT_GROUP: Final = "kms_trio"
CORE_NAME: Final = "core"


class BundleError(Exception):
    """A bundle that is not whole, or brings nothing."""


@attrs.frozen
class PluginProblem:
    """Why a plugin, or a part of it, is not used."""

    plugin: str
    reason: str


@attrs.frozen
class Candidate:
    """Something that may become a plugin: a name and how to get the object behind it."""

    name: str
    load: Callable[[], Any]


def installed() -> list[Candidate]:
    """What the installed distributions offer, by name, so that the order is the same on every machine."""
    entry_points = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    return [
        Candidate(each.name, partial(_load_whole, each)) for each in sorted(entry_points, key=lambda each: each.name)
    ]


def _load_whole(entry_point: importlib.metadata.EntryPoint) -> Any:
    """What is behind an entry point. Raises what its import raises, and BundleError for a module without its spec."""
    loaded = entry_point.load()
    if isinstance(loaded, ModuleDescriptor):
        try:
            _ = loaded.kmd
        except (OSError, ImportError, ValueError) as error:
            raise BundleError(
                f"expected the spec of module '{loaded.name}' in its package {loaded.package}, which cannot be read: "
                f"{error}"
            ) from error
    return loaded


class _ModulePlugin:
    """Makes a plugin of a bare module descriptor."""

    def __init__(self, descriptor: ModuleDescriptor) -> None:
        self._descriptor = descriptor

    @hookspecs.hookimpl
    def kms_trio_modules(self) -> list[ModuleDescriptor]:
        return [self._descriptor]


class Plugins:
    """The loaded plugins: their modules in `modules`, and their hooks."""

    def __init__(self, candidates: Iterable[Candidate] | None = None, *, disabled: Iterable[str] = ()) -> None:
        """Load `candidates` (what is installed, unless given) but for the `disabled` names."""
        self.problems: list[PluginProblem] = []
        self.disabled: list[str] = []
        """What is installed and, as the settings want it, not loaded."""
        self.modules: dict[str, ModuleDescriptor] = {}
        self._factories: dict[str, str] = {}
        self._refused: set[str] = set()
        self._manager = pluggy.PluginManager(hookspecs.PROJECT_NAME)
        self._manager.add_hookspecs(hookspecs.HookSpecs)
        candidates = installed() if candidates is None else list(candidates)
        unwanted = frozenset(disabled)
        self._refuse_to_disable(unwanted, frozenset(candidate.name for candidate in candidates))
        self._register(CORE_NAME, _ModulePlugin(CORE_MODULE))
        for candidate in candidates:
            if candidate.name == CORE_NAME:
                continue
            if candidate.name in unwanted:
                logger.info("Plugin '%s' is disabled", candidate.name)
                self.disabled.append(candidate.name)
                continue
            self._load(candidate)
        while self._refuse_misfits():
            pass  # a module that is refused may have been what another one needs

    @property
    def names(self) -> list[str]:
        """The names of the plugins in use, the core first."""
        return [name for name, _ in self._manager.list_name_plugin()]

    def check_create(self, session_id: str, type_name: str) -> None:
        """Ask all plugins whether an object may be created. Raises KurentoError when one refuses."""
        self._manager.hook.kms_trio_check_create(session_id=session_id, type_name=type_name)

    def event(self, source: MediaObject, event: Any) -> None:
        """Named guard: tell all plugins of an event; what they raise is theirs alone."""
        try:
            self._manager.hook.kms_trio_event(source=source, event=event)
        except Exception:
            logger.exception("A plugin failed at an event of %s", source.id)

    @property
    def watches_events(self) -> bool:
        """Whether any plugin implements `kms_trio_event`."""
        return bool(self._manager.hook.kms_trio_event.get_hookimpls())

    @staticmethod
    def _refuse_to_disable(unwanted: frozenset[str], names: frozenset[str]) -> None:
        if CORE_NAME in unwanted:
            logger.warning("Plugin '%s' cannot be disabled", CORE_NAME)
        for name in sorted(unwanted - names - {CORE_NAME}):
            logger.warning("Plugin '%s' is disabled, but nothing of that name is installed", name)

    def _load(self, candidate: Candidate) -> None:
        """Named guard: whatever loading a bundle raises is reported and keeps the others from nothing."""
        try:
            with exits_as_errors():
                loaded = candidate.load()
            plugin = _ModulePlugin(loaded) if isinstance(loaded, ModuleDescriptor) else loaded
            self._register(candidate.name, plugin)
        except Exception as failure:
            logger.exception("Plugin '%s' cannot be loaded", candidate.name)
            self._report(candidate.name, f"{type(failure).__name__}: {failure}")

    def _register(self, name: str, plugin: object) -> None:
        """Raises what pluggy says about a plugin whose hooks are not as specified, BundleError for one without any."""
        if self._manager.has_plugin(name):
            self._report(name, "another plugin has this name")
            return
        self._manager.register(plugin, name)
        if not self._manager.get_hookcallers(plugin):
            self._manager.unregister(plugin)
            raise BundleError(f"expected a module or something with hooks of kms_trio, found {plugin!r:.80}")
        modules = self._manager.subset_hook_caller("kms_trio_modules", self._others(plugin))()
        for module in (each for given in modules for each in given):
            self._add_module(name, module)

    def _others(self, plugin: object) -> list[object]:
        return [other for other in self._manager.get_plugins() if other is not plugin]

    def _add_module(self, plugin: str, module: ModuleDescriptor) -> None:
        if module.name in self.modules:
            self._report(plugin, f"the module '{module.name}' is there already")
            return
        taken = sorted(name for name in module.factories if name in self._factories)
        if taken:
            owners = ", ".join(f"{name} (of '{self._factories[name]}')" for name in taken)
            self._report(plugin, f"module '{module.name}' declares what others declared before: {owners}")
            kept = {name: path for name, path in module.factories.items() if name not in taken}
            module = attrs.evolve(module, factories=kept)
        self.modules[module.name] = module
        self._factories.update(dict.fromkeys(module.factories, module.name))

    def _refuse_misfits(self) -> bool:
        """Take back modules that need another version of one that is here; whether there were any.

        Not every bundle has to be installed: many import `elements` and `filters` without using either.
        """
        misfits = {module.name: reason for module in self.modules.values() if (reason := self._misfit(module))}
        for name, reason in misfits.items():
            del self.modules[name]
            self._factories = {each: owner for each, owner in self._factories.items() if owner != name}
            self._refused.add(name)
            self._report(name, reason)
        return bool(misfits)

    def _misfit(self, module: ModuleDescriptor) -> str | None:
        for name, range_ in module.requires.items():
            needs = f"needs the module '{name}' in a version of {range_}"
            if name in self._refused:
                return f"{needs}, which is refused"
            found = self.modules.get(name)
            try:
                if found is not None and not satisfies(found.version, range_):
                    return f"{needs}, found {found.version}"
            except SpecError as error:
                return f"{needs}: {error}"
        return None

    def _report(self, plugin: str, reason: str) -> None:
        logger.error("Plugin '%s': %s", plugin, reason)
        self.problems.append(PluginProblem(plugin, reason))


__all__ = ["Candidate", "PluginProblem", "Plugins", "installed"]
