"""From specs as written to modules whose every name is known to mean something.

`resolve` is the one entrance: it orders modules by their imports and checks each against those before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from kms_trio.spec.checks import check_module
from kms_trio.spec.code_settings import npm_repository
from kms_trio.spec.imports import expanded_imports, kurento_version, order_modules
from kms_trio.spec.model import Import, ModuleSpec, RemoteClassSpec, TypeName
from kms_trio.spec.symbols import Scope, Symbol
from kms_trio.spec.versions import is_dev


@attrs.frozen
class ResolvedModule:
    """A spec that passed all checks, with its imports expanded and its names in scope.

    `warnings` are remarks that stop nothing: unknown keys, defaults that do not fit but take no effect either.
    """

    spec: ModuleSpec
    kurento_version: str
    imports: tuple[Import, ...]
    scope: Scope = attrs.field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The module's name."""
        return self.spec.name

    def type(self, name: TypeName) -> Symbol:
        """What a type name of this module means."""
        return self.scope.type(name, self.spec.location)

    def parent(self, remote_class: RemoteClassSpec) -> Symbol | None:
        """The class that a class of this module extends."""
        return None if remote_class.extends is None else self.type(remote_class.extends)


def resolve(specs: Iterable[ModuleSpec], *, written: str | None = None) -> dict[str, ResolvedModule]:
    """Resolve modules that between them contain all they import, by name, imports first. Raises SpecError.

    `written` is the one that something is made of, the others being imported alone; None: all are.
    """
    resolved: dict[str, ResolvedModule] = {}
    for spec in order_modules(specs):
        imports = tuple(_with_repository(item, resolved[item.name].spec) for item in expanded_imports(spec))
        scope = Scope.of(spec, _reachable(imports, resolved))
        warnings = (*spec.warnings, *check_module(spec, scope, written=written in (None, spec.name)))
        resolved[spec.name] = ResolvedModule(spec, kurento_version(spec), imports, scope, warnings)
    return resolved


def _with_repository(import_: Import, found: ModuleSpec) -> Import:
    """A development version is in no registry of npm, but perhaps in the repository that its spec names (`npmGit`)."""
    repository = npm_repository(found)
    if import_.npm_version is not None or repository is None or not is_dev(import_.version):
        return import_
    return attrs.evolve(import_, npm_version=repository)


def _reachable(imports: Iterable[Import], resolved: Mapping[str, ResolvedModule]) -> dict[str, Scope]:
    return {import_.name: resolved[import_.name].scope for import_ in imports}
