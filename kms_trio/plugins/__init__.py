"""Finding the bundles that make the server: entry points of the group `kms_trio`, loaded one by one under a guard."""

from __future__ import annotations

from kms_trio.plugins.manager import Candidate, PluginProblem, Plugins

__all__ = ["Candidate", "PluginProblem", "Plugins"]
