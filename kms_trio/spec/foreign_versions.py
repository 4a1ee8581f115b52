"""Version ranges in the notations of npm and Maven, for the packages generated in other languages."""

from __future__ import annotations

from collections.abc import Sequence

from kms_trio.spec.errors import Location
from kms_trio.spec.versions import DEV_SUFFIX, Bound, is_dev, parse_range


def npm_range(range_: str, location: Location | None = None) -> str | None:
    """`^7.1.0` as `>=7.1.0 <8.0.0`; None for what npm cannot say (`!=`). Raises SpecError for bad syntax."""
    alternatives = parse_range(range_, location).alternatives
    if any(bound.operator == "!=" for bounds in alternatives for bound in bounds):
        return None
    return " || ".join(
        " ".join(f"{'' if bound.operator == '=' else bound.operator}{bound.version}" for bound in bounds)
        for bounds in alternatives
    )


def maven_range(range_: str, location: Location | None = None) -> str | None:
    """`^7.1.0` as `[7.1.0,8.0.0-SNAPSHOT)`; None for what Maven cannot say (`!=`). Raises SpecError for bad syntax.

    An exact version stays as it is, with `-dev` turned into `-SNAPSHOT`. An upper bound that is excluded also excludes
    its snapshots.
    """
    alternatives = parse_range(range_, location).alternatives
    if is_dev(range_) and range_[:1].isdigit():
        return f"{range_.removesuffix(DEV_SUFFIX)}-SNAPSHOT"
    if len(alternatives) == 1 and [bound.operator for bound in alternatives[0]] == ["="]:
        return str(alternatives[0][0].version)
    intervals = [_interval(bounds) for bounds in alternatives]
    return None if None in intervals else ",".join(str(interval) for interval in intervals)


def _interval(bounds: Sequence[Bound]) -> str | None:
    if any(bound.operator == "!=" for bound in bounds):
        return None
    exact = [bound for bound in bounds if bound.operator == "="]
    if exact:
        return f"[{exact[0].version}]"
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
    begin = "(" if lower is None else f"{'[' if lower.operator == '>=' else '('}{lower.version}"
    if upper is None:
        return f"{begin},)"
    return f"{begin},{upper.version}]" if upper.operator == "<=" else f"{begin},{upper.version}-SNAPSHOT)"
