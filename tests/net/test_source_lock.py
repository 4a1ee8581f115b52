"""Who may send to a port of plain RTP, whatever comes in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.source_lock import SourceLock, host_of

HOSTS = ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
NAMES = [pack_sockaddr(host, port) for host in HOSTS for port in (5000, 5002)]


def test_hosts() -> None:
    assert host_of(pack_sockaddr("192.0.2.1", 5000)) == bytes((192, 0, 2, 1))
    assert host_of(pack_sockaddr("::1", 5000)) == bytes(15) + b"\1"


def test_first_come_first_served() -> None:
    lock = SourceLock(b"", 5.0)
    first, second = NAMES[:2]
    assert lock.admits(first, 0.0)
    assert lock.heard(first, 0.0)
    assert not lock.admits(second, 5.0)
    assert lock.admits(first, 5.0)
    assert not lock.heard(first, 5.0)
    assert not lock.admits(second, 10.0)
    assert lock.admits(second, 10.1)


def test_the_announced_host_comes_first_but_not_before_itself() -> None:
    announced, other, neighbour = NAMES[0], NAMES[2], NAMES[1]
    lock = SourceLock(host_of(announced), float("inf"))
    lock.heard(other, 0.0)
    assert lock.admits(announced, 0.0)
    lock.heard(announced, 0.0)
    assert not lock.admits(other, 1e9)
    assert not lock.admits(neighbour, 1e9)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0, 3))), st.sampled_from([b"", host_of(NAMES[0])]))
def test_one_source_at_a_time(packets: list[tuple[bytes, float]], announced: bytes) -> None:
    """The holder is always admitted, and never loses its place to a host no better than its own while it is heard."""
    lock = SourceLock(announced, 5.0)
    now = heard_at = 0.0
    for name, pause in packets:
        now += pause
        holder = lock.name
        admitted = lock.admits(name, now)
        assert holder is None or lock.admits(holder, now)
        if holder is not None and name != holder and now - heard_at <= 5.0:
            assert admitted == (host_of(name) == announced != host_of(holder))
        if admitted:
            assert lock.heard(name, now) == (name != holder)
            heard_at = now
            assert lock.name == name
