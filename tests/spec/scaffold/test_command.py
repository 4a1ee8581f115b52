"""`kms-module-scaffold`: its arguments and Kurento's, and that nothing of the author's is overwritten."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kms_trio.spec.creator.cli import main as creator
from kms_trio.spec.scaffold.cli import main
from kms_trio.spec.scaffold.kinds import KINDS


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_name_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["NeonSign"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Try it: kms-trio run-module neon-sign"
    files = contents(tmp_path / "neon-sign")
    assert {
        ".github/workflows/check.yml",
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "kms_neonsign/neon_sign.py",
        "kms_neonsign/py.typed",
        "kms_neonsign/generated/interfaces.py",
        "spec/neonsign.kmd.json",
        "spec/neonsign.NeonSign.kmd.json",
        "tests/golden/changed.png",
        "tests/test_neon_sign.py",
    } <= set(files)
    project = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert (project["name"], project["version"]) == ("kms-neonsign", "0.0.1.dev0")
    assert project["entry-points"]["kms_trio"] == {"neonsign": "kms_neonsign.generated.module:MODULE"}
    assert not [name for name, text in files.items() if b"{{" in text and not name.endswith((".yml", ".png"))]


def test_the_contract_is_what_the_creator_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the bundle's own CI checks it."""
    main(["NeonSign"])
    before = contents(tmp_path / "neon-sign")
    assert creator(["-r", "neon-sign/spec", "-it", "python-server", "-c", "neon-sign"]) == 0
    assert contents(tmp_path / "neon-sign") == before
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "folder", "module", "opencv"),
    [
        (["Gst", "NeonSign", "neon_sign"], "neon-sign", "neonsign", False),
        (["Gst", "NeonSign", "neon_sign", "true"], "neon-sign", "neonsign", True),
        (["Gst", "NeonSign", "neon_sign", "false"], "neon-sign", "neonsign", False),
        (["Gst", "QRReader", "qr-reader"], "qr-reader", "qrreader", False),
        (["", "NeonSign"], "neon-sign", "neonsign", False),
        (["NeonSign", "./out"], "out", "neonsign", False),
        (["NeonSign", "out"], "out", "neonsign", False),
        (["NeonSign", "out", "opencv_filter"], "out", "neonsign", True),
    ],
)
def test_kurentos_arguments(tmp_path: Path, arguments: list[str], folder: str, module: str, opencv: bool) -> None:
    assert main(arguments) == 0
    assert (tmp_path / folder / "spec" / f"{module}.kmd.json").is_file()
    spec = "".join(file.read_text() for file in (tmp_path / folder / "spec").iterdir())
    assert ('"extends": "OpenCVFilter"' in spec, '"extends": "Filter"' in spec) == (opencv, not opencv)


def test_files_that_are_there_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "neon-sign").mkdir()
    (tmp_path / "neon-sign" / "README.md").write_text("mine")
    assert main(["NeonSign"]) == 1
    assert "has README.md already (expected a new folder, or --force)" in capsys.readouterr().err
    assert contents(tmp_path / "neon-sign") == {"README.md": b"mine"}
    assert main(["NeonSign", "--force"]) == 0
    assert (tmp_path / "neon-sign" / "README.md").read_text().startswith("# NeonSign\n")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["a/b"], "bad name"),
        (["NeonSign", "--kind", "radio"], "unknown kind 'radio' (expected one of video-filter"),
        (["a", "b", "c", "d", "e"], "too many arguments"),
        (["NeonSign", "--output", "/dev/null/x"], "cannot write /dev/null/x"),
    ],
)
def test_mistakes(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert text in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(kind.name in shown for kind in KINDS)
    with pytest.raises(SystemExit) as leave:
        main(["--nothing"])
    assert leave.value.code == 1


def tool(name: str) -> str:
    path = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of the server and its dependencies need not be found out for each bundle."""
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_new_bundle_passes_its_own_checks(
    tmp_path: Path, kind: str, mypy_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["NeonSignOverlayFilter", "--kind", kind]) == 0
    folder = tmp_path / "neon-sign-overlay-filter"
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    for command in (
        [tool("ruff"), "check", "--no-cache"],
        [tool("ruff"), "format", "--no-cache", "--check"],
        [tool("mypy"), f"--cache-dir={mypy_cache}"],
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"],
    ):
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
