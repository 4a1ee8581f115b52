"""Can the server listen where it is told to: control port, TLS port, HTTP side, UDP ports for media."""

from __future__ import annotations

import errno
import http.client
import random
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import trio

from kms_trio.cli.doctor.findings import Finding, broken, note, ok, warning
from kms_trio.net.addresses import LocalAddress, local_addresses, select
from kms_trio.settings import Settings
from kms_trio.settings.modules import HttpEndpointSettings
from kms_trio.worker.count import worker_count

_AREA: Final = "ports"
_UDP_AREA: Final = "media ports"
_PATIENCE_S: Final = 3.0
_UDP_SAMPLE: Final = 16
#: RFC 6455 section 4.1: what asks a WebSocket server to speak; the key is the RFC's own example.
_UPGRADE: Final = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
_SWITCHING: Final = 101
_HEALTHY_OR_STOPPING: Final = (200, 503)
#: An RtpEndpoint takes up to four ports; all WebRtcEndpoints share one.
_COMFORTABLE_UDP_PORTS: Final = 100


async def check_ports(settings: Settings) -> list[Finding]:
    """The TCP ports."""
    websocket, http_side = settings.media_server.net.websocket, settings.http
    findings: list[Finding] = []
    if not websocket.port and not websocket.secure.port:
        findings.append(
            broken(_AREA, "No port for clients: both listeners are off.", "Set mediaServer.net.websocket.port to 8888.")
        )
    any_address = "::" if websocket.ipv6 and _kernel_has_ipv6() else "0.0.0.0"
    if websocket.port:
        findings.append(
            await _check_port(
                websocket.address or any_address,
                websocket.port,
                "clients (ws)",
                "mediaServer.net.websocket.port",
                lambda: _answers(websocket.address, websocket.port, f"/{websocket.path}", _UPGRADE) == _SWITCHING,
            )
        )
    if websocket.secure.port:
        key = "mediaServer.net.websocket.secure.port"
        findings.append(await _check_port(any_address, websocket.secure.port, "clients (wss)", key))
    if http_side.port:
        findings.append(
            await _check_port(
                http_side.address,
                http_side.port,
                "HTTP",
                "kmsTrio.http.port",
                lambda: _answers(http_side.address, http_side.port, "/health", {}) in _HEALTHY_OR_STOPPING,
            )
        )
    else:
        findings.append(note(_AREA, "The HTTP side is off: no /health, no demo page."))
    findings.extend(_check_uploads(settings.http_endpoint))
    return findings


def _check_uploads(settings: HttpEndpointSettings) -> Iterator[Finding]:
    """The port that the first HttpPostEndpoint opens; a server that runs already may have it."""
    if settings.server_port:
        host = settings.server_address or "0.0.0.0"
        problem = _cannot_bind("127.0.0.1" if host == "localhost" else host, settings.server_port, socket.SOCK_STREAM)
        what = f"TCP port {settings.server_port} for HttpPostEndpoint"
        if problem is None:
            yield ok(_AREA, f"{what} is free.")
        else:
            cure = "If this server is not running now, choose another port: serverPort of HttpEndpoint."
            yield warning(_AREA, f"{what} cannot be had on {host}: {problem.strerror}.", cure)


async def _check_port(
    address: str, port: int, purpose: str, key: str, is_ours: Callable[[], bool] = lambda: False
) -> Finding:
    """`is_ours` says of a port that is taken whether a server like this one has it."""
    what = f"TCP port {port} for {purpose}"
    problem = _cannot_bind(address, port, socket.SOCK_STREAM)
    if problem is None:
        return ok(_AREA, f"{what} is free.")
    if problem.errno == errno.EADDRINUSE:
        if await trio.to_thread.run_sync(is_ours):
            return ok(_AREA, f"{what}: a media server is running there already.")
        cure = f"Find out whose it is with `ss -ltnp sport = :{port}` and stop that, or choose another port: {key}."
        return broken(_AREA, f"{what} is taken by another program.", cure)
    if problem.errno == errno.EACCES:
        cure = f"Choose a port above 1023 ({key}), or give the service AmbientCapabilities=CAP_NET_BIND_SERVICE."
        return broken(_AREA, f"{what} may not be had: this user has no right to ports below 1024.", cure)
    cure = f"Use an address that `ip address` lists, or none, beside {key}."
    return broken(_AREA, f"{what} on {address}: {problem.strerror}.", cure)


