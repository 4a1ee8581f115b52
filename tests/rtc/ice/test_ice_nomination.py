"""A controlled agent follows what its peer nominates (RFC 8445 section 7.3.1.5; RFC 5245 section 8.1.1.2)."""

from __future__ import annotations

from kms_trio.rtc.ice import IceRole, IceState, host_candidate
from kms_trio.testing.ice import IcePeer
from kms_trio.testing.network import FakeNetwork
from kms_trio.testing.scripted_ice import ScriptedPeer

SERVER = ("192.0.2.1", 1000)
WIFI, CELLULAR = ("203.0.113.1", 5000), ("198.51.100.7", 6000)


def a_server_and_a_browser(network: FakeNetwork) -> tuple[IcePeer, ScriptedPeer]:
    server = IcePeer(network, IceRole.CONTROLLED, SERVER)
    browser = ScriptedPeer(network, server, WIFI, CELLULAR)
    server.agent.set_remote_credentials(browser.credentials, network.now)
    server.agent.add_remote_candidate(host_candidate(*WIFI, local_preference=200), network.now)
    server.agent.add_remote_candidate(host_candidate(*CELLULAR, local_preference=100), network.now)
    return server, browser


def test_a_nomination_that_comes_before_the_pair_is_valid_waits_for_it() -> None:
    network = FakeNetwork()
    server, browser = a_server_and_a_browser(network)
    browser.answering = False
    browser.check(WIFI, use_candidate=True)
    network.run(1.0)
    assert server.state is IceState.CHECKING
    browser.answering = True
    network.run(5.0)
    assert server.state is IceState.COMPLETED
    assert server.selections == [(SERVER, WIFI)]


def test_of_many_nominations_at_once_the_best_pair_wins() -> None:
    network = FakeNetwork()
    server, browser = a_server_and_a_browser(network)
    for _ in range(5):
        browser.check(CELLULAR, use_candidate=True)
        browser.check(WIFI, use_candidate=True)
        network.run(0.05)
    assert server.agent.selected_pair is not None
    assert server.agent.selected_pair.remote_address == WIFI
    assert server.state is IceState.COMPLETED


def test_a_browser_that_moves_to_another_network_is_followed() -> None:
    network = FakeNetwork()
    server, browser = a_server_and_a_browser(network)
    for _ in range(4):
        browser.check(WIFI, use_candidate=True)
        browser.check(CELLULAR)
        network.run(2.5)
    assert server.selections == [(SERVER, WIFI)]
    for _ in range(4):
        browser.check(CELLULAR, use_candidate=True)
        network.run(1.0)
    assert server.selections == [(SERVER, WIFI), (SERVER, CELLULAR)]
    assert server.state is IceState.COMPLETED
    # Consent now depends on the new path alone.
    browser.silent.add(WIFI)
    network.run(60.0)
    assert server.state is IceState.COMPLETED


def test_a_path_valid_long_ago_is_asked_before_it_is_taken() -> None:
    network = FakeNetwork()
    server, browser = a_server_and_a_browser(network)
    browser.check(WIFI, use_candidate=True)
    network.run(20.0)
    browser.silent.add(CELLULAR)
    browser.check(CELLULAR, use_candidate=True)
    network.run(1.0)
    assert server.selections == [(SERVER, WIFI)]
    browser.silent.clear()
    network.run(5.0)
    assert server.selections == [(SERVER, WIFI), (SERVER, CELLULAR)]


def test_a_nomination_repeated_for_ever_is_told_once() -> None:
    network = FakeNetwork()
    server, browser = a_server_and_a_browser(network)
    for _ in range(100):
        browser.check(WIFI, use_candidate=True)
        network.run(0.5)
    assert server.selections == [(SERVER, WIFI)]
    assert server.states == [IceState.CHECKING, IceState.CONNECTED, IceState.COMPLETED]
