"""The Python code of a module: `types.py`, `events.py`, `interfaces.py` and `module.py`, from the templates here.

The files need no formatter after them, are clean under `mypy --strict`, and import nothing heavy: what they name of
other modules is those modules' generated code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import jinja2

from kms_trio.spec import interface_views, pycode, record_views
from kms_trio.spec.output_model import output_model
from kms_trio.spec.pycode import Call
from kms_trio.spec.python_names import PythonNames
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.tables import TableBuilder

KMD_FILE = "module.kmd.json"

# What to import when a name occurs in a file: pattern, module, name. Standard library first, sorted as isort does.
_STANDARD = (
    (r"\benum\.", "enum", ""),
    (r"\bABC\b", "abc", "ABC"),
    (r"@abstractmethod", "abc", "abstractmethod"),
    (r"\bMapping\[", "collections.abc", "Mapping"),
    (r"\bSequence\[", "collections.abc", "Sequence"),
    (r"\bMappingProxyType\(", "types", "MappingProxyType"),
    (r"\bTYPE_CHECKING\b", "typing", "TYPE_CHECKING"),
    (r"\bClassVar\[", "typing", "ClassVar"),
    (r"-> Self\b", "typing", "Self"),
)
_DISPATCH = ("ModuleDescriptor", "Operation", "OperationKind", "Parameter", "RemoteClass", "TypeRef")


def generate_python(
    module: ResolvedModule,
    packages: Mapping[str, str],
    factories: Mapping[str, str],
    generation_time: str,
    legacy: str = "",
) -> dict[str, str]:
    """The contents of the generated files of `module`, by file name.

    `packages` gives the package of the generated code of the module and of each import; `factories` the import path of
    the implementation of each creatable class, `legacy` that of the module's names in 6.x. Raises SpecError for what
    Python names cannot express.
    """
    environment = template_environment()
    return {
        "__init__.py": f'"""Generated code of the module `{module.name}`; see its spec."""\n',
        "types.py": _types(environment, module, packages),
        "events.py": _events(environment, module, packages),
        "interfaces.py": _interfaces(environment, module, packages),
        "module.py": _module(environment, module, packages, factories, generation_time, legacy),
        KMD_FILE: output_model(module),
    }


def template_environment() -> jinja2.Environment:
    """The templates of this package, with the filters that lay Python out."""
    environment = jinja2.Environment(loader=jinja2.PackageLoader("kms_trio.spec"), undefined=jinja2.StrictUndefined)
    environment.filters["docstring"] = pycode.docstring
    environment.filters["signature"] = pycode.signature
    environment.filters["assignment"] = pycode.assignment
    environment.filters["string"] = pycode.string
    environment.filters["proxy"] = lambda names: Call("MappingProxyType", (dict(names),))
    return environment


def _types(environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str]) -> str:
    names = PythonNames(module, packages, "types")
    template = environment.get_template("types.py.jinja")
    body = template.render(enums=record_views.enums(module), registers=record_views.registers(module, names))
    return python_file(f"Enumerations and registers of the module `{module.name}`.", body, names.imports())


def _events(environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str]) -> str:
    names = PythonNames(module, packages, "events")
    body = environment.get_template("events.py.jinja").render(events=record_views.events(module, names))
    return python_file(f"Events of the module `{module.name}`.", body, names.imports())


def _interfaces(environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str]) -> str:
    names = PythonNames(module, packages, "interfaces")
    body = environment.get_template("interfaces.py.jinja").render(interfaces=interface_views.interfaces(module, names))
    # The types are only named in annotations; importing them at run time would make a circle with `types.py`.
    checked = names.imports("types")
    if "MaybeAwaitable[" in body:
        checked.insert(0, "from kms_trio.dispatch import MaybeAwaitable")
    summary = f"Abstract bases of the classes of the module `{module.name}`."
    return python_file(summary, body, names.imports("interfaces"), checked)


def _module(
    environment: jinja2.Environment,
    module: ResolvedModule,
    packages: Mapping[str, str],
    factories: Mapping[str, str],
    generation_time: str,
    legacy: str,
) -> str:
    names = PythonNames(module, packages, "module")
    builder = TableBuilder(module, names)
    classes = builder.classes()
    body = environment.get_template("module.py.jinja").render(
        classes=classes,
        types=builder.types(),
        descriptor=builder.descriptor(packages[module.name], factories, generation_time, legacy),
    )
    imports = [*dispatch_imports(body), *names.imports()]
    return python_file(f"Dispatch table of the module `{module.name}`.", body, imports)


def dispatch_imports(body: str) -> list[str]:
    """The import of what a table uses of `kms_trio.dispatch`, if anything."""
    used = [name for name in _DISPATCH if re.search(rf"\b{name}\b", body)]
    return [f"from kms_trio.dispatch import {', '.join(used)}"] if used else []


def python_file(summary: str, body: str, ours: Sequence[str], checked: Sequence[str] = ()) -> str:
    """A whole file; `ours` are its own imports, `checked` those for the type checker alone."""
    body = body.strip("\n")
    text = body + "".join(f"\n{line}" for line in ("if TYPE_CHECKING:", *checked) if checked)
    standard: dict[str, list[str]] = {}
    for pattern, module, name in _STANDARD:
        if re.search(pattern, text):
            standard.setdefault(module, []).append(name)
    blocks = [
        [f"import {module}" if names == [""] else f"from {module} import {', '.join(names)}"]
        for module, names in standard.items()
    ]
    sections = [
        f'"""{summary}\n\nGenerated from its spec by `python -m kms_trio.spec generate`; do not edit.\n"""',
        "from __future__ import annotations",
        "\n".join(line for block in blocks for line in block),
        "import attrs" if re.search(r"\battrs\.", text) else "",
        "\n".join(ours),
        "\n    ".join(["if TYPE_CHECKING:", *checked]) if checked else "",
    ]
    gap = "\n\n\n" if body.startswith(("class ", "@")) else "\n\n"
    return "\n\n".join(section for section in sections if section) + (f"{gap}{body}\n" if body else "\n")
