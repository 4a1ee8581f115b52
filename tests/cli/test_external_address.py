"""`auto` in place of an external address."""

from __future__ import annotations

import logging
from typing import Any

import attrs
import pytest

from kms_trio.cli import external_address
from kms_trio.cli.probes import dns
from kms_trio.settings import Settings, SettingsError, load
from tests.cli.answering import dns_says, stun_says, udp_server


def auto(**web_rtc: Any) -> Settings:
    settings = Settings()
    changed = attrs.evolve(settings.web_rtc_endpoint, external_ipv4="auto", **web_rtc)
    return attrs.evolve(settings, web_rtc_endpoint=changed)


@pytest.fixture
def behind_nat(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A machine whose own address is private, whatever machine this is."""
    caplog.set_level(logging.INFO)

    async def outgoing(_version: int) -> str:
        return "192.168.1.7"

    monkeypatch.setattr(external_address, "outgoing_address", outgoing)


def ask_dns_at(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    asked = dns.own_address

    async def own_address(version: Any) -> str:
        return await asked(version, "127.0.0.1", port)

    monkeypatch.setattr(external_address, "own_address", own_address)


async def test_stun_server_is_asked_first(behind_nat: None, caplog: pytest.LogCaptureFixture) -> None:
    async with udp_server(stun_says("203.0.113.7")) as port:
        settings = auto(stun_server_address="127.0.0.1", stun_server_port=port)
        found = await external_address.with_external_addresses(settings)
    assert found.web_rtc_endpoint.external_ipv4 == "203.0.113.7"
    assert "externalIPv4=auto: 203.0.113.7, from the STUN server" in caplog.text


async def test_dns_without_a_stun_server(behind_nat: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async with udp_server(dns_says((1, bytes([203, 0, 113, 8])))) as port:
        ask_dns_at(monkeypatch, port)
        found = await external_address.with_external_addresses(auto())
    assert found.web_rtc_endpoint.external_ipv4 == "203.0.113.8"


async def test_nobody_knows(
    behind_nat: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with udp_server(dns_says(code=5)) as port:
        ask_dns_at(monkeypatch, port)
        found = await external_address.with_external_addresses(auto())
    assert found.web_rtc_endpoint.external_ipv4 is None
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "externalIPv4=auto: the public address could not be found out" in record.message
    assert "stunServerAddress" in record.message


async def test_public_machine_needs_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def outgoing(_version: int) -> str:
        return "8.8.4.4"

    monkeypatch.setattr(external_address, "outgoing_address", outgoing)
    found = await external_address.with_external_addresses(auto())
    assert found.web_rtc_endpoint.external_ipv4 is None
    assert "this machine's own address 8.8.4.4 is public" in caplog.text


async def test_machine_without_a_route(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def outgoing(_version: int) -> None:
        return None

    monkeypatch.setattr(external_address, "outgoing_address", outgoing)
    found = await external_address.with_external_addresses(auto())
    assert found.web_rtc_endpoint.external_ipv4 is None
    assert "no route to the IPv4 internet" in caplog.text


async def test_addresses_are_left_alone() -> None:
    settings = Settings()
    assert await external_address.with_external_addresses(settings) == settings


def test_dockers_variables() -> None:
    loaded = load(environment={"KMS_EXTERNAL_IPV4": "Auto", "KMS_EXTERNAL_IPV6": "2001:db8::2"})
    assert loaded.settings.web_rtc_endpoint.external_ipv4 == "auto"
    assert loaded.settings.web_rtc_endpoint.external_ipv6 == "2001:db8::2"
    with pytest.raises(SettingsError, match="expected an IPv4 address or auto, or nothing, got 'automatic'"):
        load(environment={"KMS_EXTERNAL_IPV4": "automatic"})
