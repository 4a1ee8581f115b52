"""Classes of the module `elements`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from kms_trio.client.core.blocking import classes as core_classes

if TYPE_CHECKING:
    from kms_trio.client.core.blocking import types as core_types
    from kms_trio.client.elements.blocking import types


class AlphaBlending(core_classes.Hub):
    """A hub that lays the videos of its ports over each other, each at its own place, size and height in the stack. The
    master port fixes the size and rate of the picture. Audio of all ports is mixed.
    """

    TYPE: ClassVar[str] = "kurento.AlphaBlending"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a hub without ports.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created

    def set_master(self, source: core_classes.HubPort, z_order: int) -> None:
        """Chooses the port whose video fixes size and frame rate of the output.

        - `source`: The port.
        - `z_order`: Its place in the stack; higher lies above lower.
        """
        self._call("setMaster", source, z_order)

    def set_port_properties(
        self,
        relative_x: float,
        relative_y: float,
        z_order: int,
        relative_width: float,
        relative_height: float,
        port: core_classes.HubPort,
    ) -> None:
        """Places the video of a port. Positions and sizes are shares of the master's, from 0 to 1.

        - `relative_x`: Left edge, as a share of the master's width.
        - `relative_y`: Upper edge, as a share of the master's height.
        - `z_order`: Place in the stack; higher lies above lower.
        - `relative_width`: Width, as a share of the master's.
        - `relative_height`: Height, as a share of the master's.
        - `port`: The port to place.
        """
        self._call("setPortProperties", relative_x, relative_y, z_order, relative_width, relative_height, port)


class Composite(core_classes.Hub):
    """A hub that shows the videos of its ports in a grid, to all of them alike. The grid has as many columns as rows or
    one more, in the order of the ports; ports without video get no place. Each port hears the mix of all others.
    """

    TYPE: ClassVar[str] = "kurento.Composite"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        *,
        width: int | None = None,
        height: int | None = None,
        framerate: int | None = None,
    ) -> Self:
        """Makes a hub without ports.

        - `media_pipeline`: The pipeline that it belongs to.
        - `width`: Width of the picture, in pixels. Default: `800`.
        - `height`: Height of the picture, in pixels. Default: `600`.
        - `framerate`: Frames per second of the picture. Default: `15`.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline, width, height, framerate)
        return created


class Dispatcher(core_classes.Hub):
    """A hub that switches: it passes audio and video of one port on to another."""

    TYPE: ClassVar[str] = "kurento.Dispatcher"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a hub without ports.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created

    def connect(self, source: core_classes.HubPort, sink: core_classes.HubPort) -> None:
        """Passes the media of one port on to another, in place of what that one got before.

        - `source`: Port to take media from.
        - `sink`: Port to give media to; may be the same.
        """
        self._call("connect", source, sink)


class DispatcherOneToMany(core_classes.Hub):
    """A hub that passes the media of one port on to all ports."""

    TYPE: ClassVar[str] = "kurento.DispatcherOneToMany"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a hub without ports or source.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created

    def set_source(self, source: core_classes.HubPort) -> None:
        """Chooses the port whose media the others get, in place of an earlier one.

        - `source`: The port.
        """
        self._call("setSource", source)

    def remove_source(self) -> None:
        """Leaves the hub without a source; the ports get nothing."""
        self._call("removeSource")


class HttpEndpoint(core_classes.SessionEndpoint):
    """An endpoint that peers reach over HTTP, at a URL of the server's own."""

    TYPE: ClassVar[str] = "kurento.HttpEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    def get_url(self) -> str:
        """Tells where the endpoint is reached.

        Returns: An `http://` URL, valid while the endpoint lives and its session is not over.
        """
        result: str = self._call("getUrl")
        return result


