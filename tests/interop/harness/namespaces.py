"""Networks on one machine: a server and a client, each on the public network or behind a router of its own.

    server ── router ──┐                 ┌── router ── client
    10.1.0.2    203.0.113.1 ── bridge ── 203.0.113.2   10.2.0.2
                                 │
                       public: 203.0.113.9 (TURN and STUN)

Each box is a network namespace, each line a veth pair; routers are Linux's own address translation.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import Literal

import attrs
import pytest
import trio

from tests.interop.harness.tools import require_program

CLONE_NEWNET = 0x40000000
PUBLIC_HOST = "203.0.113.9"

Router = Literal["none", "cone", "symmetric", "no udp"]
"""How a side is attached: directly; by a router that keeps ports; by one that gives each flow another port; by one that
lets no UDP out."""

_TRANSLATION = {"cone": "masquerade", "symmetric": "masquerade fully-random", "no udp": "masquerade"}


@attrs.frozen
class Side:
    """One end: its namespace, and its addresses as it knows them and as the public network sees them."""

    namespace: str
    host: str
    public_host: str


@attrs.frozen
class Lab:
    """The namespaces that are up."""

    server: Side
    client: Side
    public: str


def require_namespaces() -> None:
    """Skip unless this process may make networks: root can, in a container often not even root."""
    ip = require_program("ip", "iproute2")
    require_program("nft", "nftables")
    probe = f"kms{os.getpid()}-probe"
    if subprocess.run([ip, "netns", "add", probe], capture_output=True, check=False).returncode:
        pytest.skip("network namespaces cannot be made here")
    subprocess.run([ip, "netns", "delete", probe], capture_output=True, check=True)


@contextlib.contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Sockets made in this block, by this thread, belong to the namespace for as long as they live."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        _enter(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(home)
        os.close(there)


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns failed")


@contextlib.asynccontextmanager
async def open_lab(server: Router, client: Router) -> AsyncIterator[Lab]:
    """Networks for the length of the block."""
    require_namespaces()
    tag = f"kms{os.getpid()}"
    public = f"{tag}-public"
    names: list[str] = []
    try:
        await _namespace(public, names)
        await _in(public, "ip link add bridge type bridge")
        await _in(public, "ip link set bridge up")
        await _in(public, f"ip address add {PUBLIC_HOST}/24 dev bridge")
        await _swallow(public)
        yield Lab(
            server=await _attach(f"{tag}-server", 1, server, public, names),
            client=await _attach(f"{tag}-client", 2, client, public, names),
            public=public,
        )
    finally:
        with trio.CancelScope(shield=True):
            for name in reversed(names):
                await _run(f"ip netns delete {name}")


@contextlib.asynccontextmanager
async def open_cable() -> AsyncIterator[tuple[Side, Side]]:
    """Two hosts with one cable between them, which carries multicast too."""
    require_namespaces()
    names: list[str] = []
    sides = [Side(f"kms{os.getpid()}-end{n}", f"192.0.2.{n}", f"192.0.2.{n}") for n in (1, 2)]
    try:
        for side in sides:
            await _namespace(side.namespace, names)
        left, right = sides
        await _run(f"ip link add eth0 netns {left.namespace} type veth peer name eth0 netns {right.namespace}")
        for side in sides:
            await _in(side.namespace, f"ip address add {side.host}/24 dev eth0")
            await _in(side.namespace, "ip link set eth0 up")
            await _in(side.namespace, "ip route add 224.0.0.0/4 dev eth0")
        yield left, right
    finally:
        with trio.CancelScope(shield=True):
            for name in names:
                await _run(f"ip netns delete {name}")


async def _attach(name: str, number: int, router: Router, public: str, names: list[str]) -> Side:
    """A host, and the router between it and the public network."""
    public_host = f"203.0.113.{number}"
    await _namespace(name, names)
    if router == "none":
        await _plug(name, "eth0", f"{public_host}/24", public, number)
        await _swallow(name)
        return Side(name, public_host, public_host)
    gateway, host = f"10.{number}.0.1", f"10.{number}.0.2"
    box = f"{name}-router"
    await _namespace(box, names)
    await _plug(box, "outside", f"{public_host}/24", public, number)
    await _run(f"ip link add inside netns {box} type veth peer name eth0 netns {name}")
    await _in(box, f"ip address add {gateway}/24 dev inside")
    await _in(box, "ip link set inside up")
    await _in(name, f"ip address add {host}/24 dev eth0")
    await _in(name, "ip link set eth0 up")
    await _in(name, f"ip route add default via {gateway}")
    await _run("tee /proc/sys/net/ipv4/ip_forward", namespace=box, text="1")
    # What comes unasked is dropped before it makes an entry that a later flow of ours would have to step aside for.
    blocked = 'iifname "inside" meta l4proto udp drop' if router == "no udp" else ""
    rules = f"""
        table ip nat {{
            chain out {{ type nat hook postrouting priority 100; oifname "outside" {_TRANSLATION[router]}; }}
        }}
        table ip filter {{
            chain local {{ type filter hook input priority 0; iifname "outside" drop; }}
            chain through {{ type filter hook forward priority 0;
                {blocked}
                iifname "outside" ct state new drop
            }}
        }}
    """
    await _run("nft -f -", namespace=box, text=rules)
    return Side(name, host, public_host)


async def _plug(name: str, interface: str, address: str, public: str, number: int) -> None:
    """A cable between a namespace and the public bridge."""
    await _run(f"ip link add {interface} netns {name} type veth peer name port{number} netns {public}")
    await _in(public, f"ip link set port{number} master bridge up")
    await _in(name, f"ip address add {address} dev {interface}")
    await _in(name, f"ip link set {interface} up")


async def _swallow(name: str) -> None:
    """What goes to private addresses is lost without a word, as on the Internet."""
    await _in(name, "ip link add sink type veth peer name nowhere")
    await _in(name, "ip link set sink up")
    await _in(name, "ip link set nowhere up")
    await _in(name, "ip neighbour add 198.18.0.1 lladdr 02:00:00:00:00:01 dev sink nud permanent")
    await _in(name, "ip route add default via 198.18.0.1 dev sink onlink")


async def _namespace(name: str, names: list[str]) -> None:
    """Make one and note its name, so that it is deleted whatever comes."""
    await _run(f"ip netns add {name}")
    names.append(name)
    await _in(name, "ip link set lo up")


async def _in(namespace: str, command: str) -> None:
    await _run(command, namespace=namespace)


async def _run(command: str, *, namespace: str | None = None, text: str = "") -> None:
    words = command.split()
    if namespace is not None:
        words = ["ip", "netns", "exec", namespace, *words]
    done = await trio.run_process(
        words, stdin=text.encode(), capture_stdout=True, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout.decode(errors='replace')}")
