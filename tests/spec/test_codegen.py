"""Code generation for a third-party module, and the corners of naming and layout."""

from __future__ import annotations

import ast
import importlib
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio import api
from kms_trio.dispatch import ModuleDescriptor
from kms_trio.generated.core import interfaces as core_interfaces
from kms_trio.spec import pycode
from kms_trio.spec.bundles import check_factories, generate_bundles, read_bundles, reference_folder
from kms_trio.spec.errors import SpecError
from kms_trio.spec.loader import fuse, load_module
from kms_trio.spec.naming import enum_member, member_name, snake_case
from kms_trio.spec.output_model import output_model
from kms_trio.spec.resolve import resolve

SPECS = Path(__file__).parents[2] / "module_specs"

SPEC = r"""{
  "name": "sample", "version": "0.1.0-dev", "kurentoVersion": "^7.0.0",
  "code": {"api": {"js": {"npmGit": "https://example.org/sample.git"}}},
  "remoteClasses": [{
    "name": "SampleFilter", "extends": "Filter", "doc": "Says \"so\", with a \\ and \"\"\" inside.",
    "constructor": {"params": [
      {"name": "mediaPipeline", "type": "MediaPipeline"},
      {"name": "class", "type": "Window", "optional": true, "defaultValue": {"topX": 3}}
    ]},
    "properties": [{"name": "lambda", "type": "Mode<>"}],
    "methods": [{"name": "import", "params": [{"name": "from", "type": "Window[]"},
      {"name": "mode", "type": "Mode", "optional": true, "defaultValue": "3gpp"},
      {"name": "rate", "type": "double", "optional": true, "defaultValue": 1}], "return": {"type": "HubPort"}}],
    "events": ["Error", "Crossed"]
  }],
  "complexTypes": [
    {"name": "Child", "typeFormat": "REGISTER", "extends": "Window", "properties": []},
    {"name": "Window", "typeFormat": "REGISTER", "properties": [
      {"name": "topX", "type": "int"},
      {"name": "mode", "type": "Mode", "optional": true, "defaultValue": "on-line"},
      {"name": "size", "type": "Fraction", "optional": true, "defaultValue": {"numerator": 1, "denominator": 2}},
      {"name": "tags", "type": "String[]", "optional": true, "defaultValue": ["a"]}
    ]},
    {"name": "Mode", "typeFormat": "ENUM", "values": ["3gpp", "on-line"]}
  ],
  "events": [{"name": "Crossed", "extends": "Media", "properties": [
    {"name": "window", "type": "Window"}, {"name": "kind", "type": "MediaType"},
    {"name": "filter", "type": "SampleFilter"}
  ]}]
}"""

BUNDLES = """
[module.core]
spec = "{specs}"
output = "unused"
package = "kms_trio.generated.core"
factories = {{MediaPipeline = "a:A", HubPort = "a:A", PassThrough = "a:A"}}
[module.elements]
spec = "{specs}"
[module.filters]
spec = "{specs}"
[module.sample]
spec = "."
output = "sample_bundle"
package = "sample_bundle"
factories = {{SampleFilter = "sample_bundle.filter:SampleFilter"}}
"""


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleDescriptor:
    """The sample module, generated into a fresh package and imported."""
    (tmp_path / "sample.kmd.json").write_text(SPEC)
    (tmp_path / "bundles.toml").write_text(BUNDLES.format(specs=SPECS))
    for path, text in generate_bundles(read_bundles(tmp_path / "bundles.toml"), "Jan  1 2030 00:00:00").items():
        if path.parent.name == "sample_bundle":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "sample_bundle"]:
        monkeypatch.delitem(sys.modules, name)
    module: ModuleDescriptor = importlib.import_module("sample_bundle.module").MODULE
    return module


