"""Names of the spec (camelCase, as on the wire) turned into names of Python."""

from __future__ import annotations

import keyword
import re

from kms_trio.dispatch import KURENTO_MODULES

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Words with capitals inside that would fall apart otherwise: external_i_pv4, sdp_m_line_index, e2_e_latency.
_COMPOUNDS = {"IPv4": "Ipv4", "IPv6": "Ipv6", "MLine": "Mline", "E2E": "E2e"}
_COMPOUND = re.compile("|".join(_COMPOUNDS))
# Names that mean something else inside the generated classes.
_RESERVED = frozenset({"self", "cls", "property", "abstractmethod", "str", "int", "float", "bool"})
# What media objects and the bases of authors have for themselves, and no member of a spec may stand in place of.
_OF_OBJECTS = frozenset(
    """
    adopt_child audio_out bypass close collect_stats context current_local_sdp data describe_error
    effective_remb_params element_name emit emit_error failed filter_data forget_child frames_per_second let_go log
    make_converter make_sink_pad make_source_pad may_transcode media_session_started media_session_terminated
    media_type mix object_class on_bypass on_crash on_data on_failure on_picture on_samples on_shed own_defaults
    passes picture_format picture_time_s port_added port_removed port_stream_changed prepare process process_at
    process_samples read_only releasing replayed report restore run sample_format sample_time_s scope send send_data
    set_connection_state set_media_state set_state sink_pad sink_stream_changed source_pad spawn start state
    stats_as_endpoint strict take_data take_notes takes_media treated treats_data video_out video_shed work
    """.split()  # noqa: SIM905 - names in a paragraph, not one a line
)


def snake_case(name: str) -> str:
    """`addIceCandidate` -> `add_ice_candidate`; a word that Python or the generated class needs gets a trailing `_`."""
    whole = _COMPOUND.sub(lambda match: _COMPOUNDS[match[0]], name)
    return _safe(_BOUNDARY.sub("_", whole).lower())


def member_name(name: str, module: str) -> str:
    """The name of a property or method in Python: `snake_case`, and `start_` for what objects have for themselves.

    The modules of the server itself know what they override.
    """
    member = snake_case(name)
    return f"{member}_" if member in _OF_OBJECTS and module not in KURENTO_MODULES else member


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
