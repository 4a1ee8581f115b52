"""What of the server's environment its child processes get: media workers, and host processes with others' code.

The environment of a service holds what is nobody else's business: passwords of TURN servers in `KMS_*`, keys of clouds.
So a child gets what programs need to run at all, what only says how to run, and what the operator names.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import kms_trio

__all__ = ["ALWAYS_PASSED", "PROXIES", "child_environment"]

ALWAYS_PASSED: Final = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TZDIR",
    "TMPDIR",
    "TEMP",
    "TMP",
    "NO_COLOR",
    "PYTHON*",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "MALLOC_*",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "KMS_TRIO_*",
    "GST_*",
)
"""Names; `*` stands for any characters."""

PROXIES: Final = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
"""By which way URIs are fetched. They may hold passwords, so only who fetches URIs gets them."""


def child_environment(named: Iterable[str] = (), *, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of `environment` (our own, unless given) for a child; this very package is found first there.

    `named` are names beside those that are always passed; `*` stands for any characters.
    """
    environment = os.environ if environment is None else environment
    patterns = (*ALWAYS_PASSED, *named)
    passed = {
        name: value for name, value in environment.items() if any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    own_folder = str(Path(kms_trio.__file__).parent.parent)
    passed["PYTHONPATH"] = os.pathsep.join(filter(None, (own_folder, environment.get("PYTHONPATH"))))
    return passed
