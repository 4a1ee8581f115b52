"""kms-trio: a media server that speaks the Kurento protocol, in Python on Trio.

Nothing is imported here: a plugin imports ``kms_trio.api``, a program that embeds
the server imports ``kms_trio.app``, and the commands live in ``kms_trio.cli``.
"""

from __future__ import annotations

__version__ = "0.1.0"
