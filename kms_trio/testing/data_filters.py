"""Data filters without a server: messages in, messages and events out, in the thread of the test.

run = run_data_filter(Shout, ["hello"])
assert run.messages == ["HELLO"]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from kms_trio.media.frames import DataMessage
from kms_trio.objects.data_filter import DataFilter
from kms_trio.objects.data_filtering import DataValue, data_message, data_value
from kms_trio.testing.filters import events_of, made_filter

__all__ = ["DataRun", "run_data_filter"]


@attrs.define
class DataRun:
    """What a filter made."""

    messages: list[DataValue]
    """What it returned and what it sent by itself, in order."""
    events: list[Any]
    """What it emitted meanwhile, in order, without source and time."""


def run_data_filter(
    what: type[DataFilter] | DataFilter, messages: Iterable[DataValue], *, label: str = "", **parameters: Any
) -> DataRun:
    """Give messages of the data channel `label` to a filter, or to one that is made with `parameters`.

    Raises what `process` raises, and TypeError for what it returns and is neither text nor bytes.
    """
    work = made_filter(what, parameters)
    run = DataRun([], [])
    sent = _Sent(run.messages)
    work.data.attach(sent)
    try:
        with events_of(work, run.events):
            for message in messages:
                kept = work.process(message, label)
                if kept is not None:
                    sent.on_data(data_message(kept, label))
    finally:
        work.data.detach(sent)
    return run


class _Sent:
    def __init__(self, messages: list[DataValue]) -> None:
        self._messages = messages

    def on_data(self, message: DataMessage) -> None:
        self._messages.append(data_value(message))
