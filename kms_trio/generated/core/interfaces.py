"""Abstract bases of the classes of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable
    from kms_trio.generated.core import types


class MediaObjectInterface(ABC):
    """MediaObject.

    Raises the events `Error`.
    """

    @property
    @abstractmethod
    def media_pipeline(self) -> MediaPipelineInterface | None:
        """MediaObject.mediaPipeline."""

    @property
    @abstractmethod
    def parent(self) -> MediaObjectInterface | None:
        """MediaObject.parent."""

    @property
    @abstractmethod
    def id(self) -> str:
        """MediaObject.id."""

    @property
    @abstractmethod
    def children(self) -> Sequence[MediaObjectInterface]:
        """MediaObject.children."""

    @property
    @abstractmethod
    def name(self) -> str:
        """MediaObject.name."""

    @name.setter
    @abstractmethod
    def name(self, value: str) -> None: ...

    @property
    @abstractmethod
    def send_tags_in_events(self) -> bool:
        """MediaObject.sendTagsInEvents."""

    @send_tags_in_events.setter
    @abstractmethod
    def send_tags_in_events(self, value: bool) -> None: ...

    @property
    @abstractmethod
    def creation_time(self) -> int:
        """MediaObject.creationTime."""

    @abstractmethod
    def add_tag(self, key: str, value: str) -> MaybeAwaitable[None]:
        """MediaObject.addTag().

        - `key`: MediaObject.addTag(key).
        - `value`: MediaObject.addTag(value).
        """

    @abstractmethod
    def remove_tag(self, key: str) -> MaybeAwaitable[None]:
        """MediaObject.removeTag().

        - `key`: MediaObject.removeTag(key).
        """

    @abstractmethod
    def get_tag(self, key: str) -> MaybeAwaitable[str]:
        """MediaObject.getTag().

        - `key`: MediaObject.getTag(key).

        Returns: MediaObject.getTag=>.
        """

    @abstractmethod
    def get_tags(self) -> MaybeAwaitable[Sequence[types.Tag]]:
        """MediaObject.getTags().

        Returns: MediaObject.getTags=>.
        """


class MediaElementInterface(MediaObjectInterface, ABC):
    """MediaElement.

    Raises the events `ElementConnected`, `ElementDisconnected`, `MediaFlowOutStateChanged`, `MediaFlowInStateChanged`,
    `MediaTranscodingStateChanged`.
    """

    @property
    @abstractmethod
    def encoder_bitrate(self) -> int:
        """MediaElement.encoderBitrate."""

    @encoder_bitrate.setter
    @abstractmethod
    def encoder_bitrate(self, value: int) -> None: ...

    @property
    @abstractmethod
    def min_encoder_bitrate(self) -> int:
        """MediaElement.minEncoderBitrate."""

    @min_encoder_bitrate.setter
    @abstractmethod
    def min_encoder_bitrate(self, value: int) -> None: ...

    @property
    @abstractmethod
    def max_encoder_bitrate(self) -> int:
        """MediaElement.maxEncoderBitrate."""

    @max_encoder_bitrate.setter
    @abstractmethod
    def max_encoder_bitrate(self, value: int) -> None: ...

    @abstractmethod
    def get_source_connections(
        self,
        media_type: types.MediaType | None = None,
        description: str | None = None,
    ) -> MaybeAwaitable[Sequence[types.ElementConnectionData]]:
        """MediaElement.getSourceConnections().

        - `media_type`: MediaElement.getSourceConnections(mediaType).
        - `description`: MediaElement.getSourceConnections(description).

        Returns: MediaElement.getSourceConnections=>.
        """

    @abstractmethod
    def get_sink_connections(
        self,
        media_type: types.MediaType | None = None,
        description: str | None = None,
    ) -> MaybeAwaitable[Sequence[types.ElementConnectionData]]:
        """MediaElement.getSinkConnections().

        - `media_type`: MediaElement.getSinkConnections(mediaType).
        - `description`: MediaElement.getSinkConnections(description).

        Returns: MediaElement.getSinkConnections=>.
        """

    @abstractmethod
    def connect(
        self,
        sink: MediaElementInterface,
        media_type: types.MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> MaybeAwaitable[None]:
        """MediaElement.connect().

        - `sink`: MediaElement.connect(sink).
        - `media_type`: MediaElement.connect(mediaType).
        - `source_media_description`: MediaElement.connect(sourceMediaDescription).
        - `sink_media_description`: MediaElement.connect(sinkMediaDescription).
        """

    @abstractmethod
    def disconnect(
        self,
        sink: MediaElementInterface,
        media_type: types.MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> MaybeAwaitable[None]:
        """MediaElement.disconnect().

        - `sink`: MediaElement.disconnect(sink).
        - `media_type`: MediaElement.disconnect(mediaType).
        - `source_media_description`: MediaElement.disconnect(sourceMediaDescription).
        - `sink_media_description`: MediaElement.disconnect(sinkMediaDescription).
        """

    @abstractmethod
    def set_audio_format(self, caps: types.AudioCaps) -> MaybeAwaitable[None]:
        """MediaElement.setAudioFormat().

        - `caps`: MediaElement.setAudioFormat(caps).
        """

    @abstractmethod
    def set_video_format(self, caps: types.VideoCaps) -> MaybeAwaitable[None]:
        """MediaElement.setVideoFormat().

        - `caps`: MediaElement.setVideoFormat(caps).
        """

    @abstractmethod
    def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[None]:
        """MediaElement.dumpGstreamerDot().

        - `details`: MediaElement.dumpGstreamerDot(details).
        """

    @abstractmethod
    def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[str]:
        """MediaElement.getGstreamerDot().

        - `details`: MediaElement.getGstreamerDot(details).

        Returns: MediaElement.getGstreamerDot=>.
        """

    @abstractmethod
    def get_stats(self, media_type: types.MediaType | None = None) -> MaybeAwaitable[Mapping[str, types.Stats]]:
        """MediaElement.getStats().

        - `media_type`: MediaElement.getStats(mediaType).

        Returns: MediaElement.getStats=>.
        """

    @abstractmethod
    def is_media_flowing_in(
        self,
        media_type: types.MediaType,
        sink_media_description: str = "default",
    ) -> MaybeAwaitable[bool]:
        """MediaElement.isMediaFlowingIn().

        - `media_type`: MediaElement.isMediaFlowingIn(mediaType).
        - `sink_media_description`: MediaElement.isMediaFlowingIn(sinkMediaDescription).

        Returns: MediaElement.isMediaFlowingIn=>.
        """

    @abstractmethod
    def is_media_flowing_out(
        self,
        media_type: types.MediaType,
        source_media_description: str = "default",
    ) -> MaybeAwaitable[bool]:
        """MediaElement.isMediaFlowingOut().

        - `media_type`: MediaElement.isMediaFlowingOut(mediaType).
        - `source_media_description`: MediaElement.isMediaFlowingOut(sourceMediaDescription).

        Returns: MediaElement.isMediaFlowingOut=>.
        """

    @abstractmethod
    def is_media_transcoding(self, media_type: types.MediaType, bin_name: str = "default") -> MaybeAwaitable[bool]:
        """MediaElement.isMediaTranscoding().

        - `media_type`: MediaElement.isMediaTranscoding(mediaType).
        - `bin_name`: MediaElement.isMediaTranscoding(binName).

        Returns: MediaElement.isMediaTranscoding=>.
        """


class EndpointInterface(MediaElementInterface, ABC):
    """Endpoint."""


class SessionEndpointInterface(EndpointInterface, ABC):
    """SessionEndpoint.

    Raises the events `MediaSessionTerminated`, `MediaSessionStarted`.
    """


class SdpEndpointInterface(SessionEndpointInterface, ABC):
    """SdpEndpoint."""

    @property
    @abstractmethod
    def max_audio_recv_bandwidth(self) -> int:
        """SdpEndpoint.maxAudioRecvBandwidth."""

    @max_audio_recv_bandwidth.setter
    @abstractmethod
    def max_audio_recv_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def max_video_recv_bandwidth(self) -> int:
        """SdpEndpoint.maxVideoRecvBandwidth."""

    @max_video_recv_bandwidth.setter
    @abstractmethod
    def max_video_recv_bandwidth(self, value: int) -> None: ...

    @abstractmethod
    def generate_offer(self, options: types.OfferOptions | None = None) -> MaybeAwaitable[str]:
        """SdpEndpoint.generateOffer().

        - `options`: SdpEndpoint.generateOffer(options).

        Returns: SdpEndpoint.generateOffer=>.
        """

    @abstractmethod
    def process_offer(self, offer: str) -> MaybeAwaitable[str]:
        """SdpEndpoint.processOffer().

        - `offer`: SdpEndpoint.processOffer(offer).

        Returns: SdpEndpoint.processOffer=>.
        """

    @abstractmethod
    def process_answer(self, answer: str) -> MaybeAwaitable[str]:
        """SdpEndpoint.processAnswer().

        - `answer`: SdpEndpoint.processAnswer(answer).

        Returns: SdpEndpoint.processAnswer=>.
        """

    @abstractmethod
    def get_local_session_descriptor(self) -> MaybeAwaitable[str]:
        """SdpEndpoint.getLocalSessionDescriptor().

        Returns: SdpEndpoint.getLocalSessionDescriptor=>.
        """

    @abstractmethod
    def get_remote_session_descriptor(self) -> MaybeAwaitable[str]:
        """SdpEndpoint.getRemoteSessionDescriptor().

        Returns: SdpEndpoint.getRemoteSessionDescriptor=>.
        """


class BaseRtpEndpointInterface(SdpEndpointInterface, ABC):
    """BaseRtpEndpoint.

    Raises the events `MediaStateChanged`, `ConnectionStateChanged`.
    """

    @property
    @abstractmethod
    def min_video_recv_bandwidth(self) -> int:
        """BaseRtpEndpoint.minVideoRecvBandwidth."""

    @min_video_recv_bandwidth.setter
    @abstractmethod
    def min_video_recv_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def min_video_send_bandwidth(self) -> int:
        """BaseRtpEndpoint.minVideoSendBandwidth."""

    @min_video_send_bandwidth.setter
    @abstractmethod
    def min_video_send_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def max_video_send_bandwidth(self) -> int:
        """BaseRtpEndpoint.maxVideoSendBandwidth."""

    @max_video_send_bandwidth.setter
    @abstractmethod
    def max_video_send_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def media_state(self) -> types.MediaState:
        """BaseRtpEndpoint.mediaState."""

    @property
    @abstractmethod
    def connection_state(self) -> types.ConnectionState:
        """BaseRtpEndpoint.connectionState."""

    @property
    @abstractmethod
    def mtu(self) -> int:
        """BaseRtpEndpoint.mtu."""

    @mtu.setter
    @abstractmethod
    def mtu(self, value: int) -> None: ...

    @property
    @abstractmethod
    def remb_params(self) -> types.RembParams:
        """BaseRtpEndpoint.rembParams."""

    @remb_params.setter
    @abstractmethod
    def remb_params(self, value: types.RembParams) -> None: ...

    @abstractmethod
    def request_keyframe(self) -> MaybeAwaitable[None]:
        """BaseRtpEndpoint.requestKeyframe()."""


class FilterInterface(MediaElementInterface, ABC):
    """Filter."""


class HubInterface(MediaObjectInterface, ABC):
    """Hub."""

    @abstractmethod
    def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[str]:
        """Hub.getGstreamerDot().

        - `details`: Hub.getGstreamerDot(details).

        Returns: Hub.getGstreamerDot=>.
        """

    @abstractmethod
    def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[None]:
        """Hub.dumpGstreamerDot().

        - `details`: Hub.dumpGstreamerDot(details).
        """


class HubPortInterface(MediaElementInterface, ABC):
    """HubPort.

    Created with:

    - `hub`: HubPort(hub).
    """


class MediaPipelineInterface(MediaObjectInterface, ABC):
    """MediaPipeline."""

    @property
    @abstractmethod
    def latency_stats(self) -> bool:
        """MediaPipeline.latencyStats."""

    @latency_stats.setter
    @abstractmethod
    def latency_stats(self, value: bool) -> None: ...

    @abstractmethod
    def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[str]:
        """MediaPipeline.getGstreamerDot().

        - `details`: MediaPipeline.getGstreamerDot(details).

        Returns: MediaPipeline.getGstreamerDot=>.
        """

    @abstractmethod
    def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[None]:
        """MediaPipeline.dumpGstreamerDot().

        - `details`: MediaPipeline.dumpGstreamerDot(details).
        """


class PassThroughInterface(MediaElementInterface, ABC):
    """PassThrough.

    Created with:

    - `media_pipeline`: PassThrough(mediaPipeline).
    """


class ServerManagerInterface(MediaObjectInterface, ABC):
    """ServerManager.

    Raises the events `ObjectCreated`, `ObjectDestroyed`.
    """

    @property
    @abstractmethod
    def info(self) -> types.ServerInfo:
        """ServerManager.info."""

    @property
    @abstractmethod
    def pipelines(self) -> Sequence[MediaPipelineInterface]:
        """ServerManager.pipelines."""

    @property
    @abstractmethod
    def sessions(self) -> Sequence[str]:
        """ServerManager.sessions."""

    @property
    @abstractmethod
    def metadata(self) -> str:
        """ServerManager.metadata."""

    @abstractmethod
    def get_kmd(self, module_name: str) -> MaybeAwaitable[str]:
        """ServerManager.getKmd().

        - `module_name`: ServerManager.getKmd(moduleName).

        Returns: ServerManager.getKmd=>.
        """

    @abstractmethod
    def get_cpu_count(self) -> MaybeAwaitable[int]:
        """ServerManager.getCpuCount().

        Returns: ServerManager.getCpuCount=>.
        """

    @abstractmethod
    def get_used_cpu(self, interval: int) -> MaybeAwaitable[float]:
        """ServerManager.getUsedCpu().

        - `interval`: ServerManager.getUsedCpu(interval).

        Returns: ServerManager.getUsedCpu=>.
        """

    @abstractmethod
    def get_used_memory(self) -> MaybeAwaitable[int]:
        """ServerManager.getUsedMemory().

        Returns: ServerManager.getUsedMemory=>.
        """


class UriEndpointInterface(EndpointInterface, ABC):
    """UriEndpoint.

    Raises the events `UriEndpointStateChanged`.
    """

    @property
    @abstractmethod
    def uri(self) -> str:
        """UriEndpoint.uri."""

    @property
    @abstractmethod
    def state(self) -> types.UriEndpointState:
        """UriEndpoint.state."""

    @abstractmethod
    def pause(self) -> MaybeAwaitable[None]:
        """UriEndpoint.pause()."""

    @abstractmethod
    def stop(self) -> MaybeAwaitable[None]:
        """UriEndpoint.stop()."""
