"""All events of some objects, in words, compared step by step: the same ones in any order, and no others.

The order among the events of one step is nobody's promise: Kurento raises them in several threads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import trio

from kms_trio.testing.rpc import Event, RpcClient
from tests.rpc.inventory import inventory

#: What an event is about, by its name; events that are not here say no more than that they came.
_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[Any]]] = {
    "ConnectionStateChanged": lambda data: [data["newState"]],
    "DtlsConnectionStateChange": lambda data: [data["componentId"].strip("[]").removeprefix("bundle/"), data["state"]],
    "ElementConnected": lambda data: [data["mediaType"], data["sink"]],
    "ElementDisconnected": lambda data: [data["mediaType"], data["sink"]],
    "Error": lambda data: [data["type"]],
    "IceComponentStateChanged": lambda data: [data["componentId"], data["state"]],
    "MediaFlowInStateChanged": lambda data: [data["mediaType"], data["state"]],
    "MediaFlowOutStateChanged": lambda data: [data["mediaType"], data["state"]],
    "MediaStateChanged": lambda data: [data["newState"]],
    "MediaTranscodingStateChanged": lambda data: [data["mediaType"], data["state"]],
    "ObjectCreated": lambda data: [data["object"]],
    "ObjectDestroyed": lambda data: [data["objectId"]],
    "UriEndpointStateChanged": lambda data: [data["state"]],
}


class Journal:
    """What came of the objects that are watched. An event in words: `viewer MediaFlowInStateChanged VIDEO FLOWING`."""

    def __init__(self, client: RpcClient) -> None:
        self._client = client
        self._names: dict[str, str] = {}
        self._seen: Counter[str] = Counter()
        self._log: list[tuple[float, str]] = []
        #: The data of every event, by its words.
        self.data: dict[str, dict[str, Any]] = {}
        #: What `IceCandidateFound` told; it is no word of the journal, as the machine's addresses decide how many come.
        self.candidates: list[dict[str, Any]] = []
        self._finders: list[str] = []

    def name(self, object_id: str, name: str) -> str:
        """Call an object `name` from now on; returns its id."""
        self._names[object_id] = name
        return object_id

    async def watch(self, object_id: str, name: str) -> str:
        """Subscribe to all events of an object, which is called `name` from now on; returns its id."""
        class_name = object_id.rpartition("_")[2].removeprefix("kurento.")
        await self._client.subscribe(object_id, *inventory().events_of(class_name))
        return self.name(object_id, name)

    async def expect(self, *words: str, perhaps: Iterable[str] = ()) -> None:
        """Wait for these events, and see that no others came since the last step but those in `perhaps`."""
        wanted = Counter(words)

        def all_came(events: list[Event]) -> bool:
            self._note(events)
            return wanted <= self._seen

        try:
            await self._client.take_until(all_came)
        finally:
            missing = wanted - self._seen
            assert not missing, f"missing: {sorted(missing)}, came: {sorted(self._seen)}"
        await self.nothing_but(*words, perhaps=perhaps)

    async def nothing_but(self, *words: str, perhaps: Iterable[str] = ()) -> None:
        """See that only these events came since the last step."""
        self._note(await self._client.settle())
        extra = Counter({each: count for each, count in self._seen.items() if each not in set(perhaps)})
        extra -= Counter(words)
        self._seen.clear()
        assert not extra, f"came, too: {sorted(extra.elements())}"

    def in_order(self, *groups: str | Iterable[str]) -> None:
        """See that these events, or groups of them, came one after the other, the last time that they came."""
        places = {words: place for place, (_, words) in enumerate(self._log)}
        steps = [[group] if isinstance(group, str) else list(group) for group in groups]
        for before, after in pairwise(steps):
            last, first = max(before, key=places.__getitem__), min(after, key=places.__getitem__)
            assert places[last] < places[first], f"{first} came before {last}"

    def time_of(self, words: str) -> float:
        """When an event came, the last time that it did; seconds of Trio's clock."""
        return max(at_s for at_s, each in self._log if each == words)

    def take_candidates(self) -> list[dict[str, Any]]:
        """The candidates that were found since the last time."""
        self._take()
        taken, self.candidates, self._finders = self.candidates, [], []
        return taken

    def found(self) -> list[tuple[str, dict[str, Any]]]:
        """All candidates with the id of the endpoint that found them."""
        self._take()
        return list(zip(self._finders, self.candidates, strict=True))

    def _take(self) -> None:
        events, self._client.events[:] = list(self._client.events), []
        self._note(events)

    def _note(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.name == "IceCandidateFound":
                self.candidates.append(event.data["candidate"])
                self._finders.append(event.source_id)
                continue
            details = _DETAILS.get(event.name, lambda _: [])(event.data)
            who = self._names.get(event.source_id, event.source_id)
            words = " ".join([who, event.name, *(self._names.get(str(each), str(each)) for each in details)])
            self._seen[words] += 1
            self._log.append((trio.current_time(), words))
            self.data[words] = event.data


def negotiated(name: str) -> list[str]:
    """What an endpoint says when it has taken an offer; it waits for DTLS then, and Kurento has it begin later."""
    return [f"{name} MediaSessionStarted", f"{name} DtlsConnectionStateChange dtlssrtpenc NEW"]


def each_media(*sentences: str) -> list[str]:
    """Every sentence twice, for `*` AUDIO and VIDEO."""
    return [sentence.replace("*", media) for sentence in sentences for media in ("AUDIO", "VIDEO")]


def connected(source: str, sink: str) -> list[str]:
    """What `source` says when it is connected to `sink` for all media."""
    return [f"{source} ElementConnected {media} {sink}" for media in ("AUDIO", "VIDEO", "DATA")]


def disconnected(source: str, sink: str) -> list[str]:
    """What `source` says when `sink` goes."""
    return [f"{source} ElementDisconnected {media} {sink}" for media in ("AUDIO", "VIDEO", "DATA")]


def gathered(name: str) -> list[str]:
    """What an endpoint says when it is told to gather, but for its candidates."""
    return [f"{name} IceComponentStateChanged 1 GATHERING", f"{name} IceGatheringDone"]


def transport_up(name: str) -> list[str]:
    """What an endpoint says while its peer connects and sends its first RTCP."""
    return [
        f"{name} IceComponentStateChanged 1 CONNECTING",
        f"{name} NewCandidatePairSelected",
        f"{name} IceComponentStateChanged 1 CONNECTED",
        f"{name} IceComponentStateChanged 1 READY",
        f"{name} DtlsConnectionStateChange dtlssrtpdec CONNECTING",
        f"{name} DtlsConnectionStateChange dtlssrtpenc CONNECTING",
        f"{name} DtlsConnectionStateChange dtlssrtpdec CONNECTED",
        f"{name} DtlsConnectionStateChange dtlssrtpenc CONNECTED",
        f"{name} ConnectionStateChanged CONNECTED",
        f"{name} MediaStateChanged CONNECTED",
    ]