def test_a_third_party_module(sample: ModuleDescriptor) -> None:
    assert (sample.name, sample.version, sample.generation_time) == ("sample", "0.1.0-dev", "Jan  1 2030 00:00:00")
    sample_filter = sample.classes["SampleFilter"]
    assert sample_filter.qualified_name == "sample.SampleFilter"
    assert sample_filter.hierarchy == ("kurento.Filter", "kurento.MediaElement", "kurento.MediaObject")
    assert {"connect", "import", "getLambda"} <= set(sample_filter.operations)
    assert {"Crossed", "ElementConnected"} <= sample_filter.events
    assert sample_filter.doc.startswith('Says "so", with a \\ and """ inside.')
    assert json.loads(sample.kmd)["code"]["api"]["js"]["npmVersion"] == "https://example.org/sample.git"


def test_words_of_python_get_an_underscore(sample: ModuleDescriptor) -> None:
    operation = sample.classes["SampleFilter"].operations["import"]
    assert operation.attribute == "import_"
    assert [(item.name, item.attribute) for item in operation.parameters] == [
        ("from", "from_"),
        ("mode", "mode"),
        ("rate", "rate"),
    ]
    constructor = sample.classes["SampleFilter"].constructor
    assert constructor is not None
    assert constructor[1].attribute == "class_"
    interface = importlib.import_module("sample_bundle.interfaces").SampleFilterInterface
    assert {"import_", "lambda_"} <= interface.__abstractmethods__


def test_defaults_of_registers_become_values(sample: ModuleDescriptor) -> None:
    window = sample.registers["Window"](top_x=1)
    mode = sample.enums["Mode"]
    assert window.mode is mode("on-line")
    assert (window.size.numerator, window.tags) == (1, ("a",))
    assert issubclass(sample.registers["Child"], sample.registers["Window"])
    assert (sample.registers["Child"].MODULE, sample.registers["Child"].TYPE) == ("sample", "Child")


def test_a_factory_for_each_creatable_class() -> None:
    modules = resolve([load_module(SPECS, name) for name in ("core", "elements", "filters")])
    with pytest.raises(SpecError, match="class 'HubPort' has no implementation"):
        check_factories(modules["core"], {})
    with pytest.raises(SpecError, match="'Filter', which is no creatable class of module 'core'"):
        check_factories(modules["core"], {"Filter": "a:A"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("module = 3", "no modules in"),
        ("[module", "cannot read"),
        ("[module.m]\nspec = 3", r"bad \[module.m\]"),
        ('[module.m]\nspec = "."\nextra = 1', r"bad \[module.m\] .*expected only the keys"),
        ('[module.m]\nspec = "."\noutput = "x"', "expected 'output' and 'package' together"),
        ('[module.m]\nspec = "."\nfactories = "x"', "a table of strings 'factories'"),
    ],
)
def test_bad_lists_of_bundles(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bundles.toml").write_text(text)
    with pytest.raises(SpecError, match=message):
        read_bundles(tmp_path / "bundles.toml")


def test_enum_values_that_python_cannot_tell_apart(tmp_path: Path) -> None:
    enum = {"name": "E", "typeFormat": "ENUM", "values": ["a", "A"]}
    spec = {"name": "core", "version": "1.0.0", "complexTypes": [enum]}
    (tmp_path / "core.kmd.json").write_text(json.dumps(spec))
    (tmp_path / "bundles.toml").write_text('[module.core]\nspec = "."\noutput = "x"\npackage = "x"\n')
    with pytest.raises(SpecError, match="values of enum 'E' differ only in"):
        generate_bundles(read_bundles(tmp_path / "bundles.toml"), "now")


def test_output_model_can_be_read_again() -> None:
    specs = [load_module(SPECS, name) for name in ("core", "elements", "filters")]
    specs.append(fuse({"sample.kmd.json": SPEC.encode()}))
    first = resolve(specs)
    again = resolve(fuse({name: output_model(module).encode()}) for name, module in first.items())
    for name, module in first.items():
        assert output_model(again[name]) == output_model(module)
    assert json.loads(output_model(first["sample"]))["code"] == {
        "api": {
            "java": {
                "packageName": "org.kurento.module.sample",
                "mavenGroupId": "org.kurento.module",
                "mavenArtifactId": "sample",
                "mavenVersion": "0.1.0-SNAPSHOT",
            },
            "js": {
                "nodeName": "kurento-module-sample",
                "npmDescription": "",
                "npmVersion": "https://example.org/sample.git",
                "npmGit": "https://example.org/sample.git",
            },
        },
        "implementation": {"cppNamespace": "kurento::module::sample", "lib": "libkmssample"},
    }


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("addIceCandidate", "add_ice_candidate"),
        ("getGstreamerDot", "get_gstreamer_dot"),
        ("externalIPv4", "external_ipv4"),
        ("ICECandidatePairs", "ice_candidate_pairs"),
        ("IceConnectionState", "ice_connection_state"),
        ("sdpMLineIndex", "sdp_mline_index"),
        ("turnUrl", "turn_url"),
        ("useIpv6", "use_ipv6"),
        ("E2ELatency", "e2e_latency"),
        ("keyBase64", "key_base64"),
        ("base64Certificate", "base64_certificate"),
        ("offsetXPercent", "offset_x_percent"),
        ("zOrder", "z_order"),
        ("class", "class_"),
        ("self", "self_"),
    ],
)
def test_snake_case(wire: str, python: str) -> None:
    assert snake_case(wire) == python