class HttpPostEndpoint(HttpEndpoint):
    """Takes media in by an HTTP POST of a media file, plain or as a form (`multipart/form-data`). The first request
    starts the session (`MediaSessionStarted`); other clients are refused then. It has no sink: media cannot be sent
    to it.

    Raises the events `EndOfStream`.
    """

    TYPE: ClassVar[str] = "kurento.HttpPostEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        *,
        disconnection_timeout: int | None = None,
        use_encoded_media: bool | None = None,
    ) -> Self:
        """Makes an endpoint and its URL.

        - `media_pipeline`: The pipeline that it belongs to.
        - `disconnection_timeout`: How long the session outlives the client's last connection, in seconds. Default: `2`.
        - `use_encoded_media`: Whether media are passed on as they come, without being decoded. Default: `false`.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline, disconnection_timeout, use_encoded_media)
        return created


class Mixer(core_classes.Hub):
    """A hub that passes media between ports as told, pair by pair: each port hears the mix of the ports connected to
    it, and sees the video connected last.
    """

    TYPE: ClassVar[str] = "kurento.Mixer"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(cls, media_pipeline: core_classes.MediaPipeline) -> Self:
        """Makes a hub without ports.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline)
        return created

    def connect(self, media: core_types.MediaType, source: core_classes.HubPort, sink: core_classes.HubPort) -> None:
        """Passes media of one port on to another.

        - `media`: AUDIO or VIDEO.
        - `source`: Port to take media from.
        - `sink`: Port to give media to.
        """
        self._call("connect", media, source, sink)

    def disconnect(self, media: core_types.MediaType, source: core_classes.HubPort, sink: core_classes.HubPort) -> None:
        """Takes the audio of a port out of the mix of another. Fails with UNSUPPORTED_MEDIA_TYPE (40005) for anything
        but audio.

        - `media`: AUDIO.
        - `source`: Port that media were taken from.
        - `sink`: Port that they were given to.
        """
        self._call("disconnect", media, source, sink)


class PlayerEndpoint(core_classes.UriEndpoint):
    """Plays a file or a stream into the pipeline. Audio and video are decoded and encoded anew for whoever takes them,
    unless `useEncodedMedia` says otherwise.

    A source that cannot be opened or read is told by an `Error` event of type `INVALID_URI` or `INVALID_MEDIA`; the
    player stays usable.

    Raises the events `EndOfStream`.
    """

    TYPE: ClassVar[str] = "kurento.PlayerEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        uri: str,
        *,
        use_encoded_media: bool | None = None,
        network_cache: int | None = None,
    ) -> Self:
        """Makes a player at rest; the URI is opened at `play`.

        - `media_pipeline`: The pipeline that it belongs to.
        - `uri`: What to play: `file:///path`, `http(s)://`, with `user:password@` where needed, or `rtsp://`. Without a
          scheme it is taken relative to the default path of the server's configuration.
        - `use_encoded_media`: Whether media are passed on as they are in the source, which saves decoding and encoding.
          All who receive them must take these codecs, in these sizes and rates; other sinks get nothing they can use.
          Default: `false`.
        - `network_cache`: How much to buffer of an RTSP stream against jitter, in milliseconds. 0 plays at once, with
          gaps where packets come late. Default: `2000`.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline, uri, use_encoded_media, network_cache)
        return created

    def get_video_info(self) -> types.VideoInfo:
        """Length and seekable range of the source; known once it plays."""
        result: types.VideoInfo = self._call("getVideoInfo")
        return result

    def get_element_gstreamer_dot(self) -> str:
        """The inside of the player as a graph in the DOT language."""
        result: str = self._call("getElementGstreamerDot")
        return result

    def get_position(self) -> int:
        """Place in the source, in milliseconds from its start; 0 before it plays. Setting it seeks, and fails with
        PLAYER_SEEK_FAIL (40700) when the source cannot (a live stream).
        """
        result: int = self._call("getPosition")
        return result

    def set_position(self, position: int) -> None:
        """Place in the source, in milliseconds from its start; 0 before it plays. Setting it seeks, and fails with
        PLAYER_SEEK_FAIL (40700) when the source cannot (a live stream).
        """
        self._call("setPosition", position)

    def play(self) -> None:
        """Starts, or goes on after `pause`. After `stop` or the end it starts from the beginning. The end is told by
        `EndOfStream`.
        """
        self._call("play")


class RecorderEndpoint(core_classes.UriEndpoint):
    """Writes what it receives to a file, as Matroska, WebM, MP4 or others. Media that come in the codecs of the profile
    are written as they come; others are transcoded.

    Recording begins when each connected track has data: connect only what will flow. Problems are told by `Error`
    events such as `RESOURCE_ERROR_OPEN`, `RESOURCE_ERROR_WRITE` and `RESOURCE_ERROR_NO_SPACE_LEFT`.

    Raises the events `Recording`, `Paused`, `Stopped`.
    """

    TYPE: ClassVar[str] = "kurento.RecorderEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        uri: str,
        *,
        media_profile: types.MediaProfileSpecType | None = None,
        stop_on_end_of_stream: bool | None = None,
    ) -> Self:
        """Makes a recorder at rest; the file is opened at `record`.

        - `media_pipeline`: The pipeline that it belongs to.
        - `uri`: Where to write: `file:///path`, whose folders are created, or `http(s)://` for an upload by POST, with
          `user:password@` where needed. Without a scheme it is taken relative to the default path of the server's
          configuration. An existing file is replaced.
        - `media_profile`: Container and codecs. Default: `"WEBM"`.
        - `stop_on_end_of_stream`: Whether to stop and finish the file when the source's media end, as with a
          PlayerEndpoint. Default: `false`.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline, uri, media_profile, stop_on_end_of_stream)
        return created

    def record(self) -> None:
        """Starts, or goes on after `pause`; the pause leaves no gap in the file. `Recording` tells when data are
        written. A recorder that was stopped does not start again.
        """
        self._call("record")

    def stop_and_wait(self) -> None:
        """Stops and waits until the file is complete, for 4 seconds at most."""
        self._call("stopAndWait")


