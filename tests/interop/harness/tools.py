"""Tools that are not Python packages: found, or the test is skipped; under CI a missing one fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

NODE_FOLDER = Path(__file__).parent.parent / "node"
NODE_MODULES = NODE_FOLDER / "node_modules"
#: kurento-client of each generation, by its major version.
NPM_CLIENTS = {
    7: NODE_MODULES / "kurento-client",
    6: NODE_FOLDER.with_name("node6") / "node_modules" / "kurento-client",
}
JAVA_FOLDER = NODE_FOLDER.with_name("java")
#: The class path of Kurento's Java client, by its major version, as `make setup-interop` wrote it.
JAVA_CLIENTS = {
    7: JAVA_FOLDER / "target" / "7.3.0.classpath",
    6: JAVA_FOLDER / "target" / "6.18.0.classpath",
}
#: kurento-client and kurento-utils as one script for pages, made by `make setup-interop`.
BROWSER_BUNDLE = NODE_MODULES / ".bundle" / "kurento.js"
PAGES_FOLDER = Path(__file__).parent.parent / "pages"
OUTPUT_FOLDER = Path(__file__).parent.parent.parent / "output"


def missing(what: str, cure: str) -> None:
    """Ends this test: something that it needs is not on the machine."""
    message = f"{what} is missing: {cure}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def require_program(name: str, package: str) -> str:
    """The full path of a program."""
    path = shutil.which(name)
    if path is None:
        missing(name, f"on Debian, apt-get install {package}")
    assert path is not None
    return path


def require_chromium() -> str:
    """Chromium, or Chrome under one of its names."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return require_program("chromium", "chromium")


def require_npm_clients() -> str:
    """Node with the npm packages of tests/interop/node and node6 installed; returns the path of node."""
    node = require_program("node", "nodejs npm")
    if not all(path.exists() for path in (BROWSER_BUNDLE, *NPM_CLIENTS.values())):
        missing("the npm package kurento-client", "make setup-interop")
    return node


def require_java_client(version: int) -> tuple[str, str]:
    """The path of java, of a JDK, and the class path of Kurento's Java client of that major version."""
    require_program("javac", "default-jdk-headless")
    class_path = JAVA_CLIENTS[version]
    if not class_path.exists():
        missing("Kurento's Java client", "apt-get install maven, and make setup-interop")
    return require_program("java", "default-jdk-headless"), class_path.read_text(encoding="utf-8")


def require_maven() -> str:
    """The path of mvn, which can build a generated client without a network."""
    maven = require_program("mvn", "maven")
    if not (JAVA_FOLDER / "module" / "target" / ".packaged").exists():
        missing("what Maven needs to build a module", "make setup-interop")
    return maven
