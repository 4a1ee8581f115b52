"""The template set `python-client`: a package with typed classes for `kms_trio.client`.

The package is generated as a whole and written anew each time; `pyproject.toml` is the author's once it is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs
import jinja2

from kms_trio import __version__
from kms_trio.spec.client_code import generate_client
from kms_trio.spec.creator.output_folder import OutputFolder
from kms_trio.spec.creator.python_bundle import python_setting, python_version
from kms_trio.spec.creator.template_sets import PYTHON_CLIENT
from kms_trio.spec.resolve import ResolvedModule

_OWN_PACKAGES = {name: f"kms_trio.client.{name}" for name in ("core", "elements", "filters")}


def client_package(module: ResolvedModule) -> str:
    """The import name of a module's client: `code.api.python.clientPackageName` of its spec, else `kms_NAME_client`."""
    return python_setting(module, "clientPackageName", f"kms_{module.name}_client")


@attrs.frozen
class PythonClient:
    """The client of `module`; `modules` has it and all that it imports."""

    module: ResolvedModule
    modules: Mapping[str, ResolvedModule]

    def write(self, output: OutputFolder) -> None:
        """Write what is not up to date. Raises CreatorError or SpecError."""
        packages = {name: client_package(item) for name, item in self.modules.items()} | _OWN_PACKAGES
        package = packages[self.module.name]
        files = {
            # The command that an author has; the other one is for this repository.
            f"{package}/{name}": text.replace("python -m kms_trio.spec generate", "kms-module-creator")
            for name, text in generate_client(self.module, packages).items()
        }
        for name, text in files.items():
            output.write(name, text)
        output.write(f"{package}/py.typed", "")
        output.write("pyproject.toml", self._project(package, packages, "".join(files.values())), only_new=True)

    def _project(self, package: str, packages: Mapping[str, str], text: str) -> str:
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("kms_trio.spec.creator", f"templates/{PYTHON_CLIENT}"),
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
        )
        others = {name.partition(".")[0] for name in packages.values()} - {package, "kms_trio"}
        imported = sorted(name.replace("_", "-") for name in others if re.search(rf"\bfrom {name}\b", text))
        return environment.get_template("pyproject.toml.jinja").render(
            module=self.module.spec,
            package=package,
            version=python_version(self.module.spec.version),
            imported=imported,
            server_version=__version__,
        )
