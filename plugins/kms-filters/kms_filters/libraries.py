"""Libraries that some filters need and that not every installation has."""

from __future__ import annotations

import importlib
from typing import Any

from kms_trio.api import ErrorCode, KurentoError

__all__ = ["require"]


def require(module: str, *, package: str, extra: str, by: str, code: ErrorCode, text: str) -> Any:
    """Import `module`, for the class `by`.

    Raises KurentoError `code`, beginning with `text`, when its package is missing or cannot be loaded.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        hint = f"{by} needs the Python package {package}; install kms-filters[{extra}]"
        raise KurentoError(code, f"{text}: {hint} ({missing})") from missing
