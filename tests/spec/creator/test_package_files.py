"""`package.json` and `pom.xml`, alone and united with an author's own."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.creator.package_files import united_json, united_pom
from tests.spec.creator.conftest import CHROMA, ROOT, SPECS, Creator

SHAPES = ROOT / "tests" / "data" / "kmd" / "shapes"
POM = "{http://maven.apache.org/POM/4.0.0}"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of the module `chroma`, to put files beside."""
    return Path(shutil.copytree(CHROMA, tmp_path / "spec"))


def test_generated_files(chroma: Creator, tmp_path: Path) -> None:
    assert chroma("-npm", "-maven", "-c", tmp_path).status == 0
    package = json.loads((tmp_path / "package.json").read_text())
    assert (package["name"], package["version"], package["main"]) == ("kurento-module-chroma", "0.1.0", "lib/index.js")
    assert package["repository"]["url"] == "https://example.org/chroma-js.git"
    assert package["peerDependencies"] == {"kurento-client": ">=7.1.0 <8.0.0"}
    pom = ElementTree.parse(tmp_path / "pom.xml").getroot()
    assert [pom.findtext(f"{POM}{tag}") for tag in ("groupId", "artifactId", "version")] == [
        "org.kurento.module",
        "chroma",
        "0.1.0-SNAPSHOT",
    ]
    assert pom.findtext(f".//{POM}dependency/{POM}version") == "[7.1.0,8.0.0-SNAPSHOT)"


def test_an_authors_package_json_stands(creator: Creator, spec: Path, tmp_path: Path) -> None:
    own = {"description": "Mine", "peerDependencies": {"other": "1"}, "keywords": ["green"]}
    (spec / "package.json").write_text(json.dumps(own))
    creator("-r", spec, "-dr", SPECS, "--npm-package", "-c", tmp_path / "out")
    package = json.loads((tmp_path / "out" / "package.json").read_text())
    assert (package["description"], package["keywords"]) == ("Mine", ["green"])
    assert package["peerDependencies"] == {"kurento-client": ">=7.1.0 <8.0.0", "other": "1"}
    assert package["name"] == "kurento-module-chroma"


def test_an_authors_pom_stands(creator: Creator, spec: Path, tmp_path: Path) -> None:
    (spec / "pom.xml").write_text(
        '<?xml version="1.0"?>\n<!-- Mine -->\n<project xmlns="http://maven.apache.org/POM/4.0.0"><version>9</version>'
        "<dependencies><dependency><groupId>org.kurento</groupId><artifactId>kurento-client</artifactId>"
        "<version>7.1.0</version></dependency><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>"
        '</dependencies><build combine.self="override"><plugins><plugin><groupId>g</groupId><artifactId>p</artifactId>'
        "</plugin><plugin><artifactId>maven-jar-plugin</artifactId><version>3.3.0</version></plugin></plugins></build>"
        "</project>"
    )
    creator("-r", spec, "-dr", SPECS, "--maven-pom", "-c", tmp_path / "out")
    text = (tmp_path / "out" / "pom.xml").read_text()
    pom = ElementTree.fromstring(text)
    assert (pom.findtext(f"{POM}version"), pom.findtext(f"{POM}artifactId")) == ("9", "chroma")
    dependencies = [
        (item.findtext(f"{POM}artifactId"), item.findtext(f"{POM}version")) for item in pom.iter(f"{POM}dependency")
    ]
    assert dependencies == [("kurento-client", "7.1.0"), ("a", None)]
    plugins = {item.findtext(f"{POM}artifactId"): item.findtext(f"{POM}version") for item in pom.iter(f"{POM}plugin")}
    assert (plugins["p"], plugins["maven-jar-plugin"]) == (None, "3.3.0")
    assert plugins["maven-compiler-plugin"]
    assert "<!-- Mine -->" in text
    assert 'combine.self="override"' in text


@pytest.mark.parametrize(
    ("name", "option", "text"),
    [("package.json", "-npm", "{"), ("package.json", "-npm", "[]"), ("pom.xml", "-maven", "<project>")],
)
def test_an_authors_file_that_cannot_be_read(
    creator: Creator, spec: Path, tmp_path: Path, name: str, option: str, text: str
) -> None:
    (spec / name).write_text(text)
    outcome = creator("-r", spec, "-dr", SPECS, option, "-c", tmp_path / "out")
    assert outcome.status == 1
    assert f"cannot read {spec / name}" in outcome.err


@given(st.binary(max_size=200) | st.text(alphabet='<>/&;!?="a[]{}:,1 ', max_size=60).map(str.encode))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "authors_file"
    file.write_bytes(data)
    for unite, generated in ((united_json, "{}"), (united_pom, "<project/>")):
        with contextlib.suppress(CreatorError):
            assert isinstance(unite(generated, file), str)


def test_setup_of_the_interop_tests_fetches_what_a_module_needs(creator: Creator, tmp_path: Path) -> None:
    assert creator("-r", SHAPES, "-dr", SPECS, "-it", "maven", "-c", tmp_path).status == 0
    committed = ROOT / "tests" / "interop" / "java" / "module" / "pom.xml"
    assert committed.read_text() == (tmp_path / "pom.xml").read_text()
