"""The declarative table: settings classes whose fields say how they are read and documented.

A settings class is a frozen attrs class. Each field is an `option` (one value in one conf file)
or a `section` (another settings class). Loading, `kms-trio config show`, the reference in
`conf/` and the tests all walk the same fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, cast

import attrs

from kms_trio.settings.kinds import Kind

T = TypeVar("T")

_OPTION = "kms_trio.option"
_SECTION = "kms_trio.section"


@attrs.frozen(kw_only=True)
class Option:
    """One setting: its key in the conf file and all that is known about it."""

    key: str
    kind: Kind[Any]
    default: Any
    doc: str
    #: Docker's variables that set it; the first that is set and not empty counts.
    environment: tuple[str, ...] = ()
    #: Names of earlier releases, still read.
    aliases: tuple[str, ...] = ()
    #: Never shown, neither in logs nor by `config show`.
    secret: bool = False
    #: A value for the commented line of an option that has no default.
    example: str = ""


@attrs.frozen(kw_only=True)
class Section:
    """A branch of the configuration: `path` is where its options stand below the parent's."""

    path: tuple[str, ...]
    settings_class: type


@attrs.frozen(kw_only=True)
class Row:
    """One line of the table: an option with its full places in the files and in `Settings`."""

    path: tuple[str, ...]
    attribute: tuple[str, ...]
    option: Option


def option(
    key: str,
    kind: Kind[T],
    default: T,
    doc: str,
    *,
    environment: str | tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    secret: bool = False,
    example: str = "",
) -> T:
    """A field for one value; typed as the value, which is what instances hold."""
    described = Option(
        key=key,
        kind=kind,
        default=default,
        doc=doc,
        environment=(environment,) if isinstance(environment, str) else environment,
        aliases=aliases,
        secret=secret,
        example=example,
    )
    field: Any = attrs.field(default=default, metadata={_OPTION: described})
    return cast("T", field)


def section(settings_class: type[T], *path: str) -> T:
    """A field for a nested settings class, whose options stand below `path`."""
    described = Section(path=path, settings_class=settings_class)
    field: Any = attrs.field(factory=settings_class, metadata={_SECTION: described})
    return cast("T", field)


def option_of(field: attrs.Attribute[Any]) -> Option | None:
    """The option behind a field, if it is one."""
    return cast("Option | None", field.metadata.get(_OPTION))


def section_of(field: attrs.Attribute[Any]) -> Section | None:
    """The section behind a field, if it is one."""
    return cast("Section | None", field.metadata.get(_SECTION))


def walk(settings_class: type, path: tuple[str, ...] = (), attribute: tuple[str, ...] = ()) -> Iterator[Row]:
    """Every option below a settings class, in declaration order."""
    for field in attrs.fields(settings_class):
        described = option_of(field)
        if described is not None:
            yield Row(path=(*path, described.key), attribute=(*attribute, field.name), option=described)
        nested = section_of(field)
        if nested is not None:
            yield from walk(nested.settings_class, (*path, *nested.path), (*attribute, field.name))
