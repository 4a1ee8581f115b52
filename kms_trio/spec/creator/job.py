"""What the command does once its options are known: read the spec and what it imports, write what was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from kms_trio.spec.creator.contract_changes import contract_changes
from kms_trio.spec.creator.dependencies import imported_specs, load_dependencies
from kms_trio.spec.creator.java_names import check_java
from kms_trio.spec.creator.output_folder import OutputFolder
from kms_trio.spec.creator.package_files import author_file, united_json, united_pom
from kms_trio.spec.creator.python_bundle import GENERATED, PythonBundle, bundle_package
from kms_trio.spec.creator.python_client import PythonClient, client_package
from kms_trio.spec.creator.template_config import expanded_methods, expands_methods, kept_names, template_config
from kms_trio.spec.creator.template_helpers import TemplateHelpers
from kms_trio.spec.creator.template_rules import render_folder
from kms_trio.spec.creator.template_sets import CLIENT_JAVA, PYTHON_CLIENT, PYTHON_SERVER, set_folder
from kms_trio.spec.loader import find_files, fuse, read_files
from kms_trio.spec.output_model import output_model
from kms_trio.spec.python_code import KMD_FILE
from kms_trio.spec.resolve import ResolvedModule, resolve

#: Files of other package managers: how an author's own is united with the generated one.
_UNITED: Mapping[str, tuple[str, Callable[[str, Path], str]]] = {
    "npm": ("package.json", united_json),
    "maven": ("pom.xml", united_pom),
}


@attrs.frozen(slots=False)
class Job:
    """A module to generate from. Everything here raises SpecError or CreatorError and nothing else."""

    specs: Sequence[Path]
    modules: Mapping[str, ResolvedModule]
    module: ResolvedModule
    say: Callable[[str], None] = print

    @classmethod
    def load(cls, specs: Sequence[Path], dependencies: Sequence[Path], say: Callable[[str], None] = print) -> Job:
        """Read and check the spec in `specs`, with what it imports."""
        spec = fuse(read_files(find_files(specs)))
        imported = imported_specs(spec, load_dependencies(dependencies))
        modules = resolve([spec, *imported], written=spec.name)
        return cls(specs, modules, modules[spec.name], say)

    @cached_property
    def model(self) -> dict[str, Any]:
        """The output model."""
        model: dict[str, Any] = json.loads(output_model(self.module))
        return model

    def write_model(self, folder: OutputFolder) -> None:
        """`--output-model`."""
        folder.prepare()
        folder.write(f"{self.module.name}.kmd.json", output_model(self.module))

    def write_templates(
        self, templates: Path, output: OutputFolder, config: Mapping[str, Any], *, delete: bool
    ) -> None:
        """`--templates`, and the sets of templates that follow the same rules."""
        config = template_config(templates, config)
        if delete:
            output.empty(kept_names(config))
        output.prepare()
        for name, text in self._rendered(templates, config):
            output.write(name, text)

    def write_set(self, name: str, output: OutputFolder, config: Mapping[str, Any], now: str, *, delete: bool) -> None:
        """`--internal-templates`."""
        folder = set_folder(name)
        if name == CLIENT_JAVA:
            check_java(self.module)
        if name == PYTHON_SERVER:
            self._write_bundle(output, now, delete=delete)
        elif name == PYTHON_CLIENT:
            self._write_client(output, delete=delete)
        else:
            self.write_templates(folder, output, config, delete=delete)

    def write_package_file(self, name: str, output: OutputFolder) -> None:
        """`--npm-package` (`npm`) and `--maven-pom` (`maven`)."""
        file, unite = _UNITED[name]
        author = author_file(self.specs, file)
        output.prepare()
        for path, text in self._rendered(set_folder(name), {}):
            output.write(path, text if author is None or path != file else unite(text, author))

    def _write_bundle(self, output: OutputFolder, now: str, *, delete: bool) -> None:
        # Only what is generated is deleted, as all the rest is the author's.
        generated = f"{bundle_package(self.module)}/{GENERATED}"
        changes = contract_changes(output.read(f"{generated}/{KMD_FILE}"), self.model)
        if delete:
            attrs.evolve(output, path=output.path / generated).empty()
        output.prepare()
        remarks = PythonBundle(self.module, self.modules).write(output, now)
        if changes:
            self.say("Changes of the contract:")
            for line in changes:
                self.say(f"  {line}")
        for remark in remarks:
            self.say(f"Warning: {remark}")

    def _write_client(self, output: OutputFolder, *, delete: bool) -> None:
        if delete:
            attrs.evolve(output, path=output.path / client_package(self.module)).empty()
        output.prepare()
        PythonClient(self.module, self.modules).write(output)

    def _rendered(self, templates: Path, config: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        model = expanded_methods(self.model) if expands_methods(config) else self.model
        return list(render_folder(templates, model, config, TemplateHelpers(self.module, self.modules)))
