"""Versions (SemVer 2.0.0) and the ranges in which modules name the versions that they accept.

A range is made of `1.2.3`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `~1.2.3` (patches) and `^1.2.3` (up to the next major
version, also for 0.x), joined by `&` (binds tighter) and `|`, with parentheses. A version in a range may be partial:
`1.2` stands for any `1.2.x`.

A `-dev` version marks work in progress. It satisfies a range when the release that it leads to would; a range that
names a `-dev` version exactly accepts that version and everything compatible with it (`^`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs
import semver

from kms_trio.spec.errors import Location, SpecError

DEV_SUFFIX = "-dev"

_TOKEN = re.compile(
    r"\s*(?:(?P<symbol>[&|()])|(?P<operator>!=|<=|>=|[=<>~^])?\s*v?(?P<version>\d[0-9A-Za-z.+-]*))", re.ASCII
)
_PARTIAL = re.compile(r"(?P<major>\d{1,9})(?:\.(?P<minor>\d{1,9}))?(?:\.[x*])*", re.ASCII)

Predicate = Callable[[semver.Version], bool]


def is_dev(version: str) -> bool:
    """Whether `version` is a development version."""
    return version.endswith(DEV_SUFFIX)


def parse_version(text: str, location: Location | None = None) -> semver.Version:
    """A full version. Raises SpecError."""
    try:
        return semver.Version.parse(text)
    except ValueError:
        raise SpecError(
            "bad version", location, expected="major.minor.patch, perhaps with -dev", found=f"'{text[:40]}'"
        ) from None


def satisfies(version: str, range_: str, location: Location | None = None) -> bool:
    """Whether `version` lies in `range_`, by the rules for `-dev` versions too. Raises SpecError for bad syntax."""
    range_ = range_.strip()
    if version == range_:
        return True
    found = parse_version(version.removesuffix(DEV_SUFFIX), location)
    if is_dev(range_) and range_[0].isdigit():
        range_ = f"^{range_}"
    return Range.parse(range_, location).contains(found)


@attrs.frozen
class Range:
    """A set of versions given by an expression."""

    text: str
    _predicate: Predicate = attrs.field(repr=False, eq=False)

    @classmethod
    def parse(cls, text: str, location: Location | None = None) -> Range:
        """Read an expression. `-dev` in it is ignored. Raises SpecError."""
        return cls(text, _RangeParser(text, location).parse())

    def contains(self, version: semver.Version) -> bool:
        """Whether `version` is in the range."""
        return self._predicate(version)


class _RangeParser:
    def __init__(self, text: str, location: Location | None) -> None:
        self._text = text
        self._location = location
        self._tokens: list[re.Match[str]] = []
        position = 0
        while text[position:].strip():
            token = _TOKEN.match(text, position)
            if token is None:
                raise self._error(text[position:].strip())
            self._tokens.append(token)
            position = token.end()
        self._index = 0

    def parse(self) -> Predicate:
        predicate = self._alternatives(0)
        if self._index < len(self._tokens):
            raise self._error(self._tokens[self._index][0].strip())
        return predicate

    def _alternatives(self, depth: int) -> Predicate:
        options = [self._conjunction(depth)]
        while self._take("|"):
            options.append(self._conjunction(depth))
        return lambda version: any(option(version) for option in options)

    def _conjunction(self, depth: int) -> Predicate:
        conditions = [self._condition(depth)]
        while self._take("&"):
            conditions.append(self._condition(depth))
        return lambda version: all(condition(version) for condition in conditions)

    def _condition(self, depth: int) -> Predicate:
        if depth < 16 and self._take("("):
            inner = self._alternatives(depth + 1)
            if not self._take(")"):
                raise self._error("no ')'")
            return inner
        if self._index == len(self._tokens):
            raise self._error("the end of the range")
        token = self._tokens[self._index]
        if token["version"] is None:
            raise self._error(token[0].strip())
        self._index += 1
        return self._comparison(token["operator"] or "=", token["version"].removesuffix(DEV_SUFFIX))

    def _comparison(self, operator: str, text: str) -> Predicate:
        """The versions from `low` up to, not including, `high` are those that `text` (perhaps partial) stands for."""
        if partial := _PARTIAL.fullmatch(text):
            low = semver.Version(int(partial["major"]), int(partial["minor"] or 0))
            high = low.bump_minor() if partial["minor"] else low.bump_major()
        else:
            low = parse_version(text, self._location)
            high = low
        match operator:
            case "^":
                return lambda version: low <= version < low.finalize_version().bump_major()
            case "~":
                end = high if high != low else low.finalize_version().bump_minor()
                return lambda version: low <= version < end
            case "<":
                return lambda version: version < low
            case ">=":
                return lambda version: version >= low
            case "<=":
                return lambda version: version < high or version == low
            case ">":
                return lambda version: version > low and version >= high
            case "!=":
                return lambda version: not (version == low or low <= version < high)
            case _:
                return lambda version: version == low or low <= version < high

    def _take(self, symbol: str) -> bool:
        if self._index < len(self._tokens) and self._tokens[self._index]["symbol"] == symbol:
            self._index += 1
            return True
        return False

    def _error(self, found: str) -> SpecError:
        problem = f"bad version range '{self._text[:60]}'"
        return SpecError(problem, self._location, expected="a range such as ^7.1.0", found=found[:40])
