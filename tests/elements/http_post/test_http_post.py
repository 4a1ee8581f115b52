"""HttpPostEndpoint with a real HTTP client: what is posted comes out of the pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import attrs
import httpx2
import pytest
import trio

from kms_trio.app import Server
from kms_trio.codecs.decoder import VideoDecoder
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format, StreamKind, Want
from kms_trio.testing.clips import picture_number
from kms_trio.testing.elements import Tap
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client

ALL = list(range(9))
RAW = Want(StreamKind.RAW)


class Endpoint:
    """An endpoint, its URL, and what comes out of it."""

    def __init__(self, server: Server, client: RpcClient, object_id: str, url: str, want: Want) -> None:
        self.id = object_id
        self.url = url
        self.element: Any = server.context.directory.get(object_id)
        self.client = client
        bench: Any = server  # a tap only looks for the context
        self.video = Tap(bench, self.element.source_pad(MediaType.VIDEO), want)
        self.audio = Tap(bench, self.element.source_pad(MediaType.AUDIO), want)

    def numbers(self) -> list[int | None]:
        return [picture_number(picture) for picture in self.video.units]

    async def names(self) -> list[str]:
        return [event.name for event in await self.client.settle()]


async def make(
    server: Server,
    client: RpcClient,
    want: Want = RAW,
    **parameters: Any,
) -> Endpoint:
    pipeline = await client.create("MediaPipeline")
    object_id = await client.create("HttpPostEndpoint", mediaPipeline=pipeline, **parameters)
    await client.subscribe(object_id, "MediaSessionStarted", "MediaSessionTerminated", "EndOfStream", "Error")
    url = await client.invoke(object_id, "getUrl")
    return Endpoint(server, client, object_id, url, want)


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    with trio.fail_after(PATIENCE_S):
        async with httpx2.AsyncClient(timeout=30, trust_env=False) as opened:
            yield opened


async def test_a_file_that_is_posted_comes_out(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    assert endpoint.url.startswith("http://127.0.0.1:")
    response = await http.post(endpoint.url, content=clip)
    assert response.status_code == 200
    await client.expect("MediaSessionStarted", endpoint.id)
    await client.expect("EndOfStream", endpoint.id)
    assert endpoint.numbers() == ALL
    samples = sum(block.samples for block in endpoint.audio.units)
    assert 0.5 * 48_000 < samples < 0.8 * 48_000
    assert await endpoint.names() == []


async def test_a_form_may_hold_the_file(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    files = {"movie": ("clip.webm", clip, "video/webm"), "more": ("x.txt", b"ignored", "text/plain")}
    response = await http.post(endpoint.url, data={"title": "a title"}, files=files)
    assert response.status_code == 200
    await client.expect("EndOfStream", endpoint.id)
    assert endpoint.numbers() == ALL


async def test_encoded_media_passes_as_it_is(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client, Want(StreamKind.ENCODED), useEncodedMedia=True)
    assert (await http.post(endpoint.url, content=clip)).status_code == 200
    await client.expect("EndOfStream", endpoint.id)
    assert endpoint.video.stream.format == Format("VP8", 90_000)
    assert endpoint.audio.stream.format == Format("OPUS", 48_000, 2)
    decoder = VideoDecoder(Format("VP8", 90_000))
    pictures = [picture for frame in endpoint.video.units for picture in decoder.convert(frame)]
    assert [picture_number(picture) for picture in pictures] == ALL
    assert post_server.context.codecs.running == ()


async def test_media_comes_out_while_it_is_posted(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, long_clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    data = long_clip

    async def body() -> AsyncIterator[bytes]:
        yield data[: len(data) // 2]
        await endpoint.video.take(2)  # the rest is sent only when something has come out
        yield data[len(data) // 2 :]

    assert (await http.post(endpoint.url, content=body())).status_code == 200
    await client.expect("EndOfStream", endpoint.id)
    assert endpoint.numbers() == list(range(30))


async def test_files_are_played_one_after_the_other(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    for _ in range(2):
        assert (await http.post(endpoint.url, content=clip)).status_code == 200
    for _ in range(2):
        await client.expect("EndOfStream", endpoint.id)
    assert endpoint.numbers() == ALL * 2
    times = [picture.pts for picture in endpoint.video.units]
    assert times == sorted(times)
    assert await endpoint.names() == ["MediaSessionStarted"]


async def test_the_session_belongs_to_the_client_with_the_cookie(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    first = await http.post(endpoint.url, content=clip)
    assert first.cookies["HttpEPCookie"]
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as other:
        assert (await other.post(endpoint.url, content=clip)).status_code == 400
        other.cookies.set("HttpEPCookie", "guessed")
        assert (await other.post(endpoint.url, content=clip)).status_code == 400
    assert (await http.post(endpoint.url, content=clip)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
async def test_other_methods_are_not_allowed(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, method: str
) -> None:
    endpoint = await make(post_server, client)
    response = await http.request(method, endpoint.url)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert await endpoint.names() == []


async def test_other_urls_are_not_found(post_server: Server, client: RpcClient, http: httpx2.AsyncClient) -> None:
    endpoint = await make(post_server, client)
    for url in (endpoint.url[:-1], endpoint.url + "/x", httpx2.URL(endpoint.url).copy_with(path="/")):
        assert (await http.post(url, content=b"x")).status_code == 404


async def test_browsers_may_ask_first(post_server: Server, client: RpcClient, http: httpx2.AsyncClient) -> None:
    endpoint = await make(post_server, client)
    asked = {"Origin": "https://example.org", "Access-Control-Request-Headers": "content-type"}
    response = await http.options(endpoint.url, headers=asked)
    assert response.status_code == 200
    assert response.headers["allow"] == "POST"
    assert response.headers["access-control-allow-origin"] == "https://example.org"
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-allow-headers"] == "content-type"
    assert await endpoint.names() == []


async def test_the_url_dies_with_the_session(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client, disconnectionTimeout=0)
    assert (await http.post(endpoint.url, content=clip)).status_code == 200
    await client.expect("MediaSessionTerminated", endpoint.id)
    assert (await http.post(endpoint.url, content=clip)).status_code == 404
    await client.expect("EndOfStream", endpoint.id)  # what was taken in is played to its end


async def test_the_url_dies_with_the_endpoint(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    await client.release(endpoint.id)
    assert (await http.post(endpoint.url, content=clip)).status_code == 404


async def test_a_release_ends_an_upload(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, long_clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    data = long_clip

    async def body() -> AsyncIterator[bytes]:
        yield data[: len(data) // 2]
        await endpoint.video.take(1)
        await client.release(endpoint.id)
        yield data[len(data) // 2 :]

    assert (await http.post(endpoint.url, content=body())).status_code == 200
    assert len(endpoint.video.units) < 30


@pytest.mark.parametrize("content", [b"", b"no media", bytes(100_000), b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"])
async def test_what_cannot_be_played_is_an_error(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, clip: bytes, content: bytes
) -> None:
    endpoint = await make(post_server, client)
    assert (await http.post(endpoint.url, content=content)).status_code == 415
    await client.expect("Error", endpoint.id)
    assert (await http.post(endpoint.url, content=clip)).status_code == 200
    await client.expect("EndOfStream", endpoint.id)
    assert endpoint.numbers() == ALL


@pytest.mark.parametrize(
    ("content_type", "content", "reason"),
    [
        ("multipart/form-data", b"x", "no boundary"),
        ("multipart/form-data; boundary=b", b"no form at all", "not a form"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n',
            "no file",
        ),
    ],
)
async def test_bad_forms(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, content_type: str, content: bytes, reason: str
) -> None:
    endpoint = await make(post_server, client)
    response = await http.post(endpoint.url, content=content, headers={"Content-Type": content_type})
    assert response.status_code == 400
    assert reason in response.text


async def test_a_client_that_leaves_loses_nothing_that_came(
    post_server: Server, client: RpcClient, http: httpx2.AsyncClient, long_clip: bytes
) -> None:
    endpoint = await make(post_server, client)
    data = long_clip

    async def body() -> AsyncIterator[bytes]:
        yield data[: len(data) // 2]
        await endpoint.video.take(1)
        raise trio.BrokenResourceError("the client leaves")

    with pytest.raises(trio.BrokenResourceError):
        await http.post(endpoint.url, content=body())
    await client.expect("EndOfStream", endpoint.id)
    numbers = endpoint.numbers()
    assert numbers == list(range(30))[: len(numbers)]
    assert 0 < len(numbers) < 30


async def test_a_taken_port_is_an_error_reply(serve: Any, post_server: Server, client: RpcClient) -> None:
    endpoint = await make(post_server, client)
    port = httpx2.URL(endpoint.url).port
    settings = attrs.evolve(
        post_server.settings, http_endpoint=attrs.evolve(post_server.settings.http_endpoint, server_port=port)
    )
    second = await serve(settings, post_server.plugins)
    async with open_client(second.control_url) as other:
        pipeline = await other.create("MediaPipeline")
        with pytest.raises(KurentoError, match="another program listens there") as refused:
            await other.create("HttpPostEndpoint", mediaPipeline=pipeline)
        assert refused.value.code == ErrorCode.HTTP_END_POINT_REGISTRATION_ERROR
