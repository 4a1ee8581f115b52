"""The template set `python-server`: a bundle that `pip install` puts beside the server.

The package's `generated/` is written anew each time. All else (`pyproject.toml`, one file for each creatable class) is
the author's: it is written when it is not there and never touched again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs
import jinja2

from kms_trio import __version__
from kms_trio.spec import pycode
from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.creator.implementation_stub import implementation_stub
from kms_trio.spec.creator.output_folder import OutputFolder
from kms_trio.spec.creator.requirements import PROJECT, distribution, missing_requirements
from kms_trio.spec.creator.template_sets import PYTHON_SERVER
from kms_trio.spec.naming import snake_case
from kms_trio.spec.python_code import generate_python
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.versions import DEV_SUFFIX

GENERATED = "generated"
_SERVER_PACKAGES = {
    "core": "kms_trio.generated.core",
    "elements": "kms_elements.generated",
    "filters": "kms_filters.generated",
}
_STAMP = re.compile(r'(?<=generation_time=")[^"]*(?=")')
_PLACEHOLDER = "@generation-time@"


def bundle_package(module: ResolvedModule) -> str:
    """The import name of a module's bundle: `code.api.python.packageName` of its spec, else `kms_NAME`."""
    return python_setting(module, "packageName", f"kms_{module.name}")


def python_setting(module: ResolvedModule, key: str, default: str) -> str:
    """The import name that a spec has under `code.api.python`. Raises CreatorError."""
    settings: Any = module.spec.code
    for step in ("api", "python", key):
        settings = settings.get(step) if isinstance(settings, Mapping) else None
    name = settings if isinstance(settings, str) else default
    if not name.isidentifier():
        raise CreatorError(f"bad 'code.api.python.{key}' of module '{module.name}' (found '{name}')")
    return name


@attrs.frozen
class PythonBundle:
    """The bundle of `module`; `modules` has it and all that it imports."""

    module: ResolvedModule
    modules: Mapping[str, ResolvedModule]

    def write(self, output: OutputFolder, now: str) -> list[str]:
        """Write what is not up to date; `now` goes into a changed module. Raises CreatorError or SpecError.

        Returns remarks on files of the author's that do not fit the spec any more.
        """
        package = bundle_package(self.module)
        generated = self._generated(package)
        stamp = self._stamp(generated, output, f"{package}/{GENERATED}/module.py", now)
        for name, text in generated.items():
            output.write(name, text.replace(_PLACEHOLDER, stamp))
        for name, text in self._authors(package, generated).items():
            output.write(name, text, only_new=True)
        needed = self._requirements("".join(generated.values()))
        return [
            f"{PROJECT}: the dependencies lack '{name}', which the generated code imports"
            for name in missing_requirements(output.read(PROJECT), needed)
        ]

    def _generated(self, package: str) -> dict[str, str]:
        factories = {
            item.name: f"{package}.{snake_case(item.name)}:{item.name}"
            for item in self.module.spec.remote_classes
            if item.creatable
        }
        files = generate_python(self.module, self._packages(), factories, _PLACEHOLDER)
        # The command that an author has; the other one is for this repository.
        return {
            f"{package}/{GENERATED}/{name}": text.replace("python -m kms_trio.spec generate", "kms-module-creator")
            for name, text in files.items()
        }

    def _stamp(self, generated: Mapping[str, str], output: OutputFolder, table: str, now: str) -> str:
        """The time of generation: that of the last one as long as nothing else changes."""
        match = _STAMP.search(output.read(table) or "")
        if match is None:
            return now
        last = match[0]
        same = all(output.read(name) == text.replace(_PLACEHOLDER, last) for name, text in generated.items())
        return last if same else now

    def _authors(self, package: str, generated: Mapping[str, str]) -> dict[str, str]:
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("kms_trio.spec.creator", f"templates/{PYTHON_SERVER}"),
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
        )
        spec = self.module.spec
        environment.filters["docstring"] = pycode.docstring
        environment.filters["signature"] = pycode.signature
        stubs = {
            f"{package}/{snake_case(item.name)}.py": implementation_stub(
                environment, item, self.module, self._packages(), self._implementations()
            )
            for item in spec.remote_classes
            if item.creatable
        }
        imported = self._requirements("".join((*generated.values(), *stubs.values())))
        project = environment.get_template("pyproject.toml.jinja").render(
            module=spec,
            package=package,
            version=python_version(spec.version),
            imported=imported,
            server_version=__version__,
        )
        return {
            PROJECT: project,
            f"{package}/__init__.py": f'"""The Kurento module `{spec.name}`."""\n',
            f"{package}/py.typed": "",
            **stubs,
        }

    def _requirements(self, text: str) -> list[str]:
        """The distributions of the bundles that code imports."""
        bundles = {package.partition(".")[0]: name for name, package in self._packages().items()}
        others = bundles.keys() - {bundle_package(self.module), "kms_trio"}
        return sorted(distribution(bundles[package], package) for package in others if f"from {package}." in text)

    def _packages(self) -> dict[str, str]:
        """Where the generated code of each module is."""
        return {
            **{name: f"{package}.{GENERATED}" for name, package in self._implementations().items()},
            **_SERVER_PACKAGES,
        }

    def _implementations(self) -> dict[str, str]:
        """Where authors write, for modules that are made by this tool."""
        return {name: bundle_package(item) for name, item in self.modules.items() if name not in _SERVER_PACKAGES}


def python_version(version: str) -> str:
    """A version of a spec as packages of Python write it: `1.0.0-dev` is `1.0.0.dev0`."""
    return f"{version.removesuffix(DEV_SUFFIX)}.dev0" if version.endswith(DEV_SUFFIX) else version
