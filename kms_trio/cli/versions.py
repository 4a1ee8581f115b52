"""Which Kurento this server stands in for."""

from __future__ import annotations

#: The release whose protocol, names and behaviour are implemented; what `kurento-media-server --version` says.
KURENTO_VERSION = "7.3.0"
