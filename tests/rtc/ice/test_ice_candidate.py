"""Candidate lines: what browsers, Kurento and others write, and what is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kms_trio.rtc.ice import (
    Candidate,
    CandidateError,
    CandidateType,
    candidate_foundation,
    candidate_priority,
    format_candidate,
    host_candidate,
    parse_candidate,
)

CHROMIUM = (
    "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 192.0.2.4 rport 46154"
    " generation 0 ufrag EEtu network-id 1 network-cost 10"
)
CHROMIUM_TCP = "candidate:1 1 tcp 1518280447 192.0.2.4 9 typ host tcptype active generation 0 ufrag EEtu network-id 1"
CHROMIUM_MDNS = "candidate:3402 1 udp 2113937151 2b9e8d0c-93a3-4a4b-8a3e-7f7d2e5c3a11.local 54400 typ host generation 0"
FIREFOX = "candidate:0 1 UDP 2122252543 192.0.2.4 51378 typ host"
FIREFOX_TCP = "candidate:2 1 TCP 2105524479 192.0.2.4 9 typ host tcptype active"
KURENTO = "candidate:1 1 UDP 2015363327 192.0.2.2 52847 typ host"


def test_every_field_is_read() -> None:
    assert parse_candidate(CHROMIUM) == Candidate(
        foundation="842163049",
        component=1,
        transport="udp",
        priority=1677729535,
        host="203.0.113.7",
        port=46154,
        type=CandidateType.SERVER_REFLEXIVE,
        related_address="192.0.2.4",
        related_port=46154,
        extensions=(("generation", "0"), ("ufrag", "EEtu"), ("network-id", "1"), ("network-cost", "10")),
    )


@pytest.mark.parametrize("line", [FIREFOX, FIREFOX_TCP, KURENTO])
def test_lines_in_our_spelling_are_written_as_they_came(line: str) -> None:
    assert format_candidate(parse_candidate(line)) == line


@pytest.mark.parametrize("line", [CHROMIUM, CHROMIUM_TCP, CHROMIUM_MDNS, FIREFOX, FIREFOX_TCP, KURENTO])
@pytest.mark.parametrize("prefix", ["a=candidate:", "candidate:", "", "  CANDIDATE:", "A=candidate:"])
def test_prefix_and_case_do_not_matter(line: str, prefix: str) -> None:
    body = line.removeprefix("candidate:")
    candidate = parse_candidate(prefix + body + " \r\n")
    assert candidate == parse_candidate(line)
    assert parse_candidate(format_candidate(candidate)) == candidate


def test_keywords_in_capitals() -> None:
    line = "candidate:1 1 Tcp 5 192.0.2.4 9 TYP SRFLX RADDR 192.0.2.5 RPORT 7 TCPTYPE Passive"
    candidate = parse_candidate(line)
    assert (candidate.transport, candidate.type, candidate.tcp_type) == (
        "tcp",
        CandidateType.SERVER_REFLEXIVE,
        "passive",
    )
    assert (candidate.related_address, candidate.related_port) == ("192.0.2.5", 7)


def test_names_are_told_from_addresses() -> None:
    assert parse_candidate(CHROMIUM_MDNS).is_name
    assert not parse_candidate(KURENTO).is_name


def test_ipv6_is_made_canonical() -> None:
    candidate = parse_candidate("candidate:1 1 udp 1 2001:DB8:0:0::0001 9 typ host")
    assert candidate.address == ("2001:db8::1", 9)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="empty"),
        pytest.param("candidate:", id="nothing"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 typ", id="seven fields"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 type host", id="no typ"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 typ guest", id="unknown type"),
        pytest.param("candidate:1 0 UDP 1 192.0.2.2 9 typ host", id="component 0"),
        pytest.param("candidate:1 257 UDP 1 192.0.2.2 9 typ host", id="component 257"),
        pytest.param("candidate:1 one UDP 1 192.0.2.2 9 typ host", id="component in words"),
        pytest.param("candidate:1 1 UDP -1 192.0.2.2 9 typ host", id="negative priority"),
        pytest.param("candidate:1 1 UDP 4294967296 192.0.2.2 9 typ host", id="priority of 33 bits"),
        pytest.param("candidate:1 1 UDP \u0661 192.0.2.2 9 typ host", id="digits of another script"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 65536 typ host", id="port too large"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 typ host rport x", id="related port in words"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 typ host raddr", id="related address missing"),
        pytest.param("candidate:1 1 UDP 1 a_b;c 9 typ host", id="bad host"),
        pytest.param(f"candidate:1 1 UDP 1 {'a' * 256} 9 typ host", id="long host"),
        pytest.param(f"candidate:{'1' * 33} 1 UDP 1 192.0.2.2 9 typ host", id="long foundation"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 typ host " + "x y " * 1000, id="long line"),
        pytest.param("candidate:1 1 UDP 1 192.0.2.2 9 typ host x \0", id="control character"),
    ],
)
def test_malformed_lines_are_refused(line: str) -> None:
    with pytest.raises(CandidateError):
        parse_candidate(line)


@given(st.text(max_size=120))
def test_random_text_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(CandidateError):
        parse_candidate(text)


WORDS = st.sampled_from(
    ["1", "0", "65536", "udp", "192.0.2.1", "::1", "fe80::1%x", "typ", "host", "raddr", "rport", "%"]
)


@given(st.lists(WORDS, min_size=6, max_size=12))
@example(["1", "1", "udp", "1", "192.0.2.1", "9", "typ", "host"])
def test_random_words_raise_nothing_else(words: list[str]) -> None:
    with contextlib.suppress(CandidateError):
        candidate = parse_candidate(" ".join(words))
        assert parse_candidate(format_candidate(candidate)) == candidate


def test_priority_formula() -> None:
    # RFC 8445 section 5.1.2.1
    assert candidate_priority(CandidateType.HOST) == 126 << 24 | 65535 << 8 | 255
    assert candidate_priority(CandidateType.RELAYED, local_preference=1, component=2) == 1 << 8 | 254
    assert candidate_priority(CandidateType.HOST, type_preference=90) >> 24 == 90
    assert host_candidate("192.0.2.1", 1, local_preference=17).local_preference == 17


def test_foundation_depends_on_type_base_transport_and_server() -> None:
    base = candidate_foundation(CandidateType.HOST, "192.0.2.1")
    assert base == candidate_foundation(CandidateType.HOST, "192.0.2.1")
    others = {
        candidate_foundation(CandidateType.RELAYED, "192.0.2.1"),
        candidate_foundation(CandidateType.HOST, "192.0.2.2"),
        candidate_foundation(CandidateType.HOST, "192.0.2.1", transport="tcp"),
        candidate_foundation(CandidateType.HOST, "192.0.2.1", server="198.51.100.1"),
    }
    assert len(others) == 4
    assert base not in others
    assert len(base) <= 32


def test_aioice_reads_what_we_write() -> None:
    oracle: Any = pytest.importorskip("aioice")
    read = oracle.Candidate.from_sdp(format_candidate(parse_candidate(CHROMIUM)).removeprefix("candidate:"))
    assert (read.foundation, read.component, read.priority) == ("842163049", 1, 1677729535)
    assert (read.host, read.port, read.type) == ("203.0.113.7", 46154, "srflx")
    assert (read.related_address, read.related_port) == ("192.0.2.4", 46154)
    for kind in CandidateType:
        assert oracle.candidate.candidate_priority(1, str(kind)) == candidate_priority(kind)
