"""Abstract bases of the classes of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kms_trio.generated.core import interfaces as core_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable
    from kms_elements.generated import types
    from kms_trio.generated.core import types as core_types


class AlphaBlendingInterface(core_interfaces.HubInterface, ABC):
    """AlphaBlending.

    Created with:

    - `media_pipeline`: AlphaBlending(mediaPipeline).
    """

    @abstractmethod
    def set_master(self, source: core_interfaces.HubPortInterface, z_order: int) -> MaybeAwaitable[None]:
        """AlphaBlending.setMaster().

        - `source`: AlphaBlending.setMaster(source).
        - `z_order`: AlphaBlending.setMaster(zOrder).
        """

    @abstractmethod
    def set_port_properties(
        self,
        relative_x: float,
        relative_y: float,
        z_order: int,
        relative_width: float,
        relative_height: float,
        port: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """AlphaBlending.setPortProperties().

        - `relative_x`: AlphaBlending.setPortProperties(relativeX).
        - `relative_y`: AlphaBlending.setPortProperties(relativeY).
        - `z_order`: AlphaBlending.setPortProperties(zOrder).
        - `relative_width`: AlphaBlending.setPortProperties(relativeWidth).
        - `relative_height`: AlphaBlending.setPortProperties(relativeHeight).
        - `port`: AlphaBlending.setPortProperties(port).
        """


class CompositeInterface(core_interfaces.HubInterface, ABC):
    """Composite.

    Created with:

    - `media_pipeline`: Composite(mediaPipeline).
    - `width`: Composite(width).
    - `height`: Composite(height).
    - `framerate`: Composite(framerate).
    """


class DispatcherInterface(core_interfaces.HubInterface, ABC):
    """Dispatcher.

    Created with:

    - `media_pipeline`: Dispatcher(mediaPipeline).
    """

    @abstractmethod
    def connect(
        self,
        source: core_interfaces.HubPortInterface,
        sink: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """Dispatcher.connect().

        - `source`: Dispatcher.connect(source).
        - `sink`: Dispatcher.connect(sink).
        """


class DispatcherOneToManyInterface(core_interfaces.HubInterface, ABC):
    """DispatcherOneToMany.

    Created with:

    - `media_pipeline`: DispatcherOneToMany(mediaPipeline).
    """

    @abstractmethod
    def set_source(self, source: core_interfaces.HubPortInterface) -> MaybeAwaitable[None]:
        """DispatcherOneToMany.setSource().

        - `source`: DispatcherOneToMany.setSource(source).
        """

    @abstractmethod
    def remove_source(self) -> MaybeAwaitable[None]:
        """DispatcherOneToMany.removeSource()."""


class HttpEndpointInterface(core_interfaces.SessionEndpointInterface, ABC):
    """HttpEndpoint."""

    @abstractmethod
    def get_url(self) -> MaybeAwaitable[str]:
        """HttpEndpoint.getUrl().

        Returns: HttpEndpoint.getUrl=>.
        """


class HttpPostEndpointInterface(HttpEndpointInterface, ABC):
    """HttpPostEndpoint.

    Created with:

    - `media_pipeline`: HttpPostEndpoint(mediaPipeline).
    - `disconnection_timeout`: HttpPostEndpoint(disconnectionTimeout).
    - `use_encoded_media`: HttpPostEndpoint(useEncodedMedia).

    Raises the events `EndOfStream`.
    """


class MixerInterface(core_interfaces.HubInterface, ABC):
    """Mixer.

    Created with:

    - `media_pipeline`: Mixer(mediaPipeline).
    """

    @abstractmethod
    def connect(
        self,
        media: core_types.MediaType,
        source: core_interfaces.HubPortInterface,
        sink: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """Mixer.connect().

        - `media`: Mixer.connect(media).
        - `source`: Mixer.connect(source).
        - `sink`: Mixer.connect(sink).
        """

    @abstractmethod
    def disconnect(
        self,
        media: core_types.MediaType,
        source: core_interfaces.HubPortInterface,
        sink: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """Mixer.disconnect().

        - `media`: Mixer.disconnect(media).
        - `source`: Mixer.disconnect(source).
        - `sink`: Mixer.disconnect(sink).
        """


class PlayerEndpointInterface(core_interfaces.UriEndpointInterface, ABC):
    """PlayerEndpoint.

    Created with:

    - `media_pipeline`: PlayerEndpoint(mediaPipeline).
    - `uri`: PlayerEndpoint(uri).
    - `use_encoded_media`: PlayerEndpoint(useEncodedMedia).
    - `network_cache`: PlayerEndpoint(networkCache).

    Raises the events `EndOfStream`.
    """

    @property
    @abstractmethod
    def video_info(self) -> types.VideoInfo:
        """PlayerEndpoint.videoInfo."""

    @property
    @abstractmethod
    def element_gstreamer_dot(self) -> str:
        """PlayerEndpoint.elementGstreamerDot."""

    @property
    @abstractmethod
    def position(self) -> int:
        """PlayerEndpoint.position."""

    @position.setter
    @abstractmethod
    def position(self, value: int) -> None: ...

    @abstractmethod
    def play(self) -> MaybeAwaitable[None]:
        """PlayerEndpoint.play()."""


class RecorderEndpointInterface(core_interfaces.UriEndpointInterface, ABC):
    """RecorderEndpoint.

    Created with:

    - `media_pipeline`: RecorderEndpoint(mediaPipeline).
    - `uri`: RecorderEndpoint(uri).
    - `media_profile`: RecorderEndpoint(mediaProfile).
    - `stop_on_end_of_stream`: RecorderEndpoint(stopOnEndOfStream).

    Raises the events `Recording`, `Paused`, `Stopped`.
    """

    @abstractmethod
    def record(self) -> MaybeAwaitable[None]:
        """RecorderEndpoint.record()."""

    @abstractmethod
    def stop_and_wait(self) -> MaybeAwaitable[None]:
        """RecorderEndpoint.stopAndWait()."""


class RtpEndpointInterface(core_interfaces.BaseRtpEndpointInterface, ABC):
    """RtpEndpoint.

    Created with:

    - `media_pipeline`: RtpEndpoint(mediaPipeline).
    - `crypto`: RtpEndpoint(crypto).
    - `use_ipv6`: RtpEndpoint(useIpv6).

    Raises the events `OnKeySoftLimit`.
    """


class WebRtcEndpointInterface(core_interfaces.BaseRtpEndpointInterface, ABC):
    """WebRtcEndpoint.

    Created with:

    - `media_pipeline`: WebRtcEndpoint(mediaPipeline).
    - `recvonly`: WebRtcEndpoint(recvonly).
    - `sendonly`: WebRtcEndpoint(sendonly).
    - `use_data_channels`: WebRtcEndpoint(useDataChannels).
    - `certificate_key_type`: WebRtcEndpoint(certificateKeyType).
    - `qos_dscp`: WebRtcEndpoint(qosDscp).

    Raises the events `IceCandidateFound`, `IceGatheringDone`, `IceComponentStateChanged`, `DtlsConnectionStateChange`,
    `DataChannelOpened`, `DataChannelClosed`, `NewCandidatePairSelected`.
    """

    @property
    @abstractmethod
    def network_interfaces(self) -> str:
        """WebRtcEndpoint.networkInterfaces."""

    @network_interfaces.setter
    @abstractmethod
    def network_interfaces(self, value: str) -> None: ...

    @property
    @abstractmethod
    def ice_tcp(self) -> bool:
        """WebRtcEndpoint.iceTcp."""

    @ice_tcp.setter
    @abstractmethod
    def ice_tcp(self, value: bool) -> None: ...

    @property
    @abstractmethod
    def stun_server_address(self) -> str:
        """WebRtcEndpoint.stunServerAddress."""

    @stun_server_address.setter
    @abstractmethod
    def stun_server_address(self, value: str) -> None: ...

    @property
    @abstractmethod
    def stun_server_port(self) -> int:
        """WebRtcEndpoint.stunServerPort."""

    @stun_server_port.setter
    @abstractmethod
    def stun_server_port(self, value: int) -> None: ...

    @property
    @abstractmethod
    def turn_url(self) -> str:
        """WebRtcEndpoint.turnUrl."""

    @turn_url.setter
    @abstractmethod
    def turn_url(self, value: str) -> None: ...

    @property
    @abstractmethod
    def external_ipv4(self) -> str:
        """WebRtcEndpoint.externalIPv4."""

    @external_ipv4.setter
    @abstractmethod
    def external_ipv4(self, value: str) -> None: ...

    @property
    @abstractmethod
    def external_ipv6(self) -> str:
        """WebRtcEndpoint.externalIPv6."""

    @external_ipv6.setter
    @abstractmethod
    def external_ipv6(self, value: str) -> None: ...

    @property
    @abstractmethod
    def ice_candidate_pairs(self) -> Sequence[types.IceCandidatePair]:
        """WebRtcEndpoint.ICECandidatePairs."""

    @property
    @abstractmethod
    def ice_connection_state(self) -> Sequence[types.IceConnection]:
        """WebRtcEndpoint.IceConnectionState."""

    @property
    @abstractmethod
    def dtls_connection_state(self) -> Sequence[types.DtlsConnection]:
        """WebRtcEndpoint.DtlsConnectionState."""

    @abstractmethod
    def gather_candidates(self) -> MaybeAwaitable[None]:
        """WebRtcEndpoint.gatherCandidates()."""

    @abstractmethod
    def add_ice_candidate(self, candidate: types.IceCandidate) -> MaybeAwaitable[None]:
        """WebRtcEndpoint.addIceCandidate().

        - `candidate`: WebRtcEndpoint.addIceCandidate(candidate).
        """

    @abstractmethod
    def create_data_channel(
        self,
        label: str = "",
        ordered: bool = True,
        max_packet_life_time: int = -1,
        max_retransmits: int = -1,
        protocol: str = "",
    ) -> MaybeAwaitable[None]:
        """WebRtcEndpoint.createDataChannel().

        - `label`: WebRtcEndpoint.createDataChannel(label).
        - `ordered`: WebRtcEndpoint.createDataChannel(ordered).
        - `max_packet_life_time`: WebRtcEndpoint.createDataChannel(maxPacketLifeTime).
        - `max_retransmits`: WebRtcEndpoint.createDataChannel(maxRetransmits).
        - `protocol`: WebRtcEndpoint.createDataChannel(protocol).
        """

    @abstractmethod
    def close_data_channel(self, channel_id: int) -> MaybeAwaitable[None]:
        """WebRtcEndpoint.closeDataChannel().

        - `channel_id`: WebRtcEndpoint.closeDataChannel(channelId).
        """
