"""The modules of this repository as plugins, whether or not their bundles are installed."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from kms_trio.plugins import Candidate, Plugins


def _descriptor(package: str) -> Any:
    return import_module(f"{package}.generated.module").MODULE


def standard_plugins() -> Plugins:
    """The modules core, elements and filters."""
    packages = {"elements": "kms_elements", "filters": "kms_filters"}
    return Plugins([Candidate(name, partial(_descriptor, package)) for name, package in packages.items()])
