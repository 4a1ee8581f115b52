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
    """A hub that lays the videos of its ports over each other, each at its own place, size and height in the stack. The
    master port fixes the size and rate of the picture. Audio of all ports is mixed.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def set_master(self, source: core_interfaces.HubPortInterface, z_order: int) -> MaybeAwaitable[None]:
        """Chooses the port whose video fixes size and frame rate of the output.

        - `source`: The port.
        - `z_order`: Its place in the stack; higher lies above lower.
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
        """Places the video of a port. Positions and sizes are shares of the master's, from 0 to 1.

        - `relative_x`: Left edge, as a share of the master's width.
        - `relative_y`: Upper edge, as a share of the master's height.
        - `z_order`: Place in the stack; higher lies above lower.
        - `relative_width`: Width, as a share of the master's.
        - `relative_height`: Height, as a share of the master's.
        - `port`: The port to place.
        """


class CompositeInterface(core_interfaces.HubInterface, ABC):
    """A hub that shows the videos of its ports in a grid, to all of them alike. The grid has as many columns as rows or
    one more, in the order of the ports; ports without video get no place. Each port hears the mix of all others.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `width`: Width of the picture, in pixels. Default: `800`.
    - `height`: Height of the picture, in pixels. Default: `600`.
    - `framerate`: Frames per second of the picture. Default: `15`.
    """


class DispatcherInterface(core_interfaces.HubInterface, ABC):
    """A hub that switches: it passes audio and video of one port on to another.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def connect(
        self,
        source: core_interfaces.HubPortInterface,
        sink: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """Passes the media of one port on to another, in place of what that one got before.

        - `source`: Port to take media from.
        - `sink`: Port to give media to; may be the same.
        """


class DispatcherOneToManyInterface(core_interfaces.HubInterface, ABC):
    """A hub that passes the media of one port on to all ports.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def set_source(self, source: core_interfaces.HubPortInterface) -> MaybeAwaitable[None]:
        """Chooses the port whose media the others get, in place of an earlier one.

        - `source`: The port.
        """

    @abstractmethod
    def remove_source(self) -> MaybeAwaitable[None]:
        """Leaves the hub without a source; the ports get nothing."""


class HttpEndpointInterface(core_interfaces.SessionEndpointInterface, ABC):
    """An endpoint that peers reach over HTTP, at a URL of the server's own."""

    @abstractmethod
    def get_url(self) -> MaybeAwaitable[str]:
        """Tells where the endpoint is reached.

        Returns: An `http://` URL, valid while the endpoint lives and its session is not over.
        """


class HttpPostEndpointInterface(HttpEndpointInterface, ABC):
    """Takes media in by an HTTP POST of a media file, plain or as a form (`multipart/form-data`). The first request
    starts the session (`MediaSessionStarted`); other clients are refused then. It has no sink: media cannot be sent
    to it.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `disconnection_timeout`: How long the session outlives the client's last connection, in seconds. Default: `2`.
    - `use_encoded_media`: Whether media are passed on as they come, without being decoded. Default: `false`.

    Raises the events `EndOfStream`.
    """


