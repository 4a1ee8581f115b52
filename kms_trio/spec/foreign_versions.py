"""Version ranges in the notations of npm and Maven, for the packages generated in other languages."""

from __future__ import annotations

from collections.abc import Sequence

from kms_trio.spec.errors import Location
from kms_trio.spec.versions import DEV_SUFFIX, Bound, is_dev, parse_range

SNAPSHOT = "-SNAPSHOT"


def npm_range(range_: str, location: Location | None = None) -> str | None:
    """`^7.1.0` as `>=7.1.0 <8.0.0`; None for what npm cannot say (`!=`). Raises SpecError for bad syntax.

    npm knows nothing of `-dev`, which is left out.
    """
    alternatives = _release(range_, location)
    if any(bound.operator == "!=" for bounds in alternatives for bound in bounds):
        return None
    return " || ".join(
        " ".join(f"{'' if bound.operator == '=' else bound.operator}{bound.version}" for bound in bounds)
        for bounds in alternatives
    )


def maven_range(range_: str, location: Location | None = None) -> str | None:
    """`^7.1.0` as `[7.1.0,8.0.0-SNAPSHOT)`; None for what Maven cannot say (`!=`). Raises SpecError for bad syntax.

    An exact version stays as it is. With `-dev` it is that version's `-SNAPSHOT`, as is the beginning of an interval,
    which for Maven comes before the release. An upper bound that is excluded also excludes its snapshots.
    """
    alternatives = _release(range_, location)
    snapshot = SNAPSHOT if is_dev(range_.strip()) else ""
    if len(alternatives) == 1 and [bound.operator for bound in alternatives[0]] == ["="]:
        return f"{alternatives[0][0].version}{snapshot}"
    intervals = [_interval(bounds, snapshot) for bounds in alternatives]
    return None if None in intervals else ",".join(str(interval) for interval in intervals)


def _release(range_: str, location: Location | None) -> tuple[tuple[Bound, ...], ...]:
    """The alternatives of a range without `-dev`, which is for our own rules."""
    return parse_range(range_.strip().removesuffix(DEV_SUFFIX), location).alternatives


def _interval(bounds: Sequence[Bound], snapshot: str) -> str | None:
    if any(bound.operator == "!=" for bound in bounds):
        return None
    exact = [bound for bound in bounds if bound.operator == "="]
    if exact:
        return f"[{exact[0].version}{snapshot}]"
    # The tightest bound on each side; of two at the same version the one that excludes it.
    lower = max(
        (bound for bound in bounds if bound.operator.startswith(">")),
        key=lambda bound: (bound.version, bound.operator == ">"),
        default=None,
    )
    upper = min(
        (bound for bound in bounds if bound.operator.startswith("<")),
        key=lambda bound: (bound.version, bound.operator == "<="),
        default=None,
    )
    begin = "(" if lower is None else f"{'[' if lower.operator == '>=' else '('}{lower.version}{snapshot}"
    if upper is None:
        return f"{begin},)"
    return f"{begin},{upper.version}]" if upper.operator == "<=" else f"{begin},{upper.version}{SNAPSHOT})"
