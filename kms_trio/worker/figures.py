"""What a process with media counts, for `/metrics`: taken where the media are, summed over workers elsewhere.

Plain numbers by name, as the control process has no use for the classes that count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import trio

if TYPE_CHECKING:
    from kms_trio.objects.context import ObjectContext

__all__ = ["Figures", "take_figures", "total"]


@attrs.frozen(kw_only=True)
class Figures:
    """Counters only grow; gauges and objects are of the moment."""

    #: `network.strangers_stun`, `sent.packets`, ...: a part of the network layer, and what it counts.
    counters: Mapping[str, int] = attrs.field(factory=dict)
    #: Streams of video that are held back because of overload.
    held_back: int = 0
    #: Tasks of the event loop.
    tasks: int = 0
    #: Living objects by class, the ServerManager left out.
    objects: Mapping[str, int] = attrs.field(factory=dict)

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Figures:
        """Read what `attrs.asdict` made."""
        return cls(**message)

    def only_counters(self) -> Figures:
        """What remains of a process that has ended."""
        return Figures(counters=self.counters)


def total(figures: Iterable[Figures]) -> Figures:
    """The sum of several processes."""
    counters: Counter[str] = Counter()
    objects: Counter[str] = Counter()
    held_back = tasks = 0
    for each in figures:
        counters.update(each.counters)
        objects.update(each.objects)
        held_back += each.held_back
        tasks += each.tasks
    return Figures(counters=dict(counters), held_back=held_back, tasks=tasks, objects=dict(objects))


def take_figures(context: ObjectContext) -> Figures:
    """The figures of this process, whose objects have this context; asked for in the thread of the event loop."""
    objects = Counter(each.object_class.name for each in context.directory)
    objects.pop("ServerManager", None)
    tasks = trio.lowlevel.current_statistics().tasks_living
    network = context.network
    if network is None:
        return Figures(tasks=tasks, objects=dict(objects))
    parts = {
        "network": network.statistics,
        "sent": network.sent,
        "overload": network.overload.statistics,
        "gates": network.overload.gates,
    }
    counters = {
        f"{part}.{name}": count for part, counts in parts.items() for name, count in attrs.asdict(counts).items()
    }
    return Figures(counters=counters, held_back=network.overload.held_back, tasks=tasks, objects=dict(objects))