class MixerInterface(core_interfaces.HubInterface, ABC):
    """A hub that passes media between ports as told, pair by pair: each port hears the mix of the ports connected to
    it, and sees the video connected last.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """

    @abstractmethod
    def connect(
        self,
        media: core_types.MediaType,
        source: core_interfaces.HubPortInterface,
        sink: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """Passes media of one port on to another.

        - `media`: AUDIO or VIDEO.
        - `source`: Port to take media from.
        - `sink`: Port to give media to.
        """

    @abstractmethod
    def disconnect(
        self,
        media: core_types.MediaType,
        source: core_interfaces.HubPortInterface,
        sink: core_interfaces.HubPortInterface,
    ) -> MaybeAwaitable[None]:
        """Takes the audio of a port out of the mix of another. Fails with UNSUPPORTED_MEDIA_TYPE (40005) for anything
        but audio.

        - `media`: AUDIO.
        - `source`: Port that media were taken from.
        - `sink`: Port that they were given to.
        """


class PlayerEndpointInterface(core_interfaces.UriEndpointInterface, ABC):
    """Plays a file or a stream into the pipeline. Audio and video are decoded and encoded anew for whoever takes them,
    unless `useEncodedMedia` says otherwise.

    A source that cannot be opened or read is told by an `Error` event of type `INVALID_URI` or `INVALID_MEDIA`; the
    player stays usable.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `uri`: What to play: `file:///path`, `http(s)://`, with `user:password@` where needed, or `rtsp://`. Without a
      scheme it is taken relative to the default path of the server's configuration.
    - `use_encoded_media`: Whether media are passed on as they are in the source, which saves decoding and encoding. All
      who receive them must take these codecs, in these sizes and rates; other sinks get nothing they can use. Default:
      `false`.
    - `network_cache`: How much to buffer of an RTSP stream against jitter, in milliseconds. 0 plays at once, with gaps
      where packets come late. Default: `2000`.

    Raises the events `EndOfStream`.
    """

    @property
    @abstractmethod
    def video_info(self) -> types.VideoInfo:
        """Length and seekable range of the source; known once it plays."""

    @property
    @abstractmethod
    def element_gstreamer_dot(self) -> str:
        """The inside of the player as a graph in the DOT language."""

    @property
    @abstractmethod
    def position(self) -> int:
        """Place in the source, in milliseconds from its start; 0 before it plays. Setting it seeks, and fails with
        PLAYER_SEEK_FAIL (40700) when the source cannot (a live stream).
        """

    @position.setter
    @abstractmethod
    def position(self, value: int) -> None: ...

    @abstractmethod
    def play(self) -> MaybeAwaitable[None]:
        """Starts, or goes on after `pause`. After `stop` or the end it starts from the beginning. The end is told by
        `EndOfStream`.
        """


class RecorderEndpointInterface(core_interfaces.UriEndpointInterface, ABC):
    """Writes what it receives to a file, as Matroska, WebM, MP4 or others. Media that come in the codecs of the profile
    are written as they come; others are transcoded.

    Recording begins when each connected track has data: connect only what will flow. Problems are told by `Error`
    events such as `RESOURCE_ERROR_OPEN`, `RESOURCE_ERROR_WRITE` and `RESOURCE_ERROR_NO_SPACE_LEFT`.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `uri`: Where to write: `file:///path`, whose folders are created, or `http(s)://` for an upload by POST, with
      `user:password@` where needed. Without a scheme it is taken relative to the default path of the server's
      configuration. An existing file is replaced.
    - `media_profile`: Container and codecs. Default: `"WEBM"`.
    - `stop_on_end_of_stream`: Whether to stop and finish the file when the source's media end, as with a
      PlayerEndpoint. Default: `false`.

    Raises the events `Recording`, `Paused`, `Stopped`.
    """

    @abstractmethod
    def record(self) -> MaybeAwaitable[None]:
        """Starts, or goes on after `pause`; the pause leaves no gap in the file. `Recording` tells when data are
        written. A recorder that was stopped does not start again.
        """

    @abstractmethod
    def stop_and_wait(self) -> MaybeAwaitable[None]:
        """Stops and waits until the file is complete, for 4 seconds at most."""


class RtpEndpointInterface(core_interfaces.BaseRtpEndpointInterface, ABC):
    """Sends and receives plain RTP (RFC 3550), or SRTP with keys in the SDP (SDES, RFC 4568). Audio and video use
    separate ports, each with RTCP on the next one.

    For peers behind NAT it can learn their address from the first packets: an offer with `a=direction:active` switches
    that on.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `crypto`: Encryption by SDES: suite and key. Without a suite the media are not encrypted. Default: `{}`.
    - `use_ipv6`: Whether to use IPv6 rather than IPv4. Default: `false`.

    Raises the events `OnKeySoftLimit`.
    """


class WebRtcEndpointInterface(core_interfaces.BaseRtpEndpointInterface, ABC):
    """Talks to a browser, or any peer that speaks WebRTC: ICE, DTLS-SRTP, RTP with feedback, and data channels if
    wanted.

    A negotiation takes these steps: subscribe to `IceCandidateFound`; `processOffer`, or `generateOffer` and
    `processAnswer`; then `gatherCandidates`. Candidates found are sent to the peer, the peer's are passed to
    `addIceCandidate`, at any time after the creation. With `gatherCandidates` first, those found so far stand in the
    SDP.

    Addresses of STUN and TURN servers must be set before candidates are gathered.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `recvonly`: Only receive media from the peer. Default: `false`.
    - `sendonly`: Only send media to the peer. Default: `false`.
    - `use_data_channels`: Whether to offer or accept data channels; without it a section for them is rejected. Default:
      `false`.
    - `certificate_key_type`: Kind of key of the DTLS certificate. Default: `"RSA"`.
    - `qos_dscp`: How packets are marked for the network's quality of service. Default: `"NO_VALUE"`.

    Raises the events `IceCandidateFound`, `IceGatheringDone`, `IceComponentStateChanged`, `DtlsConnectionStateChange`,
    `DataChannelOpened`, `DataChannelClosed`, `NewCandidatePairSelected`.
    """

    @property
    @abstractmethod
    def network_interfaces(self) -> str:
        """Names of the network interfaces to gather candidates from, with commas between; empty for all."""

    @network_interfaces.setter
    @abstractmethod
    def network_interfaces(self, value: str) -> None: ...

    @property
    @abstractmethod
    def ice_tcp(self) -> bool:
        """Whether to gather TCP candidates (RFC 6544) too; true by default. Without them gathering and connecting are a
        little quicker, but peers that only have TCP cannot connect.
        """

    @ice_tcp.setter
    @abstractmethod
    def ice_tcp(self, value: bool) -> None: ...

    @property
    @abstractmethod
    def stun_server_address(self) -> str:
        """IP address of a STUN server, which tells the server its public address. Needed behind NAT unless TURN or
        `externalIPv4` is used.
        """

    @stun_server_address.setter
    @abstractmethod
    def stun_server_address(self, value: str) -> None: ...

    @property
    @abstractmethod
    def stun_server_port(self) -> int:
        """Port of the STUN server; usually 3478."""

    @stun_server_port.setter
    @abstractmethod
    def stun_server_port(self, value: int) -> None: ...

    @property
    @abstractmethod
    def turn_url(self) -> str:
        """TURN server with credentials, as `user:password@address:port`, perhaps with `?transport=udp`, `tcp` or `tls`;
        the address is an IP address. It serves as a STUN server as well.
        """

    @turn_url.setter
    @abstractmethod
    def turn_url(self, value: str) -> None: ...

    @property
    @abstractmethod
    def external_ipv4(self) -> str:
        """Public IPv4 address to put into all local IPv4 candidates, when the server is behind NAT with its ports
        forwarded. Makes a STUN server needless.
        """

    @external_ipv4.setter
    @abstractmethod
    def external_ipv4(self, value: str) -> None: ...

    @property
    @abstractmethod
    def external_ipv6(self) -> str:
        """Public IPv6 address to put into all local IPv6 candidates."""

    @external_ipv6.setter
    @abstractmethod
    def external_ipv6(self, value: str) -> None: ...

    @property
    @abstractmethod
    def ice_candidate_pairs(self) -> Sequence[types.IceCandidatePair]:
        """The candidate pairs in use, one for each component; empty before ICE is connected."""

    @property
    @abstractmethod
    def ice_connection_state(self) -> Sequence[types.IceConnection]:
        """State of ICE for each component."""

    @property
    @abstractmethod
    def dtls_connection_state(self) -> Sequence[types.DtlsConnection]:
        """State of DTLS for each connection."""

    @abstractmethod
    def gather_candidates(self) -> MaybeAwaitable[None]:
        """Begins to gather candidates. Each is told by `IceCandidateFound`, the end by `IceGatheringDone`. Fails with
        ICE_GATHER_CANDIDATES_ERROR (40400) when that is impossible.
        """

    @abstractmethod
    def add_ice_candidate(self, candidate: types.IceCandidate) -> MaybeAwaitable[None]:
        """Takes a candidate of the peer. Before the peer's SDP is known it is kept for later. An empty one, the end of
        candidates, is ignored. Fails with ICE_ADD_CANDIDATE_ERROR (40401) when it cannot be read.

        - `candidate`: The candidate.
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
        """Opens a data channel to the peer; its id comes with `DataChannelOpened`. By default it is reliable and in
        order. Fails with MEDIA_OBJECT_OPERATION_NOT_SUPPORTED (40111) when data channels were not negotiated, and
        with MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) when both limits are given.

        - `label`: A label that the peer sees. Default: `""`.
        - `ordered`: Whether messages arrive in the order sent. Default: `true`.
        - `max_packet_life_time`: How long to try to deliver a message, in milliseconds; -1 for ever. At most 65535.
          Default: `-1`.
        - `max_retransmits`: How often to repeat a message that was lost; -1 until it arrives. At most 65535. Default:
          `-1`.
        - `protocol`: A sub-protocol that the peer sees. Default: `""`.
        """

    @abstractmethod
    def close_data_channel(self, channel_id: int) -> MaybeAwaitable[None]:
        """Closes a data channel; `DataChannelClosed` follows.

        - `channel_id`: Id of the channel.
        """
