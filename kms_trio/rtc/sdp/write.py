"""Writing a session description (RFC 8866 section 5), lines in the order that the grammar demands."""

from __future__ import annotations

from collections.abc import Iterable

from kms_trio.rtc.sdp.model import Attribute, Bandwidth, Connection, MediaDescription, SessionDescription

_BEFORE_CONNECTION = "iuep"


def write(description: SessionDescription) -> str:
    """The text of `description`, each line ended by CRLF; `parse` reads it back to an equal description."""
    lines = ["v=0"]
    if (origin := description.origin) is not None:
        lines.append(
            f"o={origin.username} {origin.session_id} {origin.session_version}"
            f" IN {origin.address_type} {origin.address}"
        )
    lines.append(f"s={description.name}")
    lines += (line for line in description.other_lines if line[0] in _BEFORE_CONNECTION)
    lines += _connection(description.connection)
    lines += _bandwidths(description.bandwidths)
    lines += (f"t={time}" for time in description.times)
    lines += (line for line in description.other_lines if line[0] not in _BEFORE_CONNECTION)
    lines += _attributes(description.attributes)
    for media in description.medias:
        lines += _media(media)
    lines.append("")
    return "\r\n".join(lines)


def _media(media: MediaDescription) -> list[str]:
    port = f"{media.port}/{media.port_count}" if media.port_count != 1 else str(media.port)
    lines = [" ".join(["m=" + media.kind, port, media.protocol, *media.formats])]
    lines += (line for line in media.other_lines if line[0] in _BEFORE_CONNECTION)
    lines += _connection(media.connection)
    lines += (line for line in media.other_lines if line[0] == "c")  # one address a layer: only the first is modelled
    lines += _bandwidths(media.bandwidths)
    lines += (line for line in media.other_lines if line[0] not in _BEFORE_CONNECTION and line[0] != "c")
    lines += _attributes(media.attributes)
    return lines


def _connection(connection: Connection | None) -> list[str]:
    return [] if connection is None else [f"c=IN {connection.address_type} {connection.address}"]


def _bandwidths(bandwidths: Iterable[Bandwidth]) -> list[str]:
    return [f"b={bandwidth.kind}:{bandwidth.value}" for bandwidth in bandwidths]


def _attributes(attributes: Iterable[Attribute]) -> list[str]:
    return [
        f"a={attribute.name}" if attribute.value is None else f"a={attribute.name}:{attribute.value}"
        for attribute in attributes
    ]