@pytest.mark.parametrize(
    ("value", "member"),
    [("AUDIO", "AUDIO"), ("inboundrtp", "INBOUNDRTP"), ("3gpp", "VALUE_3GPP"), ("a-b c", "A_B_C"), ("", "VALUE")],
)
def test_enum_members(value: str, member: str) -> None:
    assert enum_member(value) == member


@given(st.text())
def test_string_literals_mean_what_they_should(text: str) -> None:
    assert ast.literal_eval(pycode.string(text)) == text


@given(st.text(alphabet="ab \\\"'\n-`é", max_size=300))
def test_docstrings_are_docstrings(text: str) -> None:
    code = pycode.docstring(text, 0)
    value = ast.literal_eval(code)
    expected = " ".join(text.split()) or "Undocumented."
    assert " ".join(value.split()) == expected
    assert max(len(line) for line in code.splitlines()) <= 120 or max(len(word) for word in expected.split()) > 100


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda children: (
        st.lists(children) | st.lists(children).map(tuple) | st.dictionaries(st.text(max_size=9), children)
    ),
)


@given(values)
def test_expressions_mean_what_they_should(value: object) -> None:
    assert ast.literal_eval(pycode.assignment("x", value).removeprefix("x = ")) == value


@pytest.mark.parametrize("table", ["reference = 3", "[reference]\nfolder = 'x'", "[reference]\noutput = 3"])
def test_a_bad_reference_table(tmp_path: Path, table: str) -> None:
    (tmp_path / "bundles.toml").write_text(table)
    with pytest.raises(SpecError, match="only the key output"):
        reference_folder(tmp_path / "bundles.toml")


def test_a_client_needs_folder_and_package(tmp_path: Path) -> None:
    (tmp_path / "bundles.toml").write_text('[module.m]\nspec = "."\nclient = "x"\n')
    with pytest.raises(SpecError, match="'client' and 'client_package' together"):
        read_bundles(tmp_path / "bundles.toml")


def test_members_do_not_stand_in_place_of_what_objects_have() -> None:
    assert (member_name("start", "mine"), member_name("startNow", "mine")) == ("start_", "start_now")
    assert member_name("state", "core") == "state"
    bases = [each for each in vars(api).values() if isinstance(each, type) and issubclass(each, api.MediaObject)]
    of_specs = {name for each in vars(core_interfaces).values() if isinstance(each, type) for name in dir(each)}
    of_objects = {name for each in bases for name in dir(each) if not name.startswith("_")} - of_specs
    assert {name for name in of_objects if member_name(name, "mine") == name} == set()
