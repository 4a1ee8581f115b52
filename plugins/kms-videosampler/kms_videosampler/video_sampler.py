"""VideoSampler (videosampler.VideoSampler.kmd.json)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import trio

from kms_trio.api import ErrorCode, KurentoError, Picture, PictureFormat, VideoFilter, require
from kms_videosampler.delivery import ImageClient, Sample, headers_of
from kms_videosampler.encoding import encode_picture
from kms_videosampler.generated.events import SampleImageDelivered
from kms_videosampler.generated.interfaces import VideoSamplerInterface
from kms_videosampler.generated.types import ImageDelivery, ImageEncoding

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["VideoSampler"]

LARGEST: Final = 8192
QUEUED: Final = 4
"""Images that wait for delivery; further ones are not delivered."""


class VideoSampler(VideoFilter, VideoSamplerInterface):
    """Hands the video on as it is, and takes a picture out of it now and then.

    A `VideoFilter`, as nothing else sees pictures; for clients it is a MediaElement. Each picture that was taken raises
    `SampleImageDelivered` when its delivery has ended. Creating one raises KurentoError 40107 for parameters without
    meaning, 40108 when gRPC is wanted and its library is not installed.
    """

    picture_format = PictureFormat.YUV
    read_only = True

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        frame_period: int,
        image_delivery_method: ImageDelivery = ImageDelivery.NONE,
        height: int = 0,
        width: int = 0,
        image_encoding: ImageEncoding = ImageEncoding.PNG,
        endpoint_url: str = "",
        metadata: str = "",
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        if frame_period <= 0:
            raise _illegal(f"'framePeriod' must be above 0 ms, not {frame_period}")
        for name, length in (("width", width), ("height", height)):
            if not 0 <= length <= LARGEST:
                raise _illegal(f"'{name}' must be from 0 to {LARGEST} pixels, not {length}")
        self._period_s = frame_period / 1000
        self._encode = partial(encode_picture, encoding=image_encoding, width=width, height=height)
        self._codec = image_encoding.value
        self._endpoint = endpoint_url if image_delivery_method is ImageDelivery.GRPC else None
        if self._endpoint is not None and not _is_endpoint(self._endpoint):
            raise _illegal(f"'endpointUrl' must be host:port or http(s)://host:port, not '{endpoint_url}'")
        self._headers = headers_of(metadata)
        self._client: ImageClient | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._send, self._samples = trio.open_memory_channel[Sample](QUEUED)
        self._due_s: float | None = None
        self._last_s = 0.0

    def prepare(self) -> None:
        """Load gRPC if it is wanted. Raises KurentoError 40108 when it is not installed."""
        if self._endpoint is not None:
            by = self.object_class.name
            grpc: Any = require("grpc", package="grpcio", extra="kms-videosampler[grpc]", by=by)
            self._client = ImageClient(grpc, self._endpoint, self._headers)

    async def start(self) -> None:
        """Prepare, and begin to deliver."""
        await super().start()
        self._token = trio.lowlevel.current_trio_token()
        self.spawn(self._deliver)

    async def close(self) -> None:
        """Deliver no more."""
        await super().close()
        if self._client is not None:
            await trio.to_thread.run_sync(self._client.close)

    def process(self, picture: Picture) -> Picture | None:
        """Take the picture if it is time."""
        now = self.picture_time_s
        if self._due_s is None or now < self._last_s:  # the first one, or another stream
            self._due_s = now
        self._last_s = now
        if now >= self._due_s:
            self._due_s += self._period_s * (1 + (now - self._due_s) // self._period_s)
            sample = Sample(self._codec, self._encode(picture), int(self.context.clock.unix() * 1000))
            assert self._token is not None
            self._token.run_sync_soon(self._queue, sample)
        return picture

    def _queue(self, sample: Sample) -> None:
        try:
            self._send.send_nowait(sample)
        except trio.WouldBlock:
            self.log.warning("An image is not delivered: %d others wait already", QUEUED)
            self.emit(SampleImageDelivered(delivered=False))

    async def _deliver(self) -> None:
        async for sample in self._samples:
            failure: str | None = "nothing is to be delivered"
            if self._client is not None:
                failure = await trio.to_thread.run_sync(self._client.deliver, sample, abandon_on_cancel=True)
                if failure is not None:
                    self.log.warning("An image could not be delivered to %s: %s", self._endpoint, failure)
            self.emit(SampleImageDelivered(delivered=failure is None))


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


def _illegal(text: str) -> KurentoError:
    return KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, text)
