"""How many workers there are, and what each may count on."""

from __future__ import annotations

from kms_trio.objects.process_limits import usable_cores
from kms_trio.settings import Settings


def worker_count(settings: Settings) -> int:
    """What the settings ask for; `auto` is one a core where there are several, and a port for each."""
    if settings.workers.count is not None:
        return settings.workers.count
    ports = settings.base_rtp_endpoint
    count = min(usable_cores(), ports.max_port - ports.min_port + 1)
    return count if count > 1 else 0


def cores_of_each(count: int) -> float:
    """A worker's share of the cores, of `count` workers; at least one."""
    return max(usable_cores() / count, 1.0)
