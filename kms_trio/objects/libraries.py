"""Libraries that some classes of bundles need and that not every installation has: imported by the first use."""

from __future__ import annotations

import importlib
from typing import Any

from kms_trio.errors import ErrorCode, KurentoError

__all__ = ["require"]


def require(
    module: str,
    *,
    package: str,
    extra: str,
    by: str,
    code: ErrorCode = ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE,
    text: str = "",
) -> Any:
    """Import `module` for the class `by`, as a rule in its `prepare`.

    `package` is what brings it, `extra` what to install for it, `kms-filters[opencv]`. Raises KurentoError `code`,
    beginning with `text` or with what Kurento says of a plugin that it lacks, when it is missing or cannot be loaded.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        text = text or f"{by} plugin not available"
        hint = f"{by} needs the Python package {package}; install {extra}"
        raise KurentoError(code, f"{text}: {hint} ({missing})") from missing
