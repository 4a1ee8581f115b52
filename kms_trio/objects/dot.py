"""The real graph of a pipeline as Graphviz DOT text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import trio

from kms_trio.generated.core.types import GstreamerDotDetails

if TYPE_CHECKING:
    from kms_trio.media.pads import SinkPad, SourcePad
    from kms_trio.objects.media_object import MediaObject
    from kms_trio.objects.media_pipeline import MediaPipeline

#: Details that show formats on the links.
_WITH_FORMATS = frozenset(
    {
        GstreamerDotDetails.SHOW_MEDIA_TYPE,
        GstreamerDotDetails.SHOW_CAPS_DETAILS,
        GstreamerDotDetails.SHOW_ALL,
        GstreamerDotDetails.SHOW_VERBOSE,
    }
)

#: Details that show whether media flows.
_WITH_STATES = frozenset(
    {GstreamerDotDetails.SHOW_STATES, GstreamerDotDetails.SHOW_ALL, GstreamerDotDetails.SHOW_VERBOSE}
)

_HEAD = '  rankdir=LR;\n  fontname="sans";\n  node [shape=box, style=rounded, fontname="sans", fontsize=10];\n'


def pipeline_dot(pipeline: MediaPipeline, details: GstreamerDotDetails | None) -> str:
    """Draw all elements and hubs of a pipeline."""
    return _graph(pipeline, _descendants(pipeline), details or GstreamerDotDetails.SHOW_VERBOSE)


def element_dot(element: MediaObject, details: GstreamerDotDetails | None) -> str:
    """Draw one element or hub with what belongs to it."""
    return _graph(element, [element, *_descendants(element)], details or GstreamerDotDetails.SHOW_VERBOSE)


async def dump_dot(media_object: MediaObject, text: str) -> None:
    """Write `text` into the folder that `GST_DEBUG_DUMP_DOT_DIR` names; does nothing when it names none."""
    folder = os.environ.get("GST_DEBUG_DUMP_DOT_DIR")
    if folder:
        stamp_ms = int(media_object.context.clock.unix() * 1000)
        name = f"{stamp_ms}-{media_object.id.replace('/', '_')}.dot"
        await (trio.Path(folder) / name).write_text(text, encoding="utf-8")


def _graph(root: MediaObject, objects: Iterable[MediaObject], details: GstreamerDotDetails) -> str:
    objects = list(objects)
    title = f"{root.object_class.name}\n{root.name}"
    lines = [f"digraph pipeline {{\n{_HEAD}  label={_quote(title)};\n"]
    lines += [f"  {_quote(each.id)} [label={_quote(_label(each))}];\n" for each in objects]
    shown = {each.id for each in objects}
    for each in objects:
        lines += _edges(each, shown, details)
    return "".join([*lines, "}\n"])


def _edges(each: MediaObject, shown: set[str], details: GstreamerDotDetails) -> Iterator[str]:
    for child in each.children:
        if child.id in shown:
            yield f"  {_quote(each.id)} -> {_quote(child.id)} [style=dotted, arrowhead=none];\n"
    pads = getattr(each, "pads", None)
    if pads is None:
        return
    for source, sink in pads.links_out():
        if sink.element.id in shown:
            label = _quote(_link_label(source, sink, details))
            yield f"  {_quote(source.element.id)} -> {_quote(sink.element.id)} [label={label}];\n"


def _label(media_object: MediaObject) -> str:
    element_name = media_object.element_name
    lines = [media_object.object_class.name, element_name]
    if media_object.name != media_object.id:
        lines.append(media_object.name)
    return "\n".join(lines)


def _link_label(source: SourcePad, sink: SinkPad, details: GstreamerDotDetails) -> str:
    parts = [str(sink.media_type).lower()]
    if details in _WITH_FORMATS and sink.stream is not None:
        parts.append(str(sink.stream.format))
    if details in _WITH_STATES:
        parts.append("flowing" if sink.flow.flowing else "idle")
    if (source.description, sink.description) != ("default", "default"):
        parts.append(f"{source.description or '-'} to {sink.description or '-'}")
    return "\n".join(parts)


def _descendants(media_object: MediaObject) -> Iterator[MediaObject]:
    for child in media_object.children:
        yield child
        yield from _descendants(child)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\\n").replace("\0", "")
    return f'"{escaped}"'
