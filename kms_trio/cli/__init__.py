"""The commands: `kms-trio` for people, `kurento-media-server` with Kurento's own command line."""

from __future__ import annotations
