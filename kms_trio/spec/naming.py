"""Names of the spec (camelCase, as on the wire) turned into names of Python."""

from __future__ import annotations

import keyword
import re

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Words with capitals inside that would fall apart otherwise: external_i_pv4, sdp_m_line_index, e2_e_latency.
_COMPOUNDS = {"IPv4": "Ipv4", "IPv6": "Ipv6", "MLine": "Mline", "E2E": "E2e"}
_COMPOUND = re.compile("|".join(_COMPOUNDS))
# Names that mean something else inside the generated classes.
_RESERVED = frozenset({"self", "cls", "property", "abstractmethod", "str", "int", "float", "bool"})


def snake_case(name: str) -> str:
    """`addIceCandidate` -> `add_ice_candidate`; a word that Python or the generated class needs gets a trailing `_`."""
    whole = _COMPOUND.sub(lambda match: _COMPOUNDS[match[0]], name)
    return _safe(_BOUNDARY.sub("_", whole).lower())


def constant_case(name: str) -> str:
    """`MediaType` -> `MEDIA_TYPE`."""
    return snake_case(name).strip("_").upper()


def class_name(name: str) -> str:
    """A class name, kept but for Python's own words (`None`, `True`)."""
    return _safe(name)


def enum_member(value: str) -> str:
    """The member of an enumeration for a wire value: `inboundrtp` -> `INBOUNDRTP`, `3GPP` -> `VALUE_3GPP`."""
    member = re.sub(r"\W+", "_", value, flags=re.ASCII).strip("_").upper()
    return member if member[:1].isalpha() else f"VALUE_{member}".rstrip("_")


def accessor(verb: str, property_name: str) -> str:
    """The operation that reads or writes a property: (`get`, `iceTcp`) -> `getIceTcp`."""
    return f"{verb}{property_name[:1].upper()}{property_name[1:]}"


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name in _RESERVED else name
