"""All checks at once, in an order that reads well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from kms_trio.cli.doctor.certificates import check_certificates
from kms_trio.cli.doctor.codecs import check_codecs
from kms_trio.cli.doctor.files import check_files
from kms_trio.cli.doctor.findings import Finding, broken, note, ok, warning
from kms_trio.cli.doctor.limits import check_limits
from kms_trio.cli.doctor.modules import check_modules
from kms_trio.cli.doctor.nat import check_nat
from kms_trio.cli.doctor.ports import check_media_ports, check_ports
from kms_trio.settings import Loaded, Settings

_CONFIGURATION = "configuration"


def check_configuration(loaded: Loaded) -> list[Finding]:
    """What reading the files said."""
    cure = "kms-trio config check says more; docs/configuration.md has every key."
    findings = [warning(_CONFIGURATION, text, cure) for text in loaded.warnings]
    if loaded.files:
        return [
            ok(_CONFIGURATION, f"{len(loaded.files)} files, {loaded.main_file or 'no main file'} first."),
            *findings,
        ]
    return [note(_CONFIGURATION, "No configuration file; the defaults are used."), *findings]


def unreadable_configuration(problems: tuple[str, ...]) -> list[Finding]:
    """What keeps the server from starting before anything else does."""
    return [
        broken(_CONFIGURATION, f"{text}.", "Correct the file; kms-trio config check reads it again.")
        for text in problems
    ]


async def examine(settings: Settings, log_folder: Path | None = None) -> list[Finding]:
    """Look at everything that a server with these settings would use on this machine."""
    checks: list[Callable[[], Awaitable[list[Finding]]]] = [
        lambda: check_ports(settings),
        lambda: check_media_ports(settings),
        lambda: check_nat(settings),
        lambda: check_limits(settings),
        lambda: check_codecs(settings),
        lambda: check_certificates(settings),
        lambda: check_modules(settings),
        lambda: check_files(settings, log_folder),
    ]
    found: list[list[Finding]] = [[] for _ in checks]

    async def run(number: int) -> None:
        found[number] = await checks[number]()

    async with trio.open_nursery() as nursery:
        for number in range(len(checks)):
            nursery.start_soon(run, number)
    return [finding for findings in found for finding in findings]
