"""Java programs of tests/interop/java, run from their sources with Kurento's Java client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.interop.harness.program import Program, run_program
from tests.interop.harness.tools import JAVA_FOLDER, require_java_client


@asynccontextmanager
async def run_java(
    name: str,
    *arguments: str,
    client: int,
    properties: Mapping[str, int] | None = None,
    jars: Sequence[Path] = (),
) -> AsyncIterator[Program]:
    """Starts `name`.java with the client of the major version `client`; `properties` are the client's own.

    `jars` are of modules.
    """
    java, class_path = require_java_client(client)
    class_path = ":".join([class_path, *map(str, jars)])
    # One processor's worth of virtual machine: the server needs the others.
    options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    options += [f"-D{key}={value}" for key, value in (properties or {}).items()]
    command = [java, *options, "-cp", class_path, str(JAVA_FOLDER / f"{name}.java"), *arguments]
    async with run_program(command, JAVA_FOLDER) as program:
        yield program
