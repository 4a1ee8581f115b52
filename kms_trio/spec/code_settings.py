"""The `code` section of a spec, with the defaults of what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kms_trio.dispatch import KURENTO_MODULES
from kms_trio.spec.model import ModuleSpec
from kms_trio.spec.versions import DEV_SUFFIX, is_dev


def expanded_code(spec: ModuleSpec) -> dict[str, Any]:
    """The settings of all code generators. A `kmd` section appears only in a spec that has one."""
    name, version = spec.name, spec.version
    release = version.removesuffix(DEV_SUFFIX)
    maven_version = f"{release}-SNAPSHOT" if is_dev(version) else version
    group = "org.kurento.module"
    java = {
        "packageName": f"{group}.{name}",
        "mavenGroupId": group,
        "mavenArtifactId": name,
        "mavenVersion": maven_version,
    }
    javascript = {"nodeName": f"kurento-module-{name}", "npmDescription": ""}
    javascript["npmVersion"] = (npm_repository(spec) if is_dev(version) else None) or release
    implementation = {
        "cppNamespace": "kurento" if name in KURENTO_MODULES else f"kurento::module::{name}",
        "lib": f"libkms{name.lower()}",
    }
    defaults: dict[str, Any] = {"api": {"java": java, "js": javascript}, "implementation": implementation}
    if "kmd" in spec.code:
        kmd = {"mavenGroupId": group, "mavenArtifactId": f"{name}.kmd", "mavenVersion": maven_version}
        defaults = {"kmd": {"java": kmd}, **defaults}
    return _merged(defaults, spec.code)


def npm_repository(spec: ModuleSpec) -> str | None:
    """Where npm finds development versions of the module's client, `code.api.js.npmGit`."""
    repository = _section(spec.code, "api", "js").get("npmGit")
    return repository if isinstance(repository, str) else None


def _section(code: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    current: Any = code
    for key in path:
        current = current.get(key) if isinstance(current, dict) else None
    return current if isinstance(current, dict) else {}


def _merged(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in given.items():
        base = merged.get(key)
        merged[key] = _merged(base, value) if isinstance(base, dict) and isinstance(value, dict) else value
    return merged
