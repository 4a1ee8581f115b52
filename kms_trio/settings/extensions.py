"""Settings that Kurento does not have: the branch `kmsTrio` of the main file."""

from __future__ import annotations

from pathlib import Path

import attrs

from kms_trio.settings import kinds
from kms_trio.settings.options import option


@attrs.frozen(kw_only=True)
class HttpSettings:
    """The server's HTTP side: health, and the demo page."""

    port: int = option("port", kinds.integer(0, 65535), 8081, "TCP port of the HTTP side; 0 leaves it off.")
    address: str = option(
        "address",
        kinds.ip_address(),
        "127.0.0.1",
        "Address of the HTTP side. Whoever reaches it may use the demo page, so it is loopback unless configured.",
    )
    demo: bool = option("demo", kinds.boolean(), True, "Serve the demo page.")


@attrs.frozen(kw_only=True)
class PluginsSettings:
    """Which of the installed modules are used."""

    disabled: tuple[str, ...] = option(
        "disabled",
        kinds.words(),
        (),
        "Installed modules that are not loaded, by name; `kms-trio modules list` has the names.",
        example="filters",
    )


@attrs.frozen(kw_only=True)
class WorkersSettings:
    """Media workers: the processes that pipelines are spread over."""

    count: int | None = option(
        "count",
        kinds.automatic(kinds.integer(0, 256)),
        None,
        "How many; auto is one for each core that the server may use if there are at least two. "
        "0 keeps everything in one process.",
        environment="KMS_WORKERS",
    )


@attrs.frozen(kw_only=True)
class UriPolicySettings:
    """Which files clients may have read and written."""

    player_roots: tuple[Path, ...] = option(
        "playerRoots",
        kinds.paths(),
        (),
        "Folders that PlayerEndpoint may read from; empty: every file that the server's user may read.",
        example="/var/lib/kurento/media",
    )
    recorder_roots: tuple[Path, ...] = option(
        "recorderRoots",
        kinds.paths(),
        (),
        "Folders that RecorderEndpoint may write to; empty: every folder that the server's user may write to.",
        example="/var/lib/kurento/recordings",
    )

    @property
    def is_limited(self) -> bool:
        """Whether both reading and writing are confined to folders."""
        return bool(self.player_roots) and bool(self.recorder_roots)
