"""Versions (SemVer 2.0.0) and the ranges in which modules name the versions that they accept.

A range is made of `1.2.3`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `1.2.*`, `1.2.3 - 1.4.0`, `~` and `^1.2.3` (up to the next
major version, also for 0.x), joined by `&`, which binds tighter, and `|`. What a version in a range leaves out is 0;
only after `~` it says how much may change: `~1.2.3` other patches, `~1.2` other minor versions, `~1` all that is later.

A `-dev` version marks work in progress. It satisfies a range when the release that it leads to would; a range that
names a `-dev` version exactly accepts that version and everything compatible with it (`^`).
"""

from __future__ import annotations

import re

import attrs
import semver

from kms_trio.spec.errors import Location, SpecError

DEV_SUFFIX = "-dev"

_TERM = re.compile(r"(?P<operator>!=|<=|>=|[=<>~^]|)\s*v?(?P<version>\d[0-9A-Za-z.*+-]*)", re.ASCII)
_SPAN = re.compile(r"(?P<low>[^\s-]+)\s+-\s+(?P<high>[^\s-]+)", re.ASCII)
_PARTIAL = re.compile(r"(?P<major>\d{1,9})(?:\.(?P<minor>\d{1,9}))?(?P<any>(?:\.[x*])*)", re.ASCII)


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
    if version == range_.strip():
        return True
    return parse_range(range_, location).contains(parse_version(version.removesuffix(DEV_SUFFIX), location))


@attrs.frozen
class Bound:
    """One condition on a version: `operator` is `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    operator: str
    version: semver.Version

    def holds(self, version: semver.Version) -> bool:
        """Whether `version` fulfils it."""
        order = version.compare(self.version)
        match self.operator:
            case "=":
                return order == 0
            case "!=":
                return order != 0
            case "<":
                return order < 0
            case "<=":
                return order <= 0
            case ">":
                return order > 0
            case _:
                return order >= 0


@attrs.frozen
class Range:
    """A set of versions: those that fulfil all bounds of one of the alternatives."""

    alternatives: tuple[tuple[Bound, ...], ...]

    def contains(self, version: semver.Version) -> bool:
        """Whether `version` is in the range."""
        return any(all(bound.holds(version) for bound in bounds) for bounds in self.alternatives)


def parse_range(text: str, location: Location | None = None) -> Range:
    """Read a range; see the head of this file. Raises SpecError."""
    if is_dev(text.strip()) and text.strip()[0].isdigit():
        text = f"^{text.strip()}"
    return Range(
        tuple(
            tuple(bound for term in alternative.split("&") for bound in _bounds(term.strip(), text, location))
            for alternative in text.split("|")
        )
    )


def _bounds(term: str, text: str, location: Location | None) -> tuple[Bound, ...]:
    span = _SPAN.fullmatch(term)
    if span is not None:
        return (*_bounds(f">={span['low']}", text, location), *_bounds(f"<={span['high']}", text, location))
    match = _TERM.fullmatch(term)
    if match is None:
        raise _error(text, term, location)
    operator = match["operator"]
    version = match["version"].removesuffix(DEV_SUFFIX)
    partial = _PARTIAL.fullmatch(version)
    if partial is None:
        low = parse_version(version, location)
        release = low.finalize_version()
        match operator:
            case "^":
                return _between(low, release.bump_major())
            case "~":
                return _between(low, release.bump_minor())
            case _:
                return (Bound(operator or "=", low),)
    low = semver.Version(int(partial["major"]), int(partial["minor"] or 0))
    if partial["any"]:
        if operator:
            raise _error(text, term, location)
        return _between(low, low.bump_minor() if partial["minor"] else low.bump_major())
    match operator:
        case "~" if not partial["minor"]:
            return (Bound(">=", low),)
        case "^" | "~":
            return _between(low, low.bump_major())
        case _:
            return (Bound(operator or "=", low),)


def _between(low: semver.Version, high: semver.Version) -> tuple[Bound, ...]:
    return Bound(">=", low), Bound("<", high)


def _error(text: str, term: str, location: Location | None) -> SpecError:
    problem = f"bad version range '{text[:60]}'"
    return SpecError(problem, location, expected="a range such as ^7.1.0", found=f"'{term[:40]}'")
