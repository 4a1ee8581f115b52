"""The questions that are put to STUN, TURN and DNS servers, and what is made of their answers."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.cli.probes import ProbeError
from kms_trio.cli.probes.dns import DnsError, build_query, own_address, parse_addresses
from kms_trio.cli.probes.stun import public_address
from kms_trio.cli.probes.turn import allocate
from kms_trio.rtc.turn import TurnServer, TurnTransport
from kms_trio.testing.patience import PATIENCE_S
from tests.cli.answering import TurnAnswers, dns_says, stun_says, tcp_server, udp_server
from tests.cli.commands import free_port

A, AAAA, CNAME = 1, 28, 5


async def test_stun() -> None:
    async with udp_server(stun_says("203.0.113.7", 1234)) as port:
        assert await public_address("127.0.0.1", port) == ("203.0.113.7", 1234)
        assert await public_address("localhost", port) == ("203.0.113.7", 1234)


async def test_stun_asks_again_and_ignores_what_is_no_answer() -> None:
    answers = iter([None, b"noise", None])
    says = stun_says("203.0.113.7")

    def respond(data: bytes, address: tuple[str, int]) -> bytes | None:
        return next(answers, says(data, address))

    async with udp_server(respond) as port:
        assert (await public_address("127.0.0.1", port))[0] == "203.0.113.7"


async def test_no_answer(autojump_clock: Any) -> None:
    async with udp_server(lambda _data, _address: None) as port:
        with pytest.raises(ProbeError, match=rf"127.0.0.1 port {port} \(udp\): no answer within 4 s"):
            await public_address("127.0.0.1", port)


async def test_nobody_there() -> None:
    with pytest.raises(ProbeError, match="Connection refused"):
        await public_address("127.0.0.1", free_port())
    with pytest.raises(ProbeError, match="Connection refused"):
        await allocate(TurnServer("user", "secret", "127.0.0.1", free_port(), TurnTransport.TCP))


async def test_name_that_does_not_exist() -> None:
    with pytest.raises(ProbeError, match=r"no-such-host\.invalid port 3478"):
        await public_address("no-such-host.invalid", 3478)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("open_to_all", [False, True])
async def test_turn(transport: str, open_to_all: bool) -> None:
    server = TurnAnswers(open_to_all=open_to_all)
    listen = udp_server if transport == "udp" else tcp_server
    async with listen(server) as port:
        relayed = await allocate(TurnServer("user", "secret", "127.0.0.1", port, TurnTransport(transport)))
    assert relayed == ("203.0.113.9", 50_000)
    assert server.relays == ["allocated", "freed"]


@pytest.mark.parametrize(
    ("server", "text"),
    [
        (TurnAnswers(password="other"), r"it refuses the user name or the password \(error 401"),
        (TurnAnswers(username="other"), r"it refuses the user name or the password \(error 401"),
        (TurnAnswers(error=486), r"this user has as many relays as it may have \(error 486"),
        (TurnAnswers(error=508), r"it has no relay port left \(error 508"),
        (TurnAnswers(error=599), r"it refuses \(error 599"),
    ],
)
async def test_turn_that_refuses(server: TurnAnswers, text: str) -> None:
    async with udp_server(server) as port:
        with pytest.raises(ProbeError, match=text) as refused:
            await allocate(TurnServer("user", "secret", "127.0.0.1", port))
    assert "secret" not in str(refused.value)
    assert server.relays == []


async def test_turn_that_hangs_up() -> None:
    async with tcp_server(lambda _data, _address: None) as port:
        with pytest.raises(ProbeError, match="the server closed the connection"):
            await allocate(TurnServer("user", "secret", "127.0.0.1", port, TurnTransport.TCP))


async def test_tls_that_is_none() -> None:
    async with tcp_server(lambda _data, _address: b"220 mail.example.org ESMTP\r\n") as port:
        with pytest.raises(ProbeError, match="TLS fails"):
            await allocate(TurnServer("user", "secret", "127.0.0.1", port, TurnTransport.TLS))


async def test_dns() -> None:
    alias = (CNAME, b"\x03www\xc0\x0c")
    async with udp_server(dns_says(alias, (A, bytes([203, 0, 113, 5])))) as port:
        assert await own_address(4, "127.0.0.1", port) == "203.0.113.5"
    async with udp_server(dns_says((AAAA, bytes(15) + b"\1"))) as port:
        assert await own_address(6, "127.0.0.1", port) == "::1"
        with pytest.raises(ProbeError, match="there is no address in the answer"):
            await own_address(4, "127.0.0.1", port)
    async with udp_server(dns_says(code=3)) as port:
        with pytest.raises(ProbeError, match="the server answers with error 3"):
            await own_address(4, "127.0.0.1", port)


def test_dns_query_is_as_rfc_1035_draws_it() -> None:
    assert build_query(0x1234, "a.example", 4).hex() == "1234010000010000000000000161076578616d706c650000010001"


VALID = dns_says((A, bytes(4)), (CNAME, b"\xc0\x0c"))(build_query(1, "a.b", 4), ("", 0))


@given(st.binary(max_size=80))
def test_fuzz_dns_answers(data: bytes) -> None:
    for text in (data, VALID[:12] + data):
        with contextlib.suppress(DnsError):
            parse_addresses(text or b"", 4)


@given(st.integers(0, 200), st.integers(0, 255))
def test_fuzz_changed_dns_answers(place: int, value: int) -> None:
    data = bytearray(VALID or b"")
    data[place % len(data)] = value
    with contextlib.suppress(DnsError):
        parse_addresses(bytes(data), 4)
    with contextlib.suppress(DnsError):
        parse_addresses(bytes(data[:place]), 6)


@pytest.fixture
async def coturn(tmp_path: Path) -> AsyncIterator[int]:
    """A coturn on loopback with the account user:secret; its port."""
    program = shutil.which("turnserver")
    if program is None:
        reason = "turnserver is not installed (Debian package coturn)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    options = f"-n -L 127.0.0.1 -p {port} -a -u user:secret -r example.org --no-cli --no-tls --no-dtls"
    files = ["--userdb", str(tmp_path / "db"), "--pidfile", str(tmp_path / "pid"), "--log-file", str(tmp_path / "log")]
    process = await trio.lowlevel.open_process(
        [program, *options.split(), *files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with trio.fail_after(PATIENCE_S):
        while not await answers(port):
            assert process.poll() is None
    yield port
    process.kill()
    await process.wait()


async def answers(port: int) -> bool:
    try:
        await public_address("127.0.0.1", port)
    except ProbeError:
        return False
    return True


@pytest.mark.interop
async def test_coturn(coturn: int) -> None:
    assert (await public_address("127.0.0.1", coturn))[0] == "127.0.0.1"
    for transport in ("udp", "tcp"):
        assert (await allocate(TurnServer("user", "secret", "127.0.0.1", coturn, TurnTransport(transport))))[
            0
        ] == "127.0.0.1"
    with trio.fail_after(PATIENCE_S), pytest.raises(ProbeError, match="refuses the user name or the password"):
        await allocate(TurnServer("user", "wrong", "127.0.0.1", coturn))
