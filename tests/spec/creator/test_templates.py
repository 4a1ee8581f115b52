"""Templates of a user's own: their rules, helpers, configuration and mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kms_trio.spec.creator.template_rules import file_of
from tests.spec.creator.conftest import SPECS, Creator

SPEC = {
    "name": "sample",
    "version": "1.0.0",
    "kurentoVersion": "^7.0.0",
    "remoteClasses": [
        {
            "name": "SampleFilter",
            "extends": "Filter",
            "constructor": {"params": [{"name": "mediaPipeline", "type": "MediaPipeline"}]},
            "methods": [
                {
                    "name": "look",
                    "params": [
                        {"name": "where", "type": "Mode[]"},
                        {"name": "far", "type": "int", "optional": True},
                        {"name": "long", "type": "int64", "optional": True},
                    ],
                }
            ],
            "events": ["Seen"],
        },
        {"name": "Base", "extends": "SampleFilter", "abstract": True},
    ],
    "complexTypes": [
        {"name": "Mode", "typeFormat": "ENUM", "values": ["NEAR", "FAR"]},
        {"name": "Spot", "typeFormat": "REGISTER", "properties": [{"name": "x", "type": "int"}]},
        {"name": "Area", "typeFormat": "REGISTER", "extends": "Spot", "properties": [{"name": "w", "type": "float"}]},
    ],
    "events": [{"name": "Seen", "extends": "Media", "properties": [{"name": "spot", "type": "Spot"}]}],
}


@pytest.fixture
def render(creator: Creator, tmp_path: Path) -> Creator:
    """Runs the command on the sample module with the templates in `tmp_path`."""
    (tmp_path / "sample.kmd.json").write_text(json.dumps(SPEC))
    out = tmp_path / "out"
    return lambda *more: creator(
        "-r", tmp_path / "sample.kmd.json", "-dr", SPECS, "-t", tmp_path, "-c", out, "-lf", *more
    )


def test_kinds(render: Creator, tmp_path: Path) -> None:
    (tmp_path / "model_a.j2").write_text("\n  a.txt\n{{ module.name }} {{ module.kurentoVersion }}\n")
    (tmp_path / "remoteClass_b.j2").write_text(
        "{% if not remoteClass.abstract %}b/{{ remoteClass.name }} one line{% endif %}"
    )
    (tmp_path / "complexType_c.j2").write_text("{{ complexType.name }}.c\n{{ complexType.values | default('none') }}")
    (tmp_path / "event_d.j2").write_text("{{ event.name }}.d\n\n{{ event.properties[0].type }}")
    (tmp_path / "other_e.j2").write_text("not-rendered\n")
    outcome = render()
    assert outcome.out.splitlines() == [
        *(f"Processed file:\t{name}" for name in ("Mode.c", "Spot.c", "Area.c", "Seen.d", "a.txt", "b/SampleFilter")),
        "Generation success",
    ]
    out = tmp_path / "out"
    assert (out / "a.txt").read_text() == "sample ^7.0.0\n"
    assert (out / "b" / "SampleFilter").read_text() == "one line"
    assert (out / "Mode.c").read_text() == "['NEAR', 'FAR']"
    assert (out / "Spot.c").read_text() == "none"
    assert (out / "Seen.d").read_text() == "\nSpot"


@pytest.mark.parametrize(
    ("text", "name", "contents"),
    [("a", "a", ""), ("\n a \n\nb\n", "a", "\nb\n"), ("a b\nc", "a", "b\nc"), ("a\r\n b", "a", " b")],
)
def test_the_first_word_is_the_name(text: str, name: str, contents: str) -> None:
    assert file_of(text) == (name, contents)


def test_helpers(render: Creator, tmp_path: Path) -> None:
    lines = {
        "{{ 'addIceCandidate' | camelToUnderscore }}": "add_ice_candidate",
        "{{ 'a\"b' | escapeString }}": '"a\\"b"',
        "{{ 'org.kurento' | packageToFolder }}": "org/kurento",
        "{{ 'MediaType[]' | typeKind }} {{ 'Spot' | typeKind }} {{ 'int' | typeKind }}": "enum register primitive",
        "{{ 'Filter' | typeModule }} {{ 'Seen' | typeModule }} {{ 'core.Filter' | bareType }}": "core sample Filter",
        "{{ 'Filter' | qualifiedType }} {{ 'Mode' | qualifiedType }}": "kurento.Filter sample.Mode",
        "{{ 'Base' | typeHierarchy | join(' ') }}": "SampleFilter Filter MediaElement MediaObject",
        "{{ 'Seen' | typeHierarchy | join(' ') }}": "Media RaiseBase",
        "{{ 'Area' | inheritedProperties | join(' ') }}": "x w",
        "{{ 'Base' | isAbstract }} {{ 'SampleFilter' | isAbstract }}": "True False",
        "{{ 'String[]' | getJavaObjectType }}": "java.util.List<String>",
        "{{ 'int<>' | getJavaObjectType }}": "java.util.Map<String, Integer>",
        "{{ 'int64' | getJavaObjectType }} {{ 'int64' | getJavaObjectType(true) }}": "long Long",
        "{{ 'MediaType' | getJavaObjectType }} {{ 'Mode' | getJavaObjectType }}": "org.kurento.client.MediaType Mode",
        "{{ 'boolean[]' | getJsType }} {{ 'Spot<>' | getJsType }}": "boolean[] Object.<string, Spot>",
        "{{ ('elements' | codeSettings).api.js.nodeName }}": "kurento-client-elements",
        "{{ 'ends */ here' | comment }}": " * ends * / here",
        "{{ config.colour | default('none') }}": "none",
    }
    (tmp_path / "model_a.j2").write_text("a\n" + "\n".join(lines))
    assert render().status == 0
    assert (tmp_path / "out" / "a").read_text().splitlines() == list(lines.values())


def test_configuration(render: Creator, tmp_path: Path) -> None:
    (tmp_path / "model_a.j2").write_text(
        "a\n{{ config.colour }} {{ config.size }} "
        "{% for item in module.remoteClasses[0].methods %}{{ item.params | length }}{% endfor %}"
    )
    (tmp_path / "config.json").write_text(
        '{"colour": "red", "size": 1, /* lenient */ "expandMethodsWithOpsParams": true, "no_delete": ["kept"]}'
    )
    (tmp_path / "mine.json").write_text('{"colour": "blue"}')
    for name in ("kept", "inner/kept", "gone", "other/gone"):
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_text("")
    assert render("-cf", tmp_path / "mine.json", "-d").status == 0
    assert (tmp_path / "out" / "a").read_text() == "blue 1 123"
    left = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*"))
    assert left == ["a", "inner", "inner/kept", "kept"]


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("a\n{{ module.nothing }}", "model_a.j2:2: "),
        ("a\n\n{% if %}", "model_a.j2:3: "),
        ("a\n{{ 'Nothing' | typeKind }}", "unknown type 'Nothing'"),
        ("a\n{{ 'no type!' | typeKind }}", "model_a.j2:2: no type: 'no type!'"),
        ("a\n{{ 1 / 0 }}", "model_a.j2:2: division by zero"),
        ("a\n{% include 'missing' %}", "model_a.j2:2: 'missing' not found"),
        ("../a\n", "found '../a'"),
        ("/a\n", "found '/a'"),
    ],
)
def test_mistakes_in_templates(render: Creator, tmp_path: Path, template: str, error: str) -> None:
    (tmp_path / "model_a.j2").write_text(template)
    outcome = render()
    assert (outcome.status, outcome.out) == (1, "Generation failed\n")
    assert error in outcome.err


@pytest.mark.parametrize(
    ("config", "error"),
    [("[]", "is no object"), ('{"a"', "config.json:1: "), ('{"no_delete": 3}', "bad 'no_delete'")],
)
def test_mistakes_in_the_configuration(render: Creator, tmp_path: Path, config: str, error: str) -> None:
    (tmp_path / "config.json").write_text(config)
    outcome = render("-d")
    assert outcome.status == 1
    assert error in outcome.err


@pytest.mark.parametrize(
    ("file", "found"),
    [(None, "none"), ("model_a.ftl", "FreeMarker's model_a.ftl"), ("part_of_others.j2", "none")],
)
def test_a_folder_without_templates(creator: Creator, tmp_path: Path, file: str | None, found: str) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    if file is not None:
        (templates / file).write_text("a.txt text")
    (tmp_path / "sample.kmd.json").write_text(json.dumps(SPEC))
    outcome = creator("-r", tmp_path / "sample.kmd.json", "-dr", SPECS, "-t", templates, "-c", tmp_path / "out")
    assert outcome.status == 1
    assert f"no templates in {templates} (expected model_*.j2, remoteClass_*.j2" in outcome.err
    assert outcome.err.endswith(f"found {found})\n")
