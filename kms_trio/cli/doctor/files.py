"""Folders: what clients may read and write, where plain file names go, where logs go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kms_trio.cli.doctor.findings import Finding, broken, ok, warning
from kms_trio.cli.start import is_public
from kms_trio.objects.uri_policy import file_path
from kms_trio.settings import Settings

_AREA: Final = "files"
_LITTLE_BYTES: Final = 1 << 30


async def check_files(settings: Settings, log_folder: Path | None) -> list[Finding]:
    """Look at the folders that the settings name."""
    policy = settings.uri_policy
    findings: list[Finding] = []
    for folder in policy.player_roots:
        findings.extend(_check_folder("playerRoots", folder, os.R_OK, "read"))
    for folder in policy.recorder_roots:
        findings.extend(_check_folder("recorderRoots", folder, os.W_OK, "written to"))
    if is_public(settings) and not policy.is_limited:
        findings.append(
            warning(
                _AREA,
                "Whoever reaches the control port may have any file read and written that the server's user may.",
                "Set kmsTrio.uriPolicy.playerRoots and recorderRoots, or listen on 127.0.0.1.",
            )
        )
    default = file_path(settings.uri_endpoint.default_path)
    if default is not None:
        findings.extend(_check_default(default))
    if log_folder is not None:
        findings.extend(_check_folder("logs", log_folder, os.W_OK, "written to", made=True))
    return findings


def _check_folder(key: str, folder: Path, access: int, verb: str, *, made: bool = False) -> Iterator[Finding]:
    """`made`: the server makes the folder if it can."""
    if made and not folder.exists():
        parent = next(each for each in folder.absolute().parents if each.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            yield ok(_AREA, f"{key}: {folder} will be made.")
            return
    if not folder.is_dir():
        yield broken(_AREA, f"{key}: {folder} is no folder.", f"mkdir -p {folder}, owned by the server's user")
    elif not os.access(folder, access | os.X_OK):
        yield broken(_AREA, f"{key}: {folder} cannot be {verb} by this user.", f"chown or chmod {folder}")
    else:
        yield from _check_space(key, folder) if access == os.W_OK else [ok(_AREA, f"{key}: {folder}.")]


def _check_space(key: str, folder: Path) -> Iterator[Finding]:
    free_bytes = shutil.disk_usage(folder).free
    text = f"{key}: {folder}, {free_bytes / (1 << 30):.1f} GiB free."
    if free_bytes < _LITTLE_BYTES:
        yield warning(_AREA, text, "Make room, or use another disk.")
    else:
        yield ok(_AREA, text)


def _check_default(folder: Path) -> Iterator[Finding]:
    if os.access(folder, os.W_OK | os.X_OK):
        yield ok(_AREA, f"defaultPath: URIs without a scheme are files below {folder}.")
    else:
        text = f"defaultPath: {folder} does not exist or cannot be written to; URIs without a scheme will fail."
        cure = f"mkdir -p {folder}, owned by the server's user, or set defaultPath of UriEndpoint."
        yield warning(_AREA, text, cure)
