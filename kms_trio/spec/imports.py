"""Which modules a module needs, and whether those at hand will do.

Besides those it names, every module imports the three of the server itself: `elements` needs `core`, `filters` needs
both, and any other module needs all three, in the range of its `kurentoVersion`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kms_trio.dispatch import KURENTO_MODULES
from kms_trio.spec import versions
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import Import, ModuleSpec

_IMPLICIT: Mapping[str, tuple[str, ...]] = {"core": (), "elements": ("core",), "filters": ("core", "elements")}
_IMPLICIT_ELSE = ("core", "elements", "filters")


def kurento_version(spec: ModuleSpec) -> str:
    """The range of the server's modules that `spec` needs. Raises SpecError when a third-party module gives none."""
    if spec.kurento_version is not None:
        return spec.kurento_version
    if spec.name in KURENTO_MODULES:
        return spec.version
    raise SpecError(
        f"module '{spec.name}' has no 'kurentoVersion'", spec.location, expected="a version range such as ^7.1.0"
    )


def expanded_imports(spec: ModuleSpec) -> tuple[Import, ...]:
    """The imports that `spec` names, then the implied ones. Raises SpecError for one named twice."""
    seen: dict[str, Import] = {}
    for import_ in spec.imports:
        if import_.name in seen:
            raise SpecError(
                f"import '{import_.name}' given twice",
                import_.location,
                found=f"the first one at {seen[import_.name].location}",
            )
        seen[import_.name] = import_
    range_ = kurento_version(spec)
    for name in _IMPLICIT.get(spec.name, _IMPLICIT_ELSE):
        if name not in seen:
            location = spec.kurento_version_location or spec.location
            seen[name] = Import(name, range_, location, spec.kurento_maven_version, spec.kurento_npm_version)
    return tuple(seen.values())


def order_modules(specs: Iterable[ModuleSpec]) -> list[ModuleSpec]:
    """The modules in an order in which each comes after those that it imports, after checking every import.

    Raises SpecError: a module given twice, an import that is missing or of a wrong version, a cycle, or a release that
    needs a development version.
    """
    available: dict[str, ModuleSpec] = {}
    for spec in specs:
        if spec.name in available:
            raise SpecError(
                f"module '{spec.name}' given twice",
                spec.location,
                found=f"the first one at {available[spec.name].location}",
            )
        versions.parse_version(spec.version, spec.location)
        available[spec.name] = spec
    ordered: list[ModuleSpec] = []
    for name in sorted(available):
        _visit(available[name], available, ordered, ())
    return ordered


def _visit(
    spec: ModuleSpec, available: Mapping[str, ModuleSpec], ordered: list[ModuleSpec], path: tuple[str, ...]
) -> None:
    if spec in ordered:
        return
    if spec.name in path:
        cycle = " -> ".join((*path[path.index(spec.name) :], spec.name))
        raise SpecError(f"Found a dependency cycle in plugin '{spec.name}'", spec.location, found=cycle)
    for import_ in expanded_imports(spec):
        _visit(_find(spec, import_, available), available, ordered, (*path, spec.name))
    ordered.append(spec)


def _find(spec: ModuleSpec, import_: Import, available: Mapping[str, ModuleSpec]) -> ModuleSpec:
    if not versions.is_dev(spec.version) and versions.is_dev(import_.version):
        raise SpecError(
            f"release '{spec.name}' {spec.version} imports a development version of '{import_.name}'",
            import_.location,
            expected="a release version",
            found=import_.version,
        )
    found = available.get(import_.name)
    if found is None:
        raise SpecError(
            f"Import '{import_.name}' not found in dependencies in any version",
            import_.location,
            expected="its bundle to be installed, or its spec to be named by --deprom",
        )
    if not versions.satisfies(found.version, import_.version, import_.location):
        range_ = "a range" if import_ in spec.imports else "a 'kurentoVersion'"
        raise SpecError(
            f"Import '{import_.name}' with version {import_.version} not found in dependencies, "
            f"found version: {found.version}",
            import_.location,
            expected=f"{range_} that {found.version} is in",
        )
    return found
