"""The HTTP side over a real socket: health, the page, its configuration, and nothing beside them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
import trio

from kms_trio.http import HttpListenError, serve_http
from kms_trio.http.static_files import STATIC_FOLDER
from kms_trio.settings import Settings
from kms_trio.settings.extensions import HttpSettings, UriPolicySettings
from kms_trio.worker.figures import Figures
from kms_trio.worker.pool import WorkerStatus


@attrs.define
class Status:
    """The application as the HTTP side sees it."""

    accepting_requests: bool = True
    control_port: int = 8888
    workers: list[WorkerStatus] = attrs.Factory(list)
    session_count: int = 0
    figures: Figures = attrs.Factory(Figures)


@attrs.frozen
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@asynccontextmanager
async def serving(settings: Settings, status: Status) -> AsyncIterator[str]:
    async with trio.open_nursery() as nursery:
        yield await nursery.start(serve_http, settings, status)
        nursery.cancel_scope.cancel()


async def get(url: str, target: str, host: str = "localhost", **headers: str) -> Answer:
    """One request with the target exactly as given: no client tidies `..` away."""
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    stream = await trio.open_tcp_stream(address.hostname, address.port)
    async with stream:
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await stream.send_all("\r\n".join([*lines, "", ""]).encode())
        received = b"".join([chunk async for chunk in stream])
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    received_headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return Answer(int(first.split()[1]), received_headers, body)


LOOPBACK = Settings(http=HttpSettings(port=0))


async def test_health_follows_the_server() -> None:
    status = Status()
    async with serving(LOOPBACK, status) as url:
        answer = await get(url, "/health")
        assert answer.status == 200
        assert json.loads(answer.body)["status"] == "ok"
        status.accepting_requests = False
        answer = await get(url, "/health")
        assert answer.status == 503
        assert json.loads(answer.body)["status"] == "unavailable"


async def test_health_tells_which_workers_are_up() -> None:
    workers = [
        WorkerStatus(number=number, up=number == 2, process=number, pipelines=0, cpu=0.5, memory_bytes=1)
        for number in (1, 2)
    ]
    async with serving(LOOPBACK, Status(workers=workers)) as url:
        answer = await get(url, "/health")
        assert answer.status == 200
        told = json.loads(answer.body)["workers"]
        assert [(each["number"], each["up"]) for each in told] == [(1, False), (2, True)]
        del workers[1]
        assert (await get(url, "/health")).status == 503


async def test_page_and_its_modules_are_served() -> None:
    async with serving(LOOPBACK, Status()) as url:
        page = await get(url, "/")
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        module = await get(url, "/static/main.js")
        assert module.status == 200
        assert "javascript" in module.headers["content-type"]
        again = await get(url, "/static/main.js", If_None_Match=module.headers["etag"])
        assert (again.status, again.body) == (304, b"")


async def test_the_page_of_modules_is_another_one() -> None:
    async with serving(LOOPBACK, Status()) as url:
        pages = [(await get(url, target)).body for target in ("/", "/module")]
        assert b"<title>Modules" in pages[1]
        assert b"<title>Modules" not in pages[0]
    async with serving(Settings(http=HttpSettings(port=0, demo=False)), Status()) as url:
        assert (await get(url, "/module")).status == 404


def test_page_names_no_other_host() -> None:
    for file in STATIC_FOLDER.iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "").replace("http://localhost", "")
        assert "http://" not in text, file
        assert "https://" not in text.replace("https:// and localhost", ""), file


async def test_config_tells_the_real_control_port() -> None:
    async with serving(LOOPBACK, Status(control_port=40123)) as url:
        answer = json.loads((await get(url, "/api/config")).body)
    assert answer["control"] == {"port": 40123, "path": "kurento"}
    assert answer["recordings"].startswith("file:///")


async def test_recordings_go_where_the_policy_allows() -> None:
    settings = Settings(http=HttpSettings(port=0), uri_policy=UriPolicySettings(recorder_roots=(Path("/srv/takes"),)))
    async with serving(settings, Status()) as url:
        answer = json.loads((await get(url, "/api/config")).body)
    assert answer["recordings"] == "file:///srv/takes/kms-trio-demo"


@pytest.mark.parametrize(
    "target",
    [
        "/static/../routes.py",
        "/static/%2e%2e/routes.py",
        "/static/..%2froutes.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
        "/nothing",
    ],
)
async def test_nothing_outside_the_folder(target: str) -> None:
    async with serving(LOOPBACK, Status()) as url:
        assert (await get(url, target)).status == 404


async def test_requests_that_are_no_http_disturb_nobody() -> None:
    async with serving(LOOPBACK, Status()) as url:
        address = urlsplit(url)
        assert address.hostname
        assert address.port
        for noise in (b"\x16\x03\x01\x02\x00\x01\xff\xfe\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000):
            stream = await trio.open_tcp_stream(address.hostname, address.port)
            with trio.move_on_after(5):
                try:
                    await stream.send_all(noise)
                    await stream.receive_some()
                except trio.BrokenResourceError:
                    pass  # closed on us while sending: as good an answer as any
            await stream.aclose()
        assert (await get(url, "/health")).status == 200


async def test_demo_can_be_turned_off() -> None:
    async with serving(Settings(http=HttpSettings(port=0, demo=False)), Status()) as url:
        assert (await get(url, "/")).status == 404
        assert (await get(url, "/static/main.js")).status == 404
        assert (await get(url, "/health")).status == 200


async def test_a_taken_port_is_named() -> None:
    async with serving(LOOPBACK, Status()) as url:
        port = urlsplit(url).port
        assert port
        with pytest.raises(HttpListenError, match=rf"127\.0\.0\.1 port {port}: another program"):
            await serve_http(Settings(http=HttpSettings(port=port)), Status())


async def test_on_loopback_foreign_names_are_refused() -> None:
    settings = Settings(http=HttpSettings(port=0, hosts=("Media.example.org",)))
    async with serving(settings, Status()) as url:
        for host in ("localhost:8081", "demo.localhost", "127.0.0.1", "[::1]:8081", "media.example.org.", ""):
            assert (await get(url, "/api/config", host)).status == 200, host
        for host in ("attacker.example", "localhost.attacker.example:8081", "127.0.0.1.attacker.example", "x:y"):
            answer = await get(url, "/api/config", host)
            assert answer.status == 421, host
            assert b"kmsTrio.http.hosts" in answer.body


async def test_what_listens_publicly_answers_to_every_name() -> None:
    async with serving(Settings(http=HttpSettings(port=0, address="0.0.0.0")), Status()) as url:
        assert (await get(url.replace("0.0.0.0", "127.0.0.1"), "/health", "media.example.org")).status == 200
