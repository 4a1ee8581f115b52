"""The compiled helper is optional: what happens where it is missing.  What it does: test_forwarding, on both paths."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kms_trio.net import native
from kms_trio.net.native import build as builder
from kms_trio.net.native import load_forwarder
from kms_trio.net.native.build import BuildError, build


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMS_TRIO_NATIVE", "0")
    assert load_forwarder() is None


def test_without_a_compiler_the_build_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "a-compiler-that-is-not-there -O3")
    with pytest.raises(BuildError, match="a-compiler-that-is-not-there"):
        build()


def test_a_compiler_that_fails_leaves_what_was_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = tmp_path / "_forward.abi3.so"
    library.write_bytes(b"built before")
    monkeypatch.setattr(builder, "LIBRARY", library)
    monkeypatch.setenv("CC", "false")
    with pytest.raises(BuildError, match="the compiler failed"):
        build()
    assert [path.name for path in tmp_path.iterdir()] == [library.name]
    assert library.read_bytes() == b"built before"


def test_a_helper_of_another_source_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    if load_forwarder() is None:
        pytest.skip("the compiled helper is not built: python -m kms_trio.net.native build")
    monkeypatch.setattr(native, "source_digest", lambda: "changed since")
    assert load_forwarder() is None


def test_without_the_library_python_forwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kms_trio.net.native._forward", None)
    assert load_forwarder() is None


def test_the_command_does_not_fail_a_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from kms_trio.net.native.__main__ import main

    monkeypatch.setenv("CC", "a-compiler-that-is-not-there")
    assert main(["build"]) == 0
    assert "without its compiled helper" in capsys.readouterr().err
    assert main([]) == 2
