"""Pads: the places where elements are linked (one source to many sinks, a sink to one source)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kms_trio.media.agnostic import (
    AgnosticNode,
    CodecService,
    EncoderSettings,
    ForcedOutput,
    Route,
    UnsupportedFormatError,
)
from kms_trio.media.callbacks import ignore
from kms_trio.media.flow import FlowDetector, Timers
from kms_trio.media.formats import Want
from kms_trio.media.streams import RawFrame, Stream

__all__ = ["SinkPad", "SourcePad"]

DEFAULT_DESCRIPTION = "default"


class SourcePad:
    """Where the media of one type leaves an element.

    The element calls `set_input` with the stream that it produces (and again when its format changes).  Callbacks that
    the element may set: `on_flow(flowing)`, `on_route(sink, route)` whenever it is decided how a sink is fed,
    `on_transcoding(active)` when that begins or ends for the sinks as a whole (that nothing is transcoded to begin with
    is told when media flows: Kurento decides with the first buffer),
    `on_refused(sink, reason)`, `on_links_changed()`; and `may_transcode()`.
    """

    def __init__(
        self,
        element: Any,
        media_type: str,
        *,
        codecs: CodecService,
        settings: EncoderSettings,
        timers: Timers,
        description: str = DEFAULT_DESCRIPTION,
    ) -> None:
        self.element = element
        self.media_type = media_type
        self.description = description
        self.sinks: tuple[SinkPad, ...] = ()
        self.on_flow: Callable[[bool], None] = ignore
        self.on_route: Callable[[SinkPad, Route], None] = ignore
        self.on_transcoding: Callable[[bool], None] = ignore
        self.may_transcode: Callable[[], bool] = _yes
        self.on_refused: Callable[[SinkPad, str], None] = ignore
        self.on_links_changed: Callable[[], None] = ignore
        self.flow = FlowDetector(timers, self._flow_changed)
        self.node = AgnosticNode(codecs, settings, timers.now)
        self._routes: dict[SinkPad, Route] = {}
        self._transcoding: bool | None = None

    @property
    def input(self) -> Stream[Any] | None:
        """The stream that this pad gives; None while there is none."""
        return self.node.input

    def set_input(self, stream: Stream[Any] | None) -> None:
        """Set or replace the stream that this pad gives; all sinks are fed from the new one."""
        for sink in self.sinks:
            sink._receive(None)
        self.node.set_input(stream)
        self._routes.clear()
        self._feed_all()

    @property
    def transcoding(self) -> bool:
        """Whether anything is decoded or encoded for one of the sinks."""
        return any(route.transcoded for route in self._routes.values())

    def force(self, output: ForcedOutput | None) -> None:
        """Give sinks this format, if they take it, instead of what comes."""
        self.node.output = output
        self.refresh()

    def refusal(self, want: Want | None) -> str | None:
        """Why a sink that wants this could not be fed from here; None when it could, or when it is too early to say."""
        try:
            route = None if want is None else self.node.route(want)
        except UnsupportedFormatError as refusal:
            return str(refusal)
        return None if route is None else self._forbidden(route)

    def refresh(self) -> None:
        """Encoders are to work otherwise than before: decide anew for each sink what feeds it.

        What is being decoded goes on meanwhile; a decoder that was started anew would have to wait for a key frame.
        """
        decoded, holder = self.node.decoded, _Holder()
        if decoded is not None:
            decoded.attach(holder)
        self._feed_all()
        if decoded is not None:
            decoded.detach(holder)

    def link(self, sink: SinkPad) -> None:
        """Feed `sink` from here.  Its former source is unlinked first; linking twice changes nothing."""
        if sink.source is self:
            return
        if sink.source is not None:
            sink.source.unlink(sink)
        sink.source = self
        self.sinks = (*self.sinks, sink)
        self.feed(sink)
        self.on_links_changed()

    def unlink(self, sink: SinkPad) -> None:
        """Stop feeding `sink`; nothing happens when it is not linked here."""
        if sink.source is not self:
            return
        self.sinks = tuple(other for other in self.sinks if other is not sink)
        sink.source = None
        self._routes.pop(sink, None)
        sink._receive(None)
        self._tell_transcoding()
        self.on_links_changed()

    def close(self) -> None:
        """Unlink every sink and drop the input."""
        self.on_transcoding = ignore  # releasing an element is no news of its media
        for sink in self.sinks:
            self.unlink(sink)
        self.node.set_input(None)
        self.flow.close()

    def let_go(self) -> None:
        """The element is gone; to be called after `close`."""
        self.element = None
        self.on_flow = self.on_route = self.on_refused = self.on_links_changed = ignore
        self.may_transcode = _yes

    def feed(self, sink: SinkPad) -> None:
        """Decide anew what feeds one of the sinks."""
        self._feed(sink)
        self._tell_transcoding()

    def _feed_all(self) -> None:
        for sink in self.sinks:
            self._feed(sink)
        self._tell_transcoding()

    def _feed(self, sink: SinkPad) -> None:
        route = self._route(sink)
        if route is None:
            self._routes.pop(sink, None)
            sink._receive(None)
            return
        self._routes[sink] = route
        self.on_route(sink, route)
        sink._receive(self.node.open(route))

    def _route(self, sink: SinkPad) -> Route | None:
        if sink.want is None:
            return None
        try:
            route = self.node.route(sink.want)
        except UnsupportedFormatError as refusal:
            self.on_refused(sink, str(refusal))
            return None
        refusal_text = None if route is None else self._forbidden(route)
        if refusal_text is not None:
            self.on_refused(sink, refusal_text)
            return None
        return route

    def _forbidden(self, route: Route) -> str | None:
        if not route.transcoded or self.may_transcode():
            return None
        return f"transcoding is forbidden, and {route.have} would have to become {route.give}"

    def _flow_changed(self, flowing: bool) -> None:
        self.on_flow(flowing)
        if flowing:
            self._tell_transcoding()

    def _tell_transcoding(self) -> None:
        """Say so if the truth about transcoding has changed; before the first decision there is none."""
        active = self.transcoding
        if self._transcoding is None and not (active or (self._routes and self.flow.flowing)):
            return
        if active is not self._transcoding:
            self._transcoding = active
            self.on_transcoding(active)


class SinkPad:
    """Where media of one type enters an element.

    The element says with `set_want` what it can take (None: nothing yet, e.g. before negotiation) and gets the stream,
    or None, through `on_stream`; it attaches its consumer there itself.  `flow.started()` is the element's to call when
    the first buffer was taken.
    """

    def __init__(
        self,
        element: Any,
        media_type: str,
        *,
        timers: Timers,
        on_stream: Callable[[Stream[Any] | None], None],
        want: Want | None = None,
        description: str = DEFAULT_DESCRIPTION,
    ) -> None:
        self.element = element
        self.media_type = media_type
        self.description = description
        self.source: SourcePad | None = None
        self.want = want
        self.stream: Stream[Any] | None = None
        self.on_flow: Callable[[bool], None] = ignore
        self.on_stream_changed: Callable[[Stream[Any] | None], None] = ignore
        """For whoever watches the pad: called after the element has been given another stream."""
        self.flow = FlowDetector(timers, lambda flowing: self.on_flow(flowing))
        self._on_stream = on_stream

    def set_want(self, want: Want | None) -> None:
        """Change what this sink takes; the source decides anew what to feed it."""
        if want == self.want:
            return
        self.want = want
        if self.source is not None:
            self.source.feed(self)

    def close(self) -> None:
        """Unlink from the source and stop watching the flow."""
        if self.source is not None:
            self.source.unlink(self)
        self.flow.close()

    def let_go(self) -> None:
        """The element is gone; to be called after `close`."""
        self.element = None
        self.on_flow = self.on_stream_changed = self._on_stream = ignore

    def _receive(self, stream: Stream[Any] | None) -> None:
        if stream is not self.stream:
            self.stream = stream
            self._on_stream(stream)
            self.on_stream_changed(stream)


class _Holder:
    """Keeps a stream of pictures or samples running, without taking any."""

    def on_raw(self, frame: RawFrame) -> None:
        pass


def _yes() -> bool:
    """What a pad may do unless its element says otherwise."""
    return True
