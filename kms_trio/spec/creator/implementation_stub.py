"""The first version of an implementation: it loads, can be created, and answers its methods with NOT_IMPLEMENTED."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

import attrs
import jinja2

from kms_trio.spec import interface_views, pycode
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import DataItem, RemoteClassSpec
from kms_trio.spec.naming import snake_case
from kms_trio.spec.pycode import expression
from kms_trio.spec.python_names import PythonNames
from kms_trio.spec.resolve import ResolvedModule

#: What to build upon: class of the spec, module to import from, name there, and what its constructor takes in addition.
_BASES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "Filter": ("kms_trio.api", "VideoFilter", ("media_pipeline",)),
    "OpenCVFilter": ("kms_filters.opencv", "OpenCVFilter", ("media_pipeline",)),
    "BaseRtpEndpoint": ("kms_trio.api", "BaseRtpEndpoint", ()),
    "SdpEndpoint": ("kms_trio.api", "SdpEndpoint", ()),
    "UriEndpoint": ("kms_trio.api", "UriEndpoint", ("uri",)),
    "SessionEndpoint": ("kms_trio.api", "SessionEndpoint", ()),
    "Endpoint": ("kms_trio.api", "SourceEndpoint", ("media_pipeline",)),
    "Hub": ("kms_trio.api", "PictureHub", ("media_pipeline",)),
    "MediaElement": ("kms_trio.api", "MediaElement", ()),
    "MediaObject": ("kms_trio.api", "MediaObject", ()),
}

#: What authors may want instead, as the spec does not tell: comments above the class.
_OTHERS: Mapping[str, str] = {
    "VideoFilter": "A filter of pictures. AudioFilter is the base for samples, DataFilter the one for messages.",
    "SourceEndpoint": "Brings media in. SinkEndpoint is the base for what takes them, Endpoint for what does both.",
    "PictureHub": "Mixes pictures. Hub is the base for one that hands on what it gets, or mixes audio.",
}

#: What implementations import of `kms_trio.api` for annotations.
_ONLY_TYPES = ("MediaObject", "ObjectContext", "OfferOptions", "RemoteClass")

#: What each constructor takes for itself.
_FIXED = frozenset({"context", "parent", "object_class"})


@attrs.frozen
class Base:
    """The class to derive from, what its constructor takes, and the own classes between that are only interfaces."""

    module: str
    name: str
    takes: tuple[str, ...]
    between: tuple[str, ...]


def implementation_stub(
    environment: jinja2.Environment,
    definition: RemoteClassSpec,
    module: ResolvedModule,
    packages: Mapping[str, str],
    implementations: Mapping[str, str],
) -> str:
    """The file of a creatable class.

    `packages` gives the package of the generated code of each module, `implementations` the package with the author's
    files. Raises SpecError.
    """
    names = PythonNames(module, packages, "implementation")
    base = _base(definition, module, implementations)
    views = {view.name: view for view in interface_views.interfaces(module, names)}
    interfaces = [views[f"{name}Interface"] for name in (definition.name, *base.between)]
    parameters = definition.constructor.parameters if definition.constructor is not None else ()
    treats_video = base.name in ("VideoFilter", "OpenCVFilter")
    body = environment.get_template("implementation.py.jinja").render(
        definition=definition,
        base=base,
        treats_video=treats_video,
        others=_OTHERS.get(base.name),
        interface=f"{definition.name}Interface",
        constructor=_constructor(parameters, module, names),
        passed=[f"{name}={name}" for item in parameters if (name := snake_case(item.name)) in base.takes],
        stored=[name for item in parameters if (name := snake_case(item.name)) not in ("media_pipeline", *base.takes)],
        needs_constructor=any(snake_case(item.name) not in base.takes for item in parameters),
        properties=[item for view in interfaces for item in view.properties],
        methods=[(item, _result(item.returns)) for view in interfaces for item in view.methods],
    )
    return _with_imports(definition, body, base, module, names, packages)


def _base(definition: RemoteClassSpec, module: ResolvedModule, implementations: Mapping[str, str]) -> Base:
    between: list[str] = []
    symbol = module.parent(definition)
    while symbol is not None and isinstance(symbol.definition, RemoteClassSpec):
        parent, owner = symbol.definition, symbol.module or ""
        if owner in implementations and parent.creatable and parent.constructor is not None:
            takes = tuple(snake_case(item.name) for item in parent.constructor.parameters)
            return Base(f"{implementations[owner]}.{snake_case(parent.name)}", parent.name, takes, tuple(between))
        if owner == module.name:
            between.append(parent.name)
        elif parent.name in _BASES:
            return Base(*_BASES[parent.name], tuple(between))
        if parent.extends is None:
            break
        scope = module.scope.types[owner]
        symbol = scope.get(parent.extends.name) or module.scope.type(parent.extends, parent.location)
    return Base("kms_trio.api", "MediaObject", (), tuple(between))


def _constructor(parameters: Sequence[DataItem], module: ResolvedModule, names: PythonNames) -> list[str]:
    declared = [_declared(item, module, names) for item in parameters if item.name != "mediaPipeline"]
    fixed = ["self", "context: ObjectContext", "parent: MediaObject | None", "object_class: RemoteClass"]
    for item in parameters:
        if snake_case(item.name) in _FIXED:
            raise SpecError(
                f"constructor parameter '{item.name}' has the name of one that every implementation in Python takes",
                item.location,
                expected="another name",
            )
    pipeline = [item for item in parameters if item.name == "mediaPipeline"]
    return [*fixed, *declared, *("media_pipeline: MediaObject | None = None" for _ in pipeline)]


def _declared(item: DataItem, module: ResolvedModule, names: PythonNames) -> str:
    name = snake_case(item.name)
    if not item.optional:
        return f"{name}: {names.annotation(item.type)}"
    if not item.type.container and module.type(item.type).kind == "primitive":
        return f"{name}: {names.annotation(item.type)} = {expression(names.literal(item.default, item.type))}"
    # The server always passes a value: the spec's default is in its tables.
    return f"{name}: {names.annotation(item.type, optional=True)} = None"


def _result(returns: str) -> str:
    """What a plain method returns where the interface also allows an async one."""
    return returns.removeprefix("MaybeAwaitable[").removesuffix("]")


def _with_imports(
    definition: RemoteClassSpec,
    body: str,
    base: Base,
    module: ResolvedModule,
    names: PythonNames,
    packages: Mapping[str, str],
) -> str:
    names.used = {(owner, file) for owner, file in names.used if re.search(rf"\b{_alias(owner, file, module)}\.", body)}
    api = {"ErrorCode", "KurentoError", "Picture", "PictureFormat", "UriEndpointState"}
    runtime = sorted(name for name in api if re.search(rf"\b{name}\b", body))
    ours = [f"from {packages[module.name]}.interfaces import {definition.name}Interface"]
    if base.module == "kms_trio.api":
        runtime = sorted([*runtime, base.name])
    else:
        ours.append(f"from {base.module} import {base.name}")
    if runtime:
        ours.append(pycode.import_from("kms_trio.api", runtime))
    checked = names.imports()
    only_types = [name for name in _ONLY_TYPES if re.search(rf"\b{name}\b", body)]
    only_types = [name for name in only_types if name not in runtime]
    if only_types:
        checked.append(pycode.import_from("kms_trio.api", only_types))
    checked.sort(key=_imported)
    standard = [name for name in ("Mapping", "Sequence") if re.search(rf"\b{name}\[", body)]
    if standard:
        checked.insert(0, f"from collections.abc import {', '.join(standard)}\n")
    sections = [
        f'"""{definition.name} of the module `{module.name}`: yours to write; the generator leaves it alone."""',
        "from __future__ import annotations",
        "from typing import TYPE_CHECKING" if checked else "",
        "\n".join(sorted(ours, key=_imported)),
        "if TYPE_CHECKING:\n" + textwrap.indent("\n".join(checked), "    ").rstrip() if checked else "",
    ]
    return "\n\n".join(section for section in sections if section) + f"\n\n\n{body.strip()}\n"


def _imported(line: str) -> str:
    """The module in `from module import names`."""
    return line.split()[1]


def _alias(owner: str, file: str, module: ResolvedModule) -> str:
    return file if owner == module.name else f"{owner}_{file}"
