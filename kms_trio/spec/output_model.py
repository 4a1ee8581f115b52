"""The resolved spec as JSON: what `ServerManager.getKmd` answers and what tools of other languages read.

It is strict JSON with everything made explicit: the expanded imports, the range of the server's versions, and the
settings of code generators with their defaults.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kms_trio.spec.code_settings import expanded_code
from kms_trio.spec.foreign_versions import maven_range, npm_range
from kms_trio.spec.model import ComplexType, DataItem, EventSpec, Import, Method, RemoteClassSpec
from kms_trio.spec.resolve import ResolvedModule

Json = dict[str, Any]


def output_model(module: ResolvedModule) -> str:
    """The JSON text, indented by two, with a line break at the end."""
    spec = module.spec
    model: Json = {
        "name": spec.name,
        "version": spec.version,
        "kurentoVersion": module.kurento_version,
        "imports": [_import(item) for item in module.imports],
    }
    if spec.repository is not None:
        model["repository"] = spec.repository
    model["code"] = expanded_code(spec)
    model["remoteClasses"] = [_class(item) for item in spec.remote_classes]
    model["complexTypes"] = [_complex_type(item) for item in spec.complex_types]
    model["events"] = [_event(item) for item in spec.events]
    return json.dumps(model, indent=2, ensure_ascii=False) + "\n"


def _import(item: Import) -> Json:
    model = {"name": item.name, "version": item.version}
    if maven := item.maven_version or maven_range(item.version, item.location):
        model["mavenVersion"] = maven
    if npm := item.npm_version or npm_range(item.version, item.location):
        model["npmVersion"] = npm
    return model


def _item(item: DataItem) -> Json:
    model: Json = {"name": item.name, "doc": item.doc, "type": str(item.type)}
    flags: Mapping[str, bool] = {"optional": item.optional, "readOnly": item.read_only, "final": item.final}
    model.update({key: True for key, value in flags.items() if value})
    if item.has_default:
        model["defaultValue"] = item.default
    return model


def _items(items: Iterable[DataItem]) -> list[Json]:
    return [_item(item) for item in items]


def _method(method: Method) -> Json:
    model: Json = {"name": method.name, "doc": method.doc, "params": _items(method.parameters)}
    if method.returns is not None:
        model["return"] = {"doc": method.returns.doc, "type": str(method.returns.type)}
    return model


def _class(definition: RemoteClassSpec) -> Json:
    model: Json = {"name": definition.name, "doc": definition.doc}
    if definition.extends is not None:
        model["extends"] = str(definition.extends)
    model["abstract"] = definition.abstract
    if definition.constructor is not None:
        constructor = definition.constructor
        model["constructor"] = {"doc": constructor.doc, "params": _items(constructor.parameters)}
    model["properties"] = _items(definition.properties)
    model["methods"] = [_method(method) for method in definition.methods]
    model["events"] = [str(event.type) for event in definition.events]
    return model


def _complex_type(definition: ComplexType) -> Json:
    model: Json = {"name": definition.name, "doc": definition.doc, "typeFormat": definition.type_format}
    if definition.type_format == "ENUM":
        model["values"] = list(definition.values)
        return model
    if definition.extends is not None:
        model["extends"] = str(definition.extends)
    model["properties"] = _items(definition.properties)
    return model


def _event(definition: EventSpec) -> Json:
    model: Json = {"name": definition.name, "doc": definition.doc}
    if definition.extends is not None:
        model["extends"] = str(definition.extends)
    model["properties"] = _items(definition.properties)
    return model
