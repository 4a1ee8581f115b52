"""What `connect` and `disconnect` of the spec class MediaElement do, and what clients are told of connections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import ElementConnected, ElementDisconnected
from kms_trio.generated.core.types import ElementConnectionData, MediaType
from kms_trio.media.pads import SinkPad, SourcePad
from kms_trio.objects.element_pads import ALL_MEDIA_TYPES, DEFAULT_DESCRIPTION

if TYPE_CHECKING:
    from kms_trio.objects.media_element import MediaElement

__all__ = ["connect", "disconnect", "leave", "links_described"]


def connect(
    element: MediaElement,
    sink: MediaElement,
    media_type: MediaType | None,
    source_description: str | None,
    sink_description: str | None,
    *,
    may_transcode: bool,
) -> None:
    """Feed `sink` from `element`: one media type, or (None) all; a sink pad's former source is disconnected.

    Raises KurentoError 40004 when the two are not of one pipeline, or when media that may not be transcoded would have
    to be; nothing has been connected then.
    """
    if sink.media_pipeline is not element.media_pipeline:
        raise KurentoError(ErrorCode.CONNECT_ERROR, "Media elements do not share pipeline")
    pads = [
        (
            element.source_pad(each, _or_default(source_description)),
            sink.sink_pad(each, _or_default(sink_description)),
        )
        for each in _media_types(media_type)
    ]
    if not may_transcode:
        for source_pad, sink_pad in pads:
            _check_formats(source_pad, sink_pad)
    for source_pad, sink_pad in pads:
        former = sink_pad.source
        if former is not None:
            former.element.emit(_disconnected(former, sink_pad))
        source_pad.link(sink_pad)
        element.emit(
            ElementConnected(
                sink=sink,
                media_type=MediaType(source_pad.media_type),
                source_media_description=source_pad.description,
                sink_media_description=sink_pad.description,
            )
        )


def disconnect(
    element: MediaElement,
    sink: MediaElement,
    media_type: MediaType | None,
    source_description: str | None,
    sink_description: str | None,
) -> None:
    """Undo `connect`.  What is not connected is no error; the event is raised all the same."""
    source_name, sink_name = _or_default(source_description), _or_default(sink_description)
    for each in _media_types(media_type):
        source_pad = element.pads.sources.get((each, source_name))
        sink_pad = sink.pads.sinks.get((each, sink_name))
        if source_pad is not None and sink_pad is not None:
            source_pad.unlink(sink_pad)
        element.emit(
            ElementDisconnected(
                sink=sink,
                media_type=each,
                source_media_description=source_name,
                sink_media_description=sink_name,
            )
        )


def leave(element: MediaElement) -> None:
    """Unlink what feeds an element that is released; its sources say so, unless they die with it."""
    for source, sink in list(element.pads.links_in()):
        source.unlink(sink)
        if not source.element.releasing:
            source.element.emit(_disconnected(source, sink))


def links_described(links: Iterable[tuple[SourcePad, SinkPad]]) -> list[ElementConnectionData]:
    """What clients are told of links, ordered by media type and descriptions."""
    ordered = sorted(links, key=lambda link: (link[1].media_type, link[0].description, link[1].description))
    return [
        ElementConnectionData(
            source=source.element,
            sink=sink.element,
            type=MediaType(sink.media_type),
            source_description=source.description,
            sink_description=sink.description,
        )
        for source, sink in ordered
    ]


def _check_formats(source: SourcePad, sink: SinkPad) -> None:
    reason = source.refusal(sink.want)
    if reason is not None:
        raise KurentoError(
            ErrorCode.CONNECT_ERROR,
            f"{source.media_type} of {source.element.element_name} cannot be connected to {sink.element.element_name}:"
            f" {reason}",
        )


def _disconnected(source: SourcePad, sink: SinkPad) -> ElementDisconnected:
    return ElementDisconnected(
        sink=sink.element,
        media_type=MediaType(sink.media_type),
        source_media_description=source.description,
        sink_media_description=sink.description,
    )


def _media_types(media_type: MediaType | None) -> Sequence[MediaType]:
    return (media_type,) if media_type is not None else ALL_MEDIA_TYPES


def _or_default(description: str | None) -> str:
    return DEFAULT_DESCRIPTION if description is None else description
