"""What a process that forwards media sets for the collector of garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from kms_trio.worker.interpreter import LOOK_AGAIN_AFTER, settle_process


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    callbacks = list(gc.callbacks)
    yield
    gc.callbacks[:] = callbacks
    gc.unfreeze()


class _Held:
    """What may hold itself."""

    other: Any = None


def test_what_has_survived_is_not_looked_at_again() -> None:
    settle_process()
    kept = [_Held() for _ in range(100)]
    gc.collect()
    assert not any(isinstance(each, _Held) for each in gc.get_objects()), "the collector knows of none of them"
    gone = weakref.ref(kept[0])
    del kept[0]
    assert gone() is None, "reference counts hold for what is frozen"


def test_what_holds_itself_goes_in_the_end() -> None:
    settle_process()
    held = _Held()
    held.other = held
    gc.collect()
    gone = weakref.ref(held)
    del held
    gc.collect()
    assert gone() is not None, "it had survived"
    for _ in range(LOOK_AGAIN_AFTER):
        gc.collect()
    assert gone() is None