def _kernel_has_ipv6() -> bool:
    """False where it was started with `ipv6.disable=1`: there the server listens on IPv4 alone."""
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True


def _cannot_bind(address: str, port: int, kind: socket.SocketKind) -> OSError | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            if kind is socket.SOCK_STREAM:
                probe.listen(1)
    except OSError as problem:
        return problem
    return None


def _answers(address: str | None, port: int, path: str, headers: Mapping[str, str]) -> int:
    """The status of an HTTP answer there; 0 when there is none."""
    connection = http.client.HTTPConnection(address or "127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


async def check_media_ports(settings: Settings) -> list[Finding]:
    """The UDP range, and the addresses that peers will be told."""
    return [*_check_addresses(settings), *_check_range(settings)]


def _check_addresses(settings: Settings) -> Iterator[Finding]:
    web_rtc = settings.web_rtc_endpoint
    known = local_addresses()
    chosen = select(known, web_rtc.network_interfaces, web_rtc.include_loopback)
    interfaces = sorted({each.interface for each in known})
    for name in web_rtc.network_interfaces:
        if name not in interfaces:
            cure = f"Name interfaces that exist: {', '.join(interfaces)}."
            yield broken(_UDP_AREA, f"networkInterfaces: there is no interface '{name}' with an address.", cure)
    if chosen:
        yield ok(_UDP_AREA, f"WebRTC peers are told: {', '.join(_words(each) for each in chosen)}.")
    else:
        yield broken(
            _UDP_AREA,
            "No address to tell to WebRTC peers.",
            "Give the machine an address, or clear networkInterfaces of WebRtcEndpoint.",
        )


def _words(address: LocalAddress) -> str:
    return f"{address.host} ({address.interface})"


def _check_range(settings: Settings) -> Iterator[Finding]:
    rtp = settings.base_rtp_endpoint
    ports = range(rtp.min_port, rtp.max_port + 1)
    what = f"UDP ports {rtp.min_port} to {rtp.max_port}"
    firewall = f"Let {what} in through the firewall and the provider's rules; a check from here cannot see those."
    sample = random.sample(ports, min(_UDP_SAMPLE, len(ports)))
    hosts = [address.host for address in local_addresses()]
    free = [port for port in sample if all(_cannot_bind(host, port, socket.SOCK_DGRAM) is None for host in hosts)]
    workers = worker_count(settings)
    if workers > len(ports):
        cure = "Widen the range (minPort, maxPort of BaseRtpEndpoint), or lower kmsTrio.workers.count."
        yield broken(_UDP_AREA, f"{what}: too few, each of {workers} media workers needs its own.", cure)
    elif not free:
        cure = "Widen the range (minPort, maxPort of BaseRtpEndpoint), or stop what has these ports."
        yield broken(_UDP_AREA, f"{what}: none of {len(sample)} that were tried is free.", cure)
    elif len(ports) < _COMFORTABLE_UDP_PORTS:
        each = f"one for each of {workers} media workers" if workers else "one"
        text = f"{what}: enough for WebRTC, which needs {each}, but an RtpEndpoint needs up to four."
        yield warning(_UDP_AREA, text, "Widen the range if you use RtpEndpoint (minPort, maxPort of BaseRtpEndpoint).")
    else:
        yield ok(_UDP_AREA, f"{what}: {len(free)} of {len(sample)} that were tried are free. {firewall}")
