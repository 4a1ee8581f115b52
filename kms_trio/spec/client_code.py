"""The Python client of a module: typed classes that plug into `kms_trio.client`.

A package has `classes.py`, `events.py`, `types.py` and `module.py`, the tables that values are read and written by,
and the same again in `blocking/`, whose classes block instead of being awaited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs
import jinja2

from kms_trio.spec import client_views, pycode, record_views
from kms_trio.spec.client_names import ClientNames, plain_types
from kms_trio.spec.client_views import CreateView, OperationView
from kms_trio.spec.model import RemoteClassSpec
from kms_trio.spec.naming import class_name
from kms_trio.spec.pycode import Call, Raw
from kms_trio.spec.python_code import dispatch_imports, python_file, template_environment
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.tables import TableBuilder, class_constant

BLOCKING = "blocking"


@attrs.frozen
class Flavour:
    """One of the two kinds of clients: how methods are declared and called, and what they are built on."""

    runtime: str
    keyword: str
    call: str


TRIO = Flavour("kms_trio.client", "async def", "await ")
BLOCKS = Flavour("kms_trio.client.blocking", "def", "")


@attrs.define
class ClientTableBuilder(TableBuilder):
    """The tables of a client: no texts, no implementations."""

    def module_call(self, package: str) -> Call:
        """The module's `ClientModule`; to be asked for after `classes`."""
        spec = self.module.spec
        tables = {item.name: Raw(class_constant(item.name)) for item in spec.remote_classes}
        handles = {item.name: Raw(f"classes.{class_name(item.name)}") for item in spec.remote_classes}
        registers = [item.name for item in spec.complex_types if item.type_format == "REGISTER"]
        if handles:
            self.names.used.add((self.module.name, "classes"))
        return Call(
            "ClientModule",
            (),
            {
                "name": spec.name,
                "version": spec.version,
                "package": package,
                "classes": Call("MappingProxyType", (tables,)),
                "handles": Call("MappingProxyType", (handles,)),
                "registers": self._table("types", registers),
                "events": self._table("events", [item.name for item in spec.events]),
            },
        )

    def _doc(self, definition: RemoteClassSpec) -> dict[str, object]:
        return {}


def generate_client(
    module: ResolvedModule, packages: Mapping[str, str], server_package: str | None = None
) -> dict[str, str]:
    """The contents of the files of a module's client, by path in its package.

    `packages` gives the package of the client of the module and of each import. With `server_package`, the package of
    the server's generated code, enumerations and registers are taken from there. Raises SpecError.
    """
    package = packages[module.name]
    files = _flavour(module, packages, TRIO, server_package)
    blocking = {name: f"{other}.{BLOCKING}" for name, other in packages.items()}
    for name, text in _flavour(module, blocking, BLOCKS, server_package or package).items():
        files[f"{BLOCKING}/{name}"] = text
    return files


def _flavour(
    module: ResolvedModule, packages: Mapping[str, str], flavour: Flavour, plain: str | None
) -> dict[str, str]:
    environment = template_environment()
    return {
        "__init__.py": _init(module, packages[module.name], flavour),
        "types.py": _types(environment, module, packages, plain),
        "events.py": _events(environment, module, packages),
        "classes.py": _classes(environment, module, packages, flavour),
        "module.py": _module(environment, module, packages),
    }


def _init(module: ResolvedModule, package: str, flavour: Flavour) -> str:
    spec = module.spec
    taken: set[str] = set()
    imports = []
    for file, items in (("classes", spec.remote_classes), ("types", spec.complex_types), ("events", spec.events)):
        # An event may be called like a type; it is then had from its file.
        found = sorted({class_name(item.name) for item in items} - taken)
        taken |= set(found)
        if found:
            imports.append(pycode.import_from(f"{package}.{file}", found))
    body = pycode.assignment("__all__", sorted(taken)) if taken else ""
    how = "for Trio" if flavour is TRIO else "that blocks"
    return python_file(f"Client {how} of the module `{module.name}`.", body, sorted(imports))


def _types(
    environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str], plain: str | None
) -> str:
    names = ClientNames(module, packages, "types")
    shared = set() if plain is None else set(plain_types(module))
    enums = [view for view in record_views.enums(module) if view.name not in _spelled(shared)]
    registers = [view for view in record_views.registers(module, names) if view.wire_name not in shared]
    body = environment.get_template("types.py.jinja").render(enums=enums, registers=registers)
    imports = names.imports()
    if shared and plain is not None:
        again = [f"{name} as {name}" for name in sorted(_spelled(shared))]
        imports = sorted([*imports, pycode.import_from(f"{plain}.types", again)], key=_package)
    return python_file(f"Enumerations and registers of the module `{module.name}`.", body, imports)


def _events(environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str]) -> str:
    names = ClientNames(module, packages, "events")
    body = environment.get_template("events.py.jinja").render(events=record_views.events(module, names))
    return python_file(f"Events of the module `{module.name}`.", body, names.imports())


def _classes(
    environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str], flavour: Flavour
) -> str:
    names = ClientNames(module, packages, "classes")
    views = client_views.client_classes(module, names)

    def calling(view: OperationView) -> str:
        """The statement that calls the server, with its result in a variable that says the type."""
        target = "" if view.returns == "None" else f"{view.result}: {view.returns} = "
        before = f"{pycode.INDENT * 2}{target}"
        return before + pycode.expression(Call(f"{flavour.call}self._call", view.arguments), before, 2)

    def creating(arguments: Sequence[object]) -> str:
        before = f"{pycode.INDENT * 2}created: Self = "
        return before + pycode.expression(Call(f"{flavour.call}cls._create", arguments), before, 2)

    def declaring(view: CreateView) -> str:
        text = pycode.signature("create", view.parameters, "Self", 1, keyword=flavour.keyword)
        if not view.unlike_parent:
            return text
        first, end, rest = text.partition("\n")
        return f"{first}  # type: ignore[override]  # made otherwise than its parent{end}{rest}"

    environment.filters["declaring"] = declaring
    environment.filters["calling"] = calling
    environment.filters["creating"] = creating
    body = environment.get_template("client_classes.py.jinja").render(
        classes=views, package=packages[module.name], keyword=flavour.keyword
    )
    # Types are only named in annotations; importing them at run time would make a circle with `types.py`.
    ours = names.imports("classes")
    checked = names.imports("types", "events")
    if "RemoteObject)" in body:
        ours = sorted([*ours, f"from {flavour.runtime}.remote import RemoteObject"], key=_package)
    if "kurento: Kurento" in body:
        checked = sorted([*checked, f"from {flavour.runtime}.kurento import Kurento"], key=_package)
    return python_file(f"Classes of the module `{module.name}`.", body, ours, checked)


def _module(environment: jinja2.Environment, module: ResolvedModule, packages: Mapping[str, str]) -> str:
    names = ClientNames(module, packages, "module")
    builder = ClientTableBuilder(module, names)
    classes = builder.classes()
    descriptor = builder.module_call(packages[module.name])
    body = environment.get_template("module.py.jinja").render(
        classes=classes, types=builder.types(), descriptor=descriptor
    )
    runtime = "from kms_trio.client.module import ClientModule"
    imports = sorted([runtime, *dispatch_imports(body), *names.imports()], key=_package)
    return python_file(f"Tables of the client of the module `{module.name}`.", body, imports)


def _spelled(names: Iterable[str]) -> set[str]:
    return {class_name(name) for name in names}


def _package(line: str) -> str:
    """What import lines are sorted by."""
    return line.split()[1]
