"""The filters. What they do with a picture is told to them by their property `mode`."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import trio

from kms_trio.api import (
    AudioFilter,
    DataFilter,
    ErrorCode,
    Filter,
    KurentoError,
    OnFailure,
    Picture,
    PictureFormat,
    PictureHub,
    SampleFormat,
    Samples,
    SinkEndpoint,
    SourceEndpoint,
    VideoFilter,
)
from tests.hosting.samples.module import Seen


class Obedient(VideoFilter):
    """Does what its mode says."""

    picture_format = PictureFormat.YUV

    def __init__(
        self, context: Any, parent: Any, object_class: Any, mode: str = "", media_pipeline: Any = None
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._mode = mode
        self._remembered = ""
        self.hoard: list[Any] = []

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode == "forbidden":
            raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "not this one")
        self._mode = mode
        self.bypass = mode == "bypass"

    def add(self, one: int, other: int) -> int:
        if self._mode == "leave":
            sys.exit()
        return one + other

    def remember(self, what: str) -> str:
        before, self._remembered = self._remembered, what
        return before

    def process(self, picture: Picture) -> Picture | None:
        mode = self._mode
        if mode == "crash":
            ctypes.string_at(0)
        elif mode == "exit":
            os._exit(3)
        elif mode == "hang":
            time.sleep(1000)
        elif mode == "spin":
            while self._mode == "spin":
                pass
        elif mode == "leak":
            self.hoard.append(np.ones(64 << 20, np.uint8))
        elif mode == "raise":
            raise ZeroDivisionError("as told")
        elif mode == "leave":
            sys.exit(3)
        elif mode == "nothing":
            return None
        elif mode == "tell":
            self.emit(Seen(what=f"{self.picture_time_s:.3f}"))
        elif mode == "negative":
            height = picture.shape[0] * 2 // 3
            picture[:height] = 251 - picture[:height]
        elif mode == "half":
            return np.ascontiguousarray(picture[: picture.shape[0] // 2])
        return picture


class Hanging(Obedient):
    """Hangs in `prepare`, or when it is asked for its mode."""

    def prepare(self) -> None:
        if self._mode == "prepare":
            time.sleep(1000)


class Gray(VideoFilter):
    """Only looks, and says how bright the picture was."""

    picture_format = PictureFormat.GRAY
    read_only = True

    def __init__(self, *arguments: Any, mode: str = "", media_pipeline: Any = None) -> None:
        super().__init__(*arguments)
        self.mode = mode
        self._last: Picture | None = None

    def process(self, picture: Picture) -> Picture | None:
        same = self._last is not None and bool((self._last == picture).all())
        self._last = picture
        self.emit(Seen(what=f"{picture.shape} {picture.flags.writeable} {same}"))
        return picture


class Stopping(Obedient):
    on_failure = OnFailure.STOP


class Bypassed(Obedient):
    on_failure = OnFailure.BYPASS


class Collector(Obedient):
    """Remembers all that it is told, and when it is told "nothing JSON can say", that."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._all: tuple[Any, ...] = ()

    def remember(self, what: str) -> str:
        before, self._all = self._all, (*self._all, what)
        return " ".join(map(str, before))

    def state(self) -> Any:
        return [float("nan")] if "nothing JSON can say" in self._all else list(self._all)

    async def restore(self, state: Any) -> None:  # type: ignore[override]  # may be async, as the base says
        await trio.lowlevel.checkpoint()
        self._all = tuple(state)


class Unprepared(Obedient):
    def prepare(self) -> None:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE, "no model")


class Curious(Obedient):
    """Reaches for what is the server's."""

    def remember(self, what: str) -> str:
        return str(getattr(self.context, what))

    def meet(self, whom: Any) -> None:
        self.mode = str(whom)


class Furnished(Obedient):
    """What it is made of, and called with, is in its mode."""

    own_defaults = frozenset({"own"})

    def __init__(
        self,
        context: Any,
        parent: Any,
        object_class: Any,
        media_pipeline: Any = None,
        mode: str = "another",
        words: Sequence[str] | None = None,
        own: str | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline=media_pipeline)
        self.mode = repr((mode, words, own))

    def rearrange(self, words: Sequence[str] | None = None) -> None:
        self.mode = repr(words)


