"""The kinds of modules that can be scaffolded: a folder of templates each, over the one that they share."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from kms_trio.spec.creator.errors import CreatorError

__all__ = ["KINDS", "Kind", "kind_of"]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_NUMPY: Final = "numpy>=2.0"


@attrs.frozen
class Kind:
    """What a new module is."""

    name: str
    is_: str
    """What its class is, for the README and the help."""
    extends: str
    """The class of Kurento that it derives from."""
    dependencies: tuple[str, ...] = ()
    """What its wheel needs beside the server."""
    pictures: bool = False
    """Whether it shares the contract and the tests of those that change pictures."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Its templates; those of a later folder stand for those of the same name before."""
        shared = ("common", "pictures") if self.pictures else ("common",)
        return tuple(_TEMPLATES / name for name in (*shared, self.name))


KINDS: Final = (
    Kind("video-filter", "a filter that changes pictures", "Filter", (_NUMPY,), pictures=True),
    Kind(
        "opencv",
        "a filter that changes pictures with OpenCV",
        "OpenCVFilter",
        ("kms-filters[opencv]", _NUMPY),
        pictures=True,
    ),
    Kind("gstreamer", "a filter that changes the planes of pictures", "Filter", (_NUMPY,), pictures=True),
    Kind("audio-filter", "a filter that changes sound", "Filter", (_NUMPY,)),
    Kind("data", "a filter of the messages of data channels", "Filter"),
    Kind("endpoint", "an endpoint that gives pictures and sound", "Endpoint", (_NUMPY, "trio>=0.27")),
    Kind("hub", "a hub that hands media from port to port", "Hub"),
)


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises CreatorError."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise CreatorError(f"unknown kind '{name}' (expected one of {', '.join(kind.name for kind in KINDS)})")
