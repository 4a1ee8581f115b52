"""Settings of the server itself: Kurento's main file, `kurento.conf.json`."""

from __future__ import annotations

from pathlib import Path

import attrs

from kms_trio.settings import kinds
from kms_trio.settings.options import option, section

_PORT = kinds.integer(0, 65535)


@attrs.frozen(kw_only=True)
class ResourcesSettings:
    """When the server refuses work, and how it forgets clients that are gone."""

    exception_limit: float = option(
        "exceptionLimit",
        kinds.fraction(),
        0.8,
        "Above this part of the process's limits on threads and open files, nothing more is created: "
        "the request fails with NOT_ENOUGH_RESOURCES.",
    )
    kill_limit: float | None = option(
        "killLimit",
        kinds.optional(kinds.fraction()),
        None,
        "Above this part of the limits, and with no media object alive, the server stops itself "
        "so that a supervisor starts a fresh one.",
        example="0.7",
    )
    garbage_collector_period_s: int = option(
        "garbageCollectorPeriod",
        kinds.integer(1, 86_400),
        240,
        "Seconds between two looks for sessions whose client is silent; "
        "what such a session held is released after the second look.",
    )
    disable_request_cache: bool = option(
        "disableRequestCache",
        kinds.boolean(),
        False,
        "Answer a repeated request anew instead of from the cache of the last replies.",
    )


@attrs.frozen(kw_only=True)
class SecureSettings:
    """The TLS listener (wss)."""

    port: int = option("port", _PORT, 0, "TCP port of the TLS listener; 0 leaves it off.", example="8433")
    certificate: Path | None = option(
        "certificate",
        kinds.optional(kinds.path()),
        None,
        "PEM file with the private key and the certificate chain. A relative path starts at this file's folder.",
        example="certificate.pem",
    )
    password: str | None = option(
        "password",
        kinds.optional(kinds.text()),
        None,
        "Password of the private key, if it has one.",
        secret=True,
        example="secret",
    )


@attrs.frozen(kw_only=True)
class RegistrarSettings:
    """A service that is told where this server listens."""

    address: str = option(
        "address",
        kinds.text(),
        "",
        "Websocket URL that this server registers itself at; empty: none.",
        example="ws://localhost:9090",
    )
    local_address: str = option(
        "localAddress", kinds.text(), "localhost", "Host name of this server in the URL that it registers."
    )


@attrs.frozen(kw_only=True)
class WebsocketSettings:
    """The listeners for the Kurento protocol."""

    port: int = option("port", _PORT, 8888, "TCP port of the plain listener; 0 leaves it off.")
    address: str | None = option(
        "address",
        kinds.optional(kinds.ip_address()),
        None,
        "Address of the plain listener; not set: every address of the machine.",
        example="127.0.0.1",
    )
    ipv6: bool = option("ipv6", kinds.boolean(), True, "Listen on IPv6 as well as on IPv4.")
    path: str = option("path", kinds.text(), "kurento", "Path of the URL: ws://HOST:PORT/path.")
    threads: int = option(
        "threads",
        kinds.integer(0, 1_000_000),
        10,
        "Read for compatibility; requests are served by tasks, so there is no pool to size.",
    )
    connqueue: int = option(
        "connqueue", kinds.integer(1, 65535), 128, "Connections that may wait to be accepted (the listen backlog)."
    )
    secure: SecureSettings = section(SecureSettings, "secure")
    registrar: RegistrarSettings = section(RegistrarSettings, "registrar")


@attrs.frozen(kw_only=True)
class NetSettings:
    """Ways in."""

    websocket: WebsocketSettings = section(WebsocketSettings, "websocket")


@attrs.frozen(kw_only=True)
class MediaServerSettings:
    """The branch `mediaServer` of the main file."""

    resources: ResourcesSettings = section(ResourcesSettings, "resources")
    net: NetSettings = section(NetSettings, "net")
