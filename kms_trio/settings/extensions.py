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
    hosts: tuple[str, ...] = option(
        "hosts",
        kinds.words(),
        (),
        "Names under which a proxy reaches an HTTP side that listens on loopback, besides localhost and addresses; "
        "requests for other names are refused, as a foreign page may have its own name lead to this machine.",
        example="media.example.org",
    )


@attrs.frozen(kw_only=True)
class ConnectionsSettings:
    """How many clients may be connected to the control port, and to that of HttpPostEndpoints, at a time."""

    limit: int | None = option(
        "limit",
        kinds.automatic(kinds.integer(1, 1_000_000)),
        None,
        "How many to the control port; auto is half the open files that the process may have. When there are more, "
        "those that never asked for anything give way first; then new ones are refused.",
    )
    per_address: int = option(
        "perAddress",
        kinds.integer(0, 1_000_000),
        0,
        "How many from one IPv4 address, or one network (/64) of IPv6; 0: any number. Behind a proxy or a NAT all have "
        "the same address.",
    )


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
class ProcessesSettings:
    """What the server's child processes get: media workers and the host processes of filters."""

    environment: tuple[str, ...] = option(
        "environment",
        kinds.words(),
        (),
        "Environment variables that media workers and host processes get beside the harmless ones that every program "
        "needs, by name; `*` stands for any characters. Secrets in the environment stay with the server unless they "
        "are named here.",
        example="CUDA_*",
    )


@attrs.frozen(kw_only=True)
class FiltersSettings:
    """Where filters of modules run, and what they may take."""

    trusted: tuple[str, ...] = option(
        "trusted",
        kinds.words(),
        ("filters",),
        "Modules whose filters run in threads of the server; those of all others run in host processes. "
        "`*` trusts every module.",
        environment="KMS_TRUSTED_MODULES",
    )
    late_s: float = option(
        "lateAfter",
        kinds.seconds(0.05, 3600.0),
        2.0,
        "Seconds that a filter in a host process may take for a picture, the first one excepted; later ones pass "
        "unfiltered until it is through.",
        environment="KMS_FILTER_LATE_AFTER",
    )
    kill_s: float = option(
        "killAfter",
        kinds.seconds(0.05, 3600.0),
        10.0,
        "Seconds after which a host process is killed whose filter is still at the same picture.",
        environment="KMS_FILTER_KILL_AFTER",
    )
    memory_mib: int = option(
        "memoryLimit",
        kinds.integer(16, 1 << 20),
        1024,
        "Memory, MiB, that a host process may take beyond what it had when its filters were ready.",
        environment="KMS_FILTER_MEMORY_LIMIT",
    )
    restarts_per_minute: int = option(
        "restartsPerMinute",
        kinds.integer(0, 600),
        5,
        "How often a filter is started anew within a minute before media bypass it for good.",
        environment="KMS_FILTER_RESTARTS",
    )
    nice: int = option(
        "nice",
        kinds.integer(0, 19),
        5,
        "How much host processes stand back for the server when both want the CPU.",
        environment="KMS_FILTER_NICE",
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
    schemes: tuple[str, ...] = option(
        "schemes",
        kinds.words(),
        (),
        "Schemes of the URIs that clients may name, for playing, recording and images; empty: all that are supported.",
        example="file,https",
    )

    @property
    def is_limited(self) -> bool:
        """Whether both reading and writing are confined to folders."""
        return bool(self.player_roots) and bool(self.recorder_roots)
