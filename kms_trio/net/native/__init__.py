"""The compiled helper of the forwarding path, where it was built: the same work with a third of the CPU.

It is optional.  Nothing but speed depends on it: the same tests run with it and without it.
"""

from __future__ import annotations

import importlib
import logging
import os

from kms_trio.net.native.build import source_digest
from kms_trio.net.native.forwarder import NativeForwarder, NativeLegs
from kms_trio.net.native.intake import NativeIntake

__all__ = ["NativeForwarder", "NativeIntake", "NativeLegs", "load_forwarder"]

logger = logging.getLogger("kms.network")

SWITCH = "KMS_TRIO_NATIVE"
"""Environment variable; 0 leaves the helper out."""


def load_forwarder() -> NativeForwarder | None:
    """The helper, or None where it is switched off, was not built, or was built from another source.  Says which."""
    if os.environ.get(SWITCH) == "0":
        logger.info("forwarding in Python: %s=0", SWITCH)
        return None
    try:
        module = importlib.import_module("kms_trio.net.native._forward")
    except ImportError as problem:
        logger.info("forwarding in Python: no compiled helper (%s)", problem)
        return None
    if module.ffi.string(module.lib.kms_source_digest()).decode() != source_digest():
        logger.warning("forwarding in Python: the compiled helper is stale; python -m kms_trio.net.native build")
        return None
    logger.info("forwarding by the compiled helper")
    return NativeForwarder(module)
