"""MP4 and its kin by HTTP, where the index may lie behind the media: found, and fetched as a whole where it must be.

FFmpeg reads such a file to its end for the index, and then goes back for the media. A server that begins nowhere but at
the beginning (it has no ranges, RFC 9110 section 14) refuses that, which shows at the first packet. GStreamer keeps the
media that passes; here it is fetched once more, to a file that has no name.
"""

from __future__ import annotations

import errno
import tempfile
import time
from typing import Any, Final

import attrs
import av

from kms_elements.player.failures import SourceError, reading_failed, scheme_of
from kms_elements.player.locations import Location
from kms_elements.player.source import open_container

__all__ = ["open_readable"]

MAX_FETCHED_BYTES: Final = 256 * 2**20
FETCH_DEADLINE_S: Final = 60.0


def open_readable(location: Location) -> tuple[Any, av.Packet[Any] | None]:
    """An open container, and the packet that was read of it to see whether it can be, if one was.

    Blocks. Raises SourceError and nothing else.
    """
    container = open_container(location)
    if scheme_of(location.uri) not in ("http", "https") or "mov" not in container.format.name.split(","):
        return container, None
    try:
        return container, next(container.demux(), None)
    except (av.error.FFmpegError, OSError) as error:
        if error.errno != errno.EIO:
            return container, None  # the source will find out, too
        container.close()
    return _open_fetched(location), None


def _open_fetched(location: Location) -> Any:
    deadline, size_bytes = time.monotonic() + FETCH_DEADLINE_S, 0
    source = open_container(
        attrs.evolve(location, format="data")
    )  # FFmpeg's own HTTP: what holds for playing holds here
    try:
        with tempfile.TemporaryFile() as file:
            for packet in source.demux():
                size_bytes += file.write(bytes(packet))
                if size_bytes > MAX_FETCHED_BYTES or time.monotonic() > deadline:
                    raise _too_much()
            file.flush()
            # Opened anew, so ours may be closed. It is known to be no playlist, which could name other files.
            name, options = f"file:/proc/self/fd/{file.fileno()}", {"protocol_whitelist": "file"}
            return open_container(attrs.evolve(location, name=name, options=options, format="mov"))
    except (av.error.FFmpegError, OSError) as error:
        raise reading_failed(error) from error
    finally:
        source.close()


def _too_much() -> SourceError:
    reason = (
        "the index lies behind the media, the server has no ranges, and the whole is more than "
        f"{MAX_FETCHED_BYTES // 2**20} MiB or takes longer than {FETCH_DEADLINE_S:.0f} s"
    )
    return reading_failed(OSError(errno.EFBIG, reason))
