"""Tests that walk the table: no setting can be added without a place in files, docs and reference."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from kms_trio.settings import Settings, load
from kms_trio.settings.options import Row, walk
from kms_trio.settings.reference import reference_files
from kms_trio.settings.show import HIDDEN, effective

ROOT = Path(__file__).parents[2]
ROWS = tuple(walk(Settings))


def name_of(row: Row) -> str:
    return ".".join(row.path)


def value_in(settings: Settings, row: Row) -> Any:
    value: Any = settings
    for name in row.attribute:
        value = getattr(value, name)
    return value


#: A value for each option that has neither an example nor a default to vary.
OTHER_VALUES = {
    "mediaServer.resources.exceptionLimit": 0.9,
    "mediaServer.net.websocket.path": "other",
    "mediaServer.net.websocket.registrar.localAddress": "other",
    "metadata": {"a": "b"},
    "modules.kurento.SdpEndpoint.audioCodecs": [{"name": "PCMU/8000"}],
    "modules.kurento.SdpEndpoint.videoCodecs": [{"name": "VP8/90000"}],
    "modules.kurento.UriEndpoint.defaultPath": "file:///srv",
    "modules.kurento.WebRtcEndpoint.includeLoopback": "always",
    "modules.kurento.PlayerEndpoint.rtspClientPortRange": "1-2",
    "modules.kurento.RecorderEndpoint.gapsFix": "GENPTS",
    "modules.kurento.HttpEndpoint.serverAddress": "0.0.0.0",
    "kmsTrio.http.address": "0.0.0.0",
    "kmsTrio.filters.trusted": "filters,chroma",
    "kmsTrio.connections.limit": 500,
    "kmsTrio.workers.count": 3,
}


def other_value(row: Row) -> Any:
    """A raw value that is not the default."""
    option = row.option
    if name_of(row) in OTHER_VALUES:
        return OTHER_VALUES[name_of(row)]
    if option.example:
        return option.example
    if isinstance(option.default, bool):
        return not option.default
    return option.default + 1 if option.default < 65535 else option.default - 1


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_each_key_sets_its_attribute_and_nothing_else(row: Row) -> None:
    certificate = (
        {"mediaServer.net.websocket.secure.certificate": "x.pem"} if row.path[-2:] == ("secure", "port") else {}
    )
    settings = load(overrides={name_of(row): other_value(row), **certificate}).settings
    changed = [name_of(each) for each in ROWS if value_in(settings, each) != each.option.default]
    assert changed == [name_of(row), *certificate]


@pytest.mark.parametrize("row", [row for row in ROWS if row.option.environment], ids=name_of)
def test_each_variable_sets_its_attribute(row: Row) -> None:
    raw = other_value(row)
    text = json.dumps(raw) if isinstance(raw, bool | int) else str(raw)
    for variable in row.option.environment:
        assert value_in(load(environment={variable: text}).settings, row) != row.option.default


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_each_default_survives_being_written_and_read(row: Row) -> None:
    rendered = row.option.kind.render(row.option.default)
    assert row.option.kind.parse(rendered, None) == row.option.default


def test_variables_and_aliases_are_each_used_once() -> None:
    variables = [variable for row in ROWS for variable in row.option.environment]
    names = [".".join((*row.path[:-1], key)) for row in ROWS for key in (row.option.key, *row.option.aliases)]
    assert len(set(variables)) == len(variables)
    assert len(set(names)) == len(names)


def test_committed_reference_files_are_what_the_table_says() -> None:
    committed = {
        str(file.relative_to(ROOT / "conf")): file.read_text(encoding="utf-8")
        for file in (ROOT / "conf").rglob("*.conf.*")
    }
    assert committed == reference_files(), "run `make generate`"


def test_reference_files_equal_the_defaults_and_name_every_key() -> None:
    loaded = load(conf_file=ROOT / "conf/kurento.conf.json")
    assert loaded.warnings == ()
    assert attrs.evolve(loaded.settings, modules={}) == Settings()
    text = "".join(reference_files().values())
    for row in ROWS:
        assert row.option.key in text
        assert row.option.doc.split()[0] in text


def test_examples_in_comments_are_accepted_when_uncommented(tmp_path: Path) -> None:
    for name, text in reference_files().items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".ini"):
            file.write_text(re.sub(r"^;(?=\w)", "", text, flags=re.MULTILINE))
        else:
            file.write_text(re.sub(r'"//(?=\w)', '"', text))
    settings = load(conf_file=tmp_path / "kurento.conf.json").settings
    unset = [name_of(row) for row in ROWS if row.option.example and value_in(settings, row) == row.option.default]
    # The TLS port has a default besides its example.
    assert unset == ["mediaServer.net.websocket.secure.port"]


def test_shown_settings_read_back_as_the_same(tmp_path: Path) -> None:
    overrides = {name_of(row): other_value(row) for row in ROWS}
    settings = load(overrides=overrides).settings
    file = tmp_path / "shown.conf.json"
    file.write_text(json.dumps(effective(settings, show_secrets=True)))
    assert attrs.evolve(load(conf_file=file).settings, modules={}) == attrs.evolve(settings, modules={})


def test_shown_settings_hide_secrets_and_may_leave_out_defaults() -> None:
    settings = load(overrides={"modules.kurento.WebRtcEndpoint.turnURL": "user:hunter2@192.0.2.1:3478"}).settings
    assert effective(settings, changed_only=True) == {"modules": {"kurento": {"WebRtcEndpoint": {"turnURL": HIDDEN}}}}
    assert "hunter2" not in json.dumps(effective(settings))


def test_documentation_lists_every_key() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    missing = [name_of(row) for row in ROWS if f"`{row.option.key}`" not in text]
    assert missing == []