class Foreign(Filter):
    """Made of no base for hosted filters."""

    def __init__(
        self, context: Any, parent: Any, object_class: Any, mode: str = "", media_pipeline: Any = None
    ) -> None:
        super().__init__(context, parent, object_class)
        self.mode = f"{mode} in {os.getpid()}"


class Commanded(Obedient):
    """Takes its mode from a data channel, and says so there."""

    def on_data(self, message: str | bytes, label: str) -> str | bytes | None:
        if isinstance(message, bytes):
            return message
        self.mode = message
        self.send_data(f"mode {message}", label)
        return None


class Echo(DataFilter):
    """Says everything twice but nothing, which it swallows, and the forbidden, at which it raises. Told to wait it does
    so until its mode is "go".
    """

    def __init__(self, *arguments: Any, mode: str = "", media_pipeline: Any = None) -> None:
        super().__init__(*arguments)
        self.mode = mode

    def process(self, message: str | bytes, label: str) -> str | bytes | None:
        if message == "forbidden":
            raise ZeroDivisionError("as told")
        if message == "crash":
            os._exit(3)
        while message == "wait" and self.mode != "go":
            time.sleep(0.001)
        if message:
            self.send(message, label)
        return message or None


class Loud(AudioFilter):
    """Turns the volume to nothing, or to full scale."""

    sample_format = SampleFormat.FLOAT32

    def __init__(self, *arguments: Any, mode: str = "", media_pipeline: Any = None) -> None:
        super().__init__(*arguments)
        self.mode = mode

    def process(self, samples: Samples, sample_rate_hz: int) -> Samples | None:
        if self.mode == "crash":
            ctypes.string_at(0)
        if self.mode == "nothing":
            return None
        self.emit(Seen(what=f"{samples.shape} {samples.dtype} {sample_rate_hz} {self.sample_time_s:.2f}"))
        louder: Samples = np.clip(samples * 100, -2, 2)
        return louder


class Bars(SourceEndpoint):
    """Shows brighter and brighter pictures and sounds louder and louder, from a thread, until it fails."""

    def __init__(self, *arguments: Any, mode: str = "", media_pipeline: Any = None) -> None:
        super().__init__(*arguments)
        self.mode = mode

    async def run(self) -> None:
        await trio.to_thread.run_sync(self._film, abandon_on_cancel=True)

    def _film(self) -> None:
        for number in range(1, 9):
            while not (self.video_out.wanted and self.audio_out.wanted):
                time.sleep(0.001)
            self.video_out.push(np.full((120, 160), 20 * number, np.uint8), PictureFormat.GRAY, time_s=number / 10)
            self.audio_out.push(np.full((2, 960), 1000 * number, np.int16))
        raise ZeroDivisionError("as told")


class Watcher(SinkEndpoint):
    """Says what it gets."""

    picture_format = PictureFormat.GRAY

    def __init__(self, *arguments: Any, mode: str = "", media_pipeline: Any = None) -> None:
        super().__init__(*arguments)
        self.mode = mode

    def on_picture(self, picture: Picture, time_s: float) -> None:
        if self.mode == "raise":
            raise ZeroDivisionError("as told")
        self.emit(Seen(what=f"picture {picture.shape} {int(picture[0, 0])} {time_s:.1f}"))

    def on_samples(self, samples: Samples, sample_rate_hz: int, time_s: float) -> None:
        self.emit(Seen(what=f"samples {samples.shape} {samples[0, 0]} {time_s:.2f}"))


class Swap(PictureHub):
    """Gives each of two ports the negative of what the other one sends."""

    picture_format = PictureFormat.GRAY
    frames_per_second = 100

    def __init__(self, *arguments: Any, mode: str = "", media_pipeline: Any = None) -> None:
        super().__init__(*arguments)
        self.mode = mode

    def mix(self, pictures: Mapping[str, Picture]) -> Mapping[str, Picture]:
        if self.mode == "raise":
            raise ZeroDivisionError("as told")
        if len(pictures) != 2:
            return {}
        (one, first), (other, second) = pictures.items()
        return {one: 255 - second, other: 255 - first}
