"""The endpoints and hubs of the Kurento module `elements`."""

from __future__ import annotations
