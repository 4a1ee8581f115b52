"""Names of a module in the JavaScript of its client."""

from __future__ import annotations

#: Words that cannot name a parameter in strict code (ECMAScript, section 12.7.2), and those that each function has.
_WORDS = frozenset(
    """
    arguments await break callback case catch class const continue debugger default delete do else enum eval export
    extends false finally for function if implements import in instanceof interface let new null package private
    protected public return static super switch this throw true try typeof var void while with yield
    """.split()  # noqa: SIM905 - a list of fifty strings is harder to read
)


def js_name(name: str) -> str:
    """A name of the spec as a parameter: words of the language get a `_`."""
    return f"{name}_" if name in _WORDS else name
