"""The template set `client-java`: sources that a Java compiler accepts beside Kurento's client."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.interop.harness.tools import require_java_client, require_program
from tests.spec.creator.conftest import ROOT, SPECS, Creator

SHAPES = ROOT / "tests" / "data" / "kmd" / "shapes"
BODIES = ROOT / "tests" / "data" / "kmd" / "shapes_extra"
EXTRA_MODULES = sorted(path for path in SPECS.iterdir() if path.is_dir())


@pytest.mark.interop
def test_the_compiler_accepts_them(creator: Creator, tmp_path: Path) -> None:
    _, class_path = require_java_client(7)
    for spec in (SHAPES, BODIES, *EXTRA_MODULES):
        outcome = creator("-r", spec, "-dr", SPECS, SHAPES, "-it", "client-java", "-c", tmp_path / "sources")
        assert outcome.status == 0, outcome.err
    sources = sorted(map(str, (tmp_path / "sources").rglob("*.java")))
    assert len(sources) > len(EXTRA_MODULES)
    command = [
        require_program("javac", "default-jdk-headless"),
        "-Xlint:all",
        "-Werror",
        "-proc:none",
        "--release",
        "11",
    ]
    result = subprocess.run(
        [*command, "-d", str(tmp_path / "classes"), "-cp", class_path, *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.fixture
def sources(creator: Creator, tmp_path: Path) -> Path:
    for spec in (SHAPES, BODIES):
        assert creator("-r", spec, "-dr", SPECS, SHAPES, "-it", "client-java", "-c", tmp_path).status == 0
    return tmp_path / "src" / "main" / "java" / "org" / "kurento" / "module"


def test_overloads_and_events(sources: Path) -> None:
    square = (sources / "shapes" / "Square.java").read_text()
    assert 'neighbour(@Param("class") Colour class_);' in square
    assert 'neighbour(@Param("class") Colour class_, @Param("from") long from, @Param("result") Spot result);' in square
    assert "TFuture<org.kurento.client.HubPort> neighbour(Transaction tx" in square
    assert "addEndOfStreamListener(EventListener<org.kurento.client.EndOfStreamEvent> listener);" in square
    assert "addMovedListener(EventListener<MovedEvent> listener, Continuation<ListenerSubscription> cont);" in square
    assert "setArea" not in square
    assert "Ends a comment: * /" in square


def test_builders(sources: Path) -> None:
    square = (sources / "shapes" / "Square.java").read_text()
    assert "public Builder(org.kurento.client.MediaPipeline mediaPipeline) {" in square
    assert "public Builder withColours(java.util.List<Colour> colours) {" in square
    assert "public Builder notFilled() {" in square
    assert "class Builder" not in (sources / "shapes" / "Shape.java").read_text()


def test_records(sources: Path) -> None:
    area = (sources / "shapes" / "Area.java").read_text()
    assert "public class Area extends Spot {" in area
    assert 'public Area(@Param("x") int x, @Param("corners") java.util.List<Spot> corners) {' in area
    assert "private Double weight;" in (sources / "shapes" / "Spot.java").read_text()
    assert '@org.kurento.client.internal.ModuleName("shapes")' in area
    rolled = (sources / "bodies" / "RolledEvent.java").read_text()
    assert "extends org.kurento.module.shapes.MovedEvent {" in rolled
    assert "super(source, timestampMillis, tags, type, to, by);" in rolled
    assert '@Param("to") org.kurento.module.shapes.Area to' in rolled


def test_where_the_client_finds_the_package(sources: Path) -> None:
    assert 'return "org.kurento.module.bodies";' in (sources / "BodiesModuleInfo.java").read_text()


@pytest.mark.parametrize(
    "definitions",
    [
        {"remoteClasses": [{"name": "Own", "extends": "Filter", "properties": [{"name": "class", "type": "String"}]}]},
        {
            "complexTypes": [
                {"name": "Own", "typeFormat": "REGISTER", "properties": [{"name": "class", "type": "String"}]}
            ]
        },
        {"events": [{"name": "Own", "extends": "Media", "properties": [{"name": "class", "type": "String"}]}]},
    ],
)
def test_a_property_that_java_cannot_have(creator: Creator, tmp_path: Path, definitions: dict[str, object]) -> None:
    spec = {"name": "m", "version": "1.0.0", "kurentoVersion": "^7.0.0", **definitions}
    (tmp_path / "m.kmd.json").write_text(json.dumps(spec))
    run = ("-r", tmp_path / "m.kmd.json", "-dr", SPECS, "-c", tmp_path / "out")
    assert creator(*run, "-it", "client-js").status == 0
    outcome = creator(*run, "-it", "client-java")
    assert (outcome.status, outcome.err) == (
        1,
        f"Error: {tmp_path}/m.kmd.json:1: property 'class' of 'Own' is none for Java, where each object has a "
        "'getClass' (expected another name)\n",
    )
