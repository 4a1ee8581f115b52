"""The reference of all modules of a repository: the template set `doc` for each, linked, and an index."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kms_trio.spec.creator.template_helpers import TemplateHelpers
from kms_trio.spec.creator.template_rules import render_folder
from kms_trio.spec.creator.template_sets import DOC, set_folder
from kms_trio.spec.output_model import output_model
from kms_trio.spec.resolve import ResolvedModule

INDEX = "README.md"


def reference_pages(modules: Mapping[str, ResolvedModule]) -> dict[str, str]:
    """The texts by path: `README.md`, and a folder for each module. Raises CreatorError or SpecError."""
    config = {"pages": list(modules)}
    pages = {INDEX: _index(modules)}
    for name, module in modules.items():
        model = json.loads(output_model(module))
        for file, text in render_folder(set_folder(DOC), model, config, TemplateHelpers(module, modules)):
            pages[f"{name}/{file}"] = text
    return pages


def _index(modules: Mapping[str, ResolvedModule]) -> str:
    lines = [
        "# Reference",
        "",
        "The modules of this repository with their classes, by the names that they have on the wire. Generated from",
        "`module_specs/` by `python -m kms_trio.spec generate`.",
        "",
        "| module | classes |",
        "|---|---|",
    ]
    for name, module in modules.items():
        classes = ", ".join(f"[{item.name}]({name}/{item.name}.md)" for item in module.spec.remote_classes)
        lines.append(f"| [{name}]({name}/README.md) | {classes} |")
    return "\n".join(lines) + "\n"