class RtpEndpoint(core_classes.BaseRtpEndpoint):
    """Sends and receives plain RTP (RFC 3550), or SRTP with keys in the SDP (SDES, RFC 4568). Audio and video use
    separate ports, each with RTCP on the next one.

    For peers behind NAT it can learn their address from the first packets: an offer with `a=direction:active` switches
    that on.

    Raises the events `OnKeySoftLimit`.
    """

    TYPE: ClassVar[str] = "kurento.RtpEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        *,
        crypto: types.SDES | None = None,
        use_ipv6: bool | None = None,
    ) -> Self:
        """Makes an endpoint that is not negotiated yet.

        - `media_pipeline`: The pipeline that it belongs to.
        - `crypto`: Encryption by SDES: suite and key. Without a suite the media are not encrypted. Default: `{}`.
        - `use_ipv6`: Whether to use IPv6 rather than IPv4. Default: `false`.
        """
        created: Self = cls._create(media_pipeline.kurento, media_pipeline, crypto, use_ipv6)
        return created


class WebRtcEndpoint(core_classes.BaseRtpEndpoint):
    """Talks to a browser, or any peer that speaks WebRTC: ICE, DTLS-SRTP, RTP with feedback, and data channels if
    wanted.

    A negotiation takes these steps: subscribe to `IceCandidateFound`; `processOffer`, or `generateOffer` and
    `processAnswer`; then `gatherCandidates`. Candidates found are sent to the peer, the peer's are passed to
    `addIceCandidate`, at any time after the creation. With `gatherCandidates` first, those found so far stand in the
    SDP.

    Addresses of STUN and TURN servers must be set before candidates are gathered.

    Raises the events `IceCandidateFound`, `IceGatheringDone`, `IceComponentStateChanged`, `DtlsConnectionStateChange`,
    `DataChannelOpened`, `DataChannelClosed`, `NewCandidatePairSelected`.
    """

    TYPE: ClassVar[str] = "kurento.WebRtcEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.elements.blocking"

    @classmethod
    def create(
        cls,
        media_pipeline: core_classes.MediaPipeline,
        *,
        recvonly: bool | None = None,
        sendonly: bool | None = None,
        use_data_channels: bool | None = None,
        certificate_key_type: types.CertificateKeyType | None = None,
        qos_dscp: types.DSCPValue | None = None,
    ) -> Self:
        """Makes an endpoint that is not negotiated yet.

        - `media_pipeline`: The pipeline that it belongs to.
        - `recvonly`: Only receive media from the peer. Default: `false`.
        - `sendonly`: Only send media to the peer. Default: `false`.
        - `use_data_channels`: Whether to offer or accept data channels; without it a section for them is rejected.
          Default: `false`.
        - `certificate_key_type`: Kind of key of the DTLS certificate. Default: `"RSA"`.
        - `qos_dscp`: How packets are marked for the network's quality of service. Default: `"NO_VALUE"`.
        """
        created: Self = cls._create(
            media_pipeline.kurento,
            media_pipeline,
            recvonly,
            sendonly,
            use_data_channels,
            certificate_key_type,
            qos_dscp,
        )
        return created

    def get_network_interfaces(self) -> str:
        """Names of the network interfaces to gather candidates from, with commas between; empty for all."""
        result: str = self._call("getNetworkInterfaces")
        return result

    def set_network_interfaces(self, network_interfaces: str) -> None:
        """Names of the network interfaces to gather candidates from, with commas between; empty for all."""
        self._call("setNetworkInterfaces", network_interfaces)

    def get_ice_tcp(self) -> bool:
        """Whether to gather TCP candidates (RFC 6544) too; true by default. Without them gathering and connecting are a
        little quicker, but peers that only have TCP cannot connect.
        """
        result: bool = self._call("getIceTcp")
        return result

    def set_ice_tcp(self, ice_tcp: bool) -> None:
        """Whether to gather TCP candidates (RFC 6544) too; true by default. Without them gathering and connecting are a
        little quicker, but peers that only have TCP cannot connect.
        """
        self._call("setIceTcp", ice_tcp)

    def get_stun_server_address(self) -> str:
        """IP address of a STUN server, which tells the server its public address. Needed behind NAT unless TURN or
        `externalIPv4` is used.
        """
        result: str = self._call("getStunServerAddress")
        return result

    def set_stun_server_address(self, stun_server_address: str) -> None:
        """IP address of a STUN server, which tells the server its public address. Needed behind NAT unless TURN or
        `externalIPv4` is used.
        """
        self._call("setStunServerAddress", stun_server_address)

    def get_stun_server_port(self) -> int:
        """Port of the STUN server; usually 3478."""
        result: int = self._call("getStunServerPort")
        return result

    def set_stun_server_port(self, stun_server_port: int) -> None:
        """Port of the STUN server; usually 3478."""
        self._call("setStunServerPort", stun_server_port)

    def get_turn_url(self) -> str:
        """TURN server with credentials, as `user:password@address:port`, perhaps with `?transport=udp`, `tcp` or `tls`;
        the address is an IP address. It serves as a STUN server as well.
        """
        result: str = self._call("getTurnUrl")
        return result

    def set_turn_url(self, turn_url: str) -> None:
        """TURN server with credentials, as `user:password@address:port`, perhaps with `?transport=udp`, `tcp` or `tls`;
        the address is an IP address. It serves as a STUN server as well.
        """
        self._call("setTurnUrl", turn_url)

    def get_external_ipv4(self) -> str:
        """Public IPv4 address to put into all local IPv4 candidates, when the server is behind NAT with its ports
        forwarded. Makes a STUN server needless.
        """
        result: str = self._call("getExternalIPv4")
        return result

    def set_external_ipv4(self, external_ipv4: str) -> None:
        """Public IPv4 address to put into all local IPv4 candidates, when the server is behind NAT with its ports
        forwarded. Makes a STUN server needless.
        """
        self._call("setExternalIPv4", external_ipv4)

    def get_external_ipv6(self) -> str:
        """Public IPv6 address to put into all local IPv6 candidates."""
        result: str = self._call("getExternalIPv6")
        return result

    def set_external_ipv6(self, external_ipv6: str) -> None:
        """Public IPv6 address to put into all local IPv6 candidates."""
        self._call("setExternalIPv6", external_ipv6)

    def get_ice_candidate_pairs(self) -> Sequence[types.IceCandidatePair]:
        """The candidate pairs in use, one for each component; empty before ICE is connected."""
        result: Sequence[types.IceCandidatePair] = self._call("getICECandidatePairs")
        return result

    def get_ice_connection_state(self) -> Sequence[types.IceConnection]:
        """State of ICE for each component."""
        result: Sequence[types.IceConnection] = self._call("getIceConnectionState")
        return result

    def get_dtls_connection_state(self) -> Sequence[types.DtlsConnection]:
        """State of DTLS for each connection."""
        result: Sequence[types.DtlsConnection] = self._call("getDtlsConnectionState")
        return result

    def gather_candidates(self) -> None:
        """Begins to gather candidates. Each is told by `IceCandidateFound`, the end by `IceGatheringDone`. Fails with
        ICE_GATHER_CANDIDATES_ERROR (40400) when that is impossible.
        """
        self._call("gatherCandidates")

    def add_ice_candidate(self, candidate: types.IceCandidate) -> None:
        """Takes a candidate of the peer. Before the peer's SDP is known it is kept for later. An empty one, the end of
        candidates, is ignored. Fails with ICE_ADD_CANDIDATE_ERROR (40401) when it cannot be read.

        - `candidate`: The candidate.
        """
        self._call("addIceCandidate", candidate)

    def create_data_channel(
        self,
        label: str | None = None,
        ordered: bool | None = None,
        max_packet_life_time: int | None = None,
        max_retransmits: int | None = None,
        protocol: str | None = None,
    ) -> None:
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
        self._call("createDataChannel", label, ordered, max_packet_life_time, max_retransmits, protocol)

    def close_data_channel(self, channel_id: int) -> None:
        """Closes a data channel; `DataChannelClosed` follows.

        - `channel_id`: Id of the channel.
        """
        self._call("closeDataChannel", channel_id)
