"""What workers share over HTTP: one port for HttpPostEndpoints, one for metrics."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2
import trio

from kms_trio.app import Server
from kms_trio.http.metrics import Metrics
from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import open_client
from tests.http.test_metrics import read
from tests.worker.test_router import two_pipelines, worker_of

__all__ = ["worker_of"]


async def test_posts_find_their_worker(server: Server, tmp_path: Path, worker_of: Callable[[str], int]) -> None:
    clip = write_clip(tmp_path / "clip.webm", seconds=1.0).read_bytes()
    async with open_client(server.control_url) as client, httpx2.AsyncClient(timeout=PATIENCE_S) as http:
        endpoints = {}
        for pipeline in await two_pipelines(client, worker_of):
            for _ in range(2):
                endpoint = await client.create("HttpPostEndpoint", mediaPipeline=pipeline, useEncodedMedia=True)
                await client.subscribe(endpoint, "EndOfStream", "MediaSessionStarted")
                endpoints[endpoint] = await client.invoke(endpoint, "getUrl")
        [origin] = {url.rpartition("/")[0] for url in endpoints.values()}
        for endpoint, url in endpoints.items():
            assert (await http.get(url)).status_code == 405
            answer = await http.post(url, content=clip)
            assert answer.status_code == 200
            await client.expect("MediaSessionStarted", endpoint)
            await client.expect("EndOfStream", endpoint)
        for nothing in (f"{origin}/", f"{origin}/9-x", f"{origin}/nothing", f"{origin}/1-nothing"):
            assert (await http.post(nothing, content=b"")).status_code == 404


async def test_strangers_at_the_port_harm_nobody(server: Server, worker_of: Callable[[str], int]) -> None:
    async with open_client(server.control_url) as client, httpx2.AsyncClient(timeout=PATIENCE_S) as http:
        pipeline = await client.create("MediaPipeline")
        url = await client.invoke(await client.create("HttpPostEndpoint", mediaPipeline=pipeline), "getUrl")
        parts = httpx2.URL(url)
        path = parts.path.encode()
        for junk in (b"", b"\0" * 20_000, b"POST " + path, b"POST " + path + b" HTTP/1.1\r\n\r\n", b"\r\n\r\n"):
            stream = await trio.open_tcp_stream(parts.host, parts.port or 80)
            async with stream:
                with trio.fail_after(PATIENCE_S):
                    try:
                        await stream.send_all(junk)
                        await stream.send_eof()
                        while await stream.receive_some():
                            pass
                    except trio.BrokenResourceError:
                        continue  # reset: junk was left unread
        assert (await http.options(url)).status_code == 200


async def test_metrics_are_sums_over_workers(server: Server) -> None:
    async with open_client(server.control_url) as client:
        pipelines = [await client.create("MediaPipeline") for _ in range(4)]
        for pipeline in pipelines:
            await client.create("PassThrough", mediaPipeline=pipeline)
        of_interest = (("kms_trio_objects", (("class", "PassThrough"),)), ("kms_trio_pipelines", ()))
        metrics = Metrics(server)
        await until(lambda: [read(metrics.text()).get(each) for each in of_interest] == [4, 4])
        samples = read(metrics.text())
        assert [samples["kms_trio_worker_up", (("worker", number),)] for number in ("1", "2")] == [1, 1]
        assert samples["kms_trio_sessions", ()] >= 1
