"""Tools for tests, of this project and of module authors: fake network, engine pairs, RPC client."""

from __future__ import annotations
