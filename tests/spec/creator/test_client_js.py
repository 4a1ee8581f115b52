"""The template set `client-js`, where Node is installed: every file is JavaScript, and shapes that `chroma` lacks."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.spec.creator.conftest import SPECS, Creator

SPEC = {
    "name": "shapes",
    "version": "1.0.0",
    "kurentoVersion": "^7.0.0",
    "remoteClasses": [
        {"name": "Shape", "extends": "Hub", "abstract": True, "properties": [{"name": "sides", "type": "int"}]},
        {
            "name": "Square",
            "extends": "Shape",
            "doc": "Ends a comment: */",
            "constructor": {
                "params": [
                    {"name": "mediaPipeline", "type": "MediaPipeline"},
                    {"name": "colours", "type": "Red[]", "optional": True, "defaultValue": ["DARK"]},
                ]
            },
            "properties": [{"name": "area", "type": "double", "final": True}, {"name": "class", "type": "String"}],
            "methods": [
                {"name": "neighbour", "params": [{"name": "to", "type": "Red"}], "return": {"type": "HubPort"}},
                {
                    "name": "import",
                    "params": [{"name": "function", "type": "int"}, {"name": "callback", "type": "int"}],
                },
            ],
            "events": ["Moved"],
        },
        {
            "name": "Finder",
            "extends": "OpenCVFilter",
            "constructor": {"params": [{"name": "mediaPipeline", "type": "MediaPipeline"}]},
        },
    ],
    "complexTypes": [
        {"name": "Red", "typeFormat": "ENUM", "values": ["DARK", "LIGHT"]},
        {"name": "Spot", "typeFormat": "REGISTER", "properties": [{"name": "x", "type": "int"}]},
        {"name": "Area", "typeFormat": "REGISTER", "extends": "Spot", "properties": [{"name": "at", "type": "Spot[]"}]},
        {"name": "Half", "typeFormat": "REGISTER", "extends": "Fraction", "properties": []},
    ],
    "events": [{"name": "Moved", "extends": "Media"}],
}


@pytest.fixture
def package(creator: Creator, tmp_path: Path) -> Path:
    (tmp_path / "shapes.kmd.json").write_text(json.dumps(SPEC))
    outcome = creator("-r", tmp_path, "-dr", SPECS, "-it", "client-js", "-c", tmp_path / "js")
    assert (outcome.status, outcome.err) == (0, "")
    return tmp_path / "js"


def test_every_file_is_javascript(package: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    files = sorted(package.rglob("*.js"))
    assert len(files) == 11
    for file in files:
        result = subprocess.run([node, "--check", str(file)], capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (0, "")


def test_words_of_the_language_get_an_underscore_and_keep_their_names_on_the_wire(package: Path) -> None:
    text = (package / "lib" / "Square.js").read_text()
    assert "prototype.setClass = function (class_, callback)" in text
    assert "invoke(this, 'setClass', ['class'], arguments)" in text
    assert "prototype.import = function (function_, callback_, callback)" in text
    assert 'invoke(this, \'import\', ["function", "callback"], arguments)' in text


def test_hierarchies_lead_to_the_right_place(package: Path) -> None:
    lib = package / "lib"
    assert "var Parent = require('./abstracts/Shape');" in (lib / "Square.js").read_text().replace('"', "'")
    assert "register.abstracts['kurento.Hub']" in (lib / "abstracts" / "Shape.js").read_text()
    assert "register.abstracts['kurento.OpenCVFilter']" in (lib / "Finder.js").read_text()
    assert "var Parent = require('./Spot');" in (lib / "complexTypes" / "Area.js").read_text()
    assert "register.complexTypes['kurento.Fraction']" in (lib / "complexTypes" / "Half.js").read_text()


def test_members(package: Path) -> None:
    square = (package / "lib" / "Square.js").read_text()
    assert "prototype.getArea = function (callback)" in square
    assert "setArea" not in square
    assert "invoke(this, 'neighbour', [\"to\"], arguments, true)" in square
    assert "type: 'shapes.Red',\n    isArray: true\n" in square
    assert '.concat(["Moved"])' in square
    assert "prototype.setSides = function (sides, callback)" in (package / "lib" / "abstracts" / "Shape.js").read_text()


#: As much of kurento-client as calling an operation takes.
CLIENT = "exports.TransactionsManager = {Transaction: function () {}}; exports.disguise = promise => promise;"
CALL = """
const {invoke} = require('./lib/invoke');
const caller = {_invoke: (transaction, operation, params) => console.log(JSON.stringify(params))};
const element = {id: 'an element', emit: () => {}};
invoke(caller, 'join', ['other', 'register', 'times'], [element, {id: 'a register'}, 2]);
"""


def test_media_objects_are_sent_as_their_ids(package: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    (package / "node_modules/kurento-client").mkdir(parents=True)
    (package / "node_modules/kurento-client/index.js").write_text(CLIENT)
    result = subprocess.run([node, "-e", CALL], cwd=package, capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert json.loads(result.stdout) == {"other": "an element", "register": {"id": "a register"}, "times": 2}
