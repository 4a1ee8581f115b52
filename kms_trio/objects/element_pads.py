"""The pads of one element, made at first use, and the flow and transcoding states that clients ask about.

A pad is named by its media type and a description, `default` unless the client says otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Final, NoReturn

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.types import MediaType
from kms_trio.log import for_object
from kms_trio.media.agnostic import ForcedOutput, Route
from kms_trio.media.callbacks import ignore
from kms_trio.media.pads import SinkPad, SourcePad

DEFAULT_DESCRIPTION: Final = "default"

#: Whole-element operations do their work for each of these, in this order.
ALL_MEDIA_TYPES: Final = (MediaType.AUDIO, MediaType.VIDEO, MediaType.DATA)

logger = logging.getLogger("agnosticbin")

PadKey = tuple[MediaType, str]


class ElementPads:
    """Source and sink pads by (media type, description).

    `make_source`, `make_sink` build a pad. `on_flow(incoming, media_type, description, flowing)` and
    `on_transcoding(media_type, description, active)` are called when a state changes, `on_refused(media_type, text)`
    when a sink cannot be fed. `may_transcode()` tells whether media may be converted for sinks.
    """

    def __init__(
        self,
        make_source: Callable[[MediaType, str], SourcePad],
        make_sink: Callable[[MediaType, str], SinkPad],
        on_flow: Callable[[bool, MediaType, str, bool], None],
        on_transcoding: Callable[[MediaType, str, bool], None],
        on_refused: Callable[[MediaType, str], None],
        may_transcode: Callable[[], bool],
        owner: str = "",
    ) -> None:
        """`owner` is the id of the element, for the log."""
        self._log = for_object(logger, owner)
        self._make_source = make_source
        self._make_sink = make_sink
        self._on_flow = on_flow
        self._on_transcoding = on_transcoding
        self._on_refused = on_refused
        self._may_transcode = may_transcode
        self._forced: dict[MediaType, ForcedOutput] = {}
        self.sources: dict[PadKey, SourcePad] = {}
        self.sinks: dict[PadKey, SinkPad] = {}

    def source(self, media_type: MediaType, description: str = DEFAULT_DESCRIPTION) -> SourcePad:
        """The source pad of that name, made now if need be."""
        key = (media_type, description)
        pad = self.sources.get(key)
        if pad is None:
            pad = self.sources[key] = self._make_source(media_type, description)
            pad.on_flow = lambda flowing: self._on_flow(False, media_type, description, flowing)
            pad.on_route = lambda sink, route: self._decided(media_type, sink, route)
            pad.on_transcoding = lambda active: self._transcoding_changed(media_type, description, active)
            pad.on_refused = lambda sink, reason: self._on_refused(media_type, f"{_name(sink)}: {reason}")
            pad.may_transcode = self._may_transcode
            if media_type in self._forced:
                pad.force(self._forced[media_type])
        return pad

    def sink(self, media_type: MediaType, description: str = DEFAULT_DESCRIPTION) -> SinkPad:
        """The sink pad of that name, made now if need be."""
        key = (media_type, description)
        pad = self.sinks.get(key)
        if pad is None:
            pad = self.sinks[key] = self._make_sink(media_type, description)
            pad.on_flow = lambda flowing: self._on_flow(True, media_type, description, flowing)
        return pad

    def links_out(self) -> Iterator[tuple[SourcePad, SinkPad]]:
        """Every link that leaves the element."""
        for source in tuple(self.sources.values()):
            for sink in source.sinks:
                yield source, sink

    def links_in(self) -> Iterator[tuple[SourcePad, SinkPad]]:
        """Every link that enters the element."""
        for sink in tuple(self.sinks.values()):
            if sink.source is not None:
                yield sink.source, sink

    def flowing_in(self, media_type: MediaType, description: str) -> bool:
        """Whether media flows into that sink. Raises KurentoError 40107 for DATA."""
        _refuse_data(media_type, "MediaFlowingIn")
        pad = self.sinks.get((media_type, description))
        return pad is not None and pad.flow.flowing

    def flowing_out(self, media_type: MediaType, description: str) -> bool:
        """Whether media flows out of that source. Raises KurentoError 40107 for DATA."""
        _refuse_data(media_type, "MediaFlowingOut")
        pad = self.sources.get((media_type, description))
        return pad is not None and pad.flow.flowing

    def transcoding(self, media_type: MediaType, description: str) -> bool:
        """Whether any media of that source is converted for a sink. Raises KurentoError 40107 for DATA."""
        _refuse_data(media_type, "MediaTranscoding")
        pad = self.sources.get((media_type, description))
        return pad is not None and pad.transcoding

    def force(self, media_type: MediaType, output: ForcedOutput) -> None:
        """Give media of that type in this format, on pads that there are and on those to come."""
        self._forced[media_type] = output
        for key, source in tuple(self.sources.items()):
            if key[0] is media_type:
                source.force(output)

    def refresh(self) -> None:
        """The settings of the encoders have changed: feed every sink anew that it makes a difference to."""
        for source in tuple(self.sources.values()):
            source.refresh()

    def close(self) -> None:
        """Unlink everything."""
        for sink in self.sinks.values():
            sink.close()
        for source in self.sources.values():
            source.close()

    def let_go(self) -> None:
        """The element is gone; to be called after `close`. Whoever still asks for a pad is told so."""
        self.close()  # what was made since
        for sink in self.sinks.values():
            sink.let_go()
        for source in self.sources.values():
            source.let_go()
        self.sinks.clear()
        self.sources.clear()
        self._make_source = self._make_sink = _refuse
        self._on_flow = self._on_transcoding = self._on_refused = ignore
        self._may_transcode = _no

    def _decided(self, media_type: MediaType, sink: SinkPad, route: Route) -> None:
        """It is decided how a sink is fed: tell those who look for the reason of a conversion."""
        if media_type is MediaType.DATA:
            return
        media, log = media_type.lower(), self._log
        if logger.isEnabledFor(logging.DEBUG):
            log.debug("Upstream provided caps: (%s)", route.have)
            log.debug("Downstream wanted caps: (%s)", route.give)
            log.debug("Find TreeBin with wanted caps: (%s)", route.give)
            log.debug(
                "TreeBin not found! Transcoding required for %s"
                if route.transcoded
                else "TreeBin found! Use it for %s",
                media,
            )
        if route.transcoded:
            have, give = route.have.encoding_name, route.give.encoding_name
            log.info("TRANSCODING ACTIVE for %s: %s -> %s for %s", media, have, give, _name(sink))

    def _transcoding_changed(self, media_type: MediaType, description: str, active: bool) -> None:
        if media_type is MediaType.DATA:
            return
        if not active:
            self._log.debug("TRANSCODING INACTIVE for %s", media_type.lower())
        self._on_transcoding(media_type, description, active)


def _name(sink: SinkPad) -> str:
    """The element that a sink belongs to, as the log calls it."""
    return str(getattr(sink.element, "element_name", "a sink"))


def _refuse(media_type: MediaType, description: str) -> NoReturn:
    raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_FOUND, f"The element of the pad {media_type} {description} is gone")


def _no() -> bool:
    return False


def _refuse_data(media_type: MediaType, query: str) -> None:
    if media_type is MediaType.DATA:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, f"Media type DATA is not supported for {query}")
