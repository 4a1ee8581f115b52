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
    """Base of everything that clients create on the server: pipelines, elements, hubs. It has an id, a parent that owns
    it, tags that an application may attach, and an `Error` event for failures that no request is waiting for.

    Raises the events `Error`.
    """

    @property
    @abstractmethod
    def media_pipeline(self) -> MediaPipelineInterface | None:
        """The pipeline that this object belongs to. A pipeline answers with itself."""

    @property
    @abstractmethod
    def parent(self) -> MediaObjectInterface | None:
        """The object that owns this one: the pipeline of an element, the hub of a port. null for a pipeline. Releasing
        the parent releases this object too.
        """

    @property
    @abstractmethod
    def id(self) -> str:
        """Identifier of the object, unique on the server. It begins with the id of the parent:
        `<uuid>_kurento.MediaPipeline/<uuid>_kurento.WebRtcEndpoint`.
        """

    @property
    @abstractmethod
    def children(self) -> Sequence[MediaObjectInterface]:
        """The objects whose parent is this one; empty for a leaf."""

    @property
    @abstractmethod
    def name(self) -> str:
        """A name for people and logs, free to choose and not necessarily unique. It is the id until it is set."""

    @name.setter
    @abstractmethod
    def name(self, value: str) -> None: ...

    @property
    @abstractmethod
    def send_tags_in_events(self) -> bool:
        """Whether the events of this object carry its tags. Without it their `tags` is an empty list."""

    @send_tags_in_events.setter
    @abstractmethod
    def send_tags_in_events(self, value: bool) -> None: ...

    @property
    @abstractmethod
    def creation_time(self) -> int:
        """When the object was created, in seconds since 1970-01-01 UTC."""

    @abstractmethod
    def add_tag(self, key: str, value: str) -> MaybeAwaitable[None]:
        """Attaches a tag. A tag that exists under this key gets the new value.

        - `key`: Name of the tag.
        - `value`: Its value.
        """

    @abstractmethod
    def remove_tag(self, key: str) -> MaybeAwaitable[None]:
        """Removes a tag. Does nothing when there is none under this key.

        - `key`: Name of the tag.
        """

    @abstractmethod
    def get_tag(self, key: str) -> MaybeAwaitable[str]:
        """Looks a tag up. Fails with MEDIA_OBJECT_TAG_KEY_NOT_FOUND (40110) when there is none under this key.

        - `key`: Name of the tag.

        Returns: The tag's value.
        """

    @abstractmethod
    def get_tags(self) -> MaybeAwaitable[Sequence[types.Tag]]:
        """Lists all tags of this object; tags of its parent are not included.

        Returns: The tags, in no particular order.
        """


class MediaElementInterface(MediaObjectInterface, ABC):
    """A piece of a pipeline that produces, consumes or processes media. It has sources, where media leave it, and
    sinks, where they enter; connecting a source with a sink lets them flow. Codecs are adapted where both sides want
    different ones.

    One source may feed any number of sinks, whereas a sink takes from one source for each media type and description.
    An element may be connected to itself.

    Raises the events `ElementConnected`, `ElementDisconnected`, `MediaFlowOutStateChanged`, `MediaFlowInStateChanged`,
    `MediaTranscodingStateChanged`.
    """

    @property
    @abstractmethod
    def encoder_bitrate(self) -> int:
        """Bitrate that encoders of this element's output aim at, in bps; 300000 by default. Kept between the minimum
        and maximum. Only encoders are affected: media passed on as they came keep their rate. To be set before media
        flow.
        """

    @encoder_bitrate.setter
    @abstractmethod
    def encoder_bitrate(self, value: int) -> None: ...

    @property
    @abstractmethod
    def min_encoder_bitrate(self) -> int:
        """Least bitrate of encoders of this element's output, in bps; 0 by default. Raises `encoderBitrate` when that
        is lower.
        """

    @min_encoder_bitrate.setter
    @abstractmethod
    def min_encoder_bitrate(self, value: int) -> None: ...

    @property
    @abstractmethod
    def max_encoder_bitrate(self) -> int:
        """Most bitrate of encoders of this element's output, in bps; unlimited by default. Lowers `encoderBitrate` when
        that is higher.
        """

    @max_encoder_bitrate.setter
    @abstractmethod
    def max_encoder_bitrate(self, value: int) -> None: ...

    @abstractmethod
    def get_source_connections(
        self,
        media_type: types.MediaType | None = None,
        description: str | None = None,
    ) -> MaybeAwaitable[Sequence[types.ElementConnectionData]]:
        """Lists the connections that feed this element, all of them without arguments.

        - `media_type`: Only those of this media type.
        - `description`: Only those to the sink of this description.

        Returns: The connections in which this element is the sink.
        """

    @abstractmethod
    def get_sink_connections(
        self,
        media_type: types.MediaType | None = None,
        description: str | None = None,
    ) -> MaybeAwaitable[Sequence[types.ElementConnectionData]]:
        """Lists the connections through which this element feeds others, all of them without arguments.

        - `media_type`: Only those of this media type.
        - `description`: Only those from the source of this description.

        Returns: The connections in which this element is the source.
        """

    @abstractmethod
    def connect(
        self,
        sink: MediaElementInterface,
        media_type: types.MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> MaybeAwaitable[None]:
        """Lets media flow from this element to another. Without a media type it connects audio, video and data. A sink
        that was fed by another source is disconnected from it first. Raises `ElementConnected` on this element, once
        for each media type. Fails with CONNECT_ERROR (40004) when the elements are of different pipelines.

        - `sink`: The element to feed; may be this one.
        - `media_type`: Connect only this media type.
        - `source_media_description`: Which source of this element to take, `default` when left out.
        - `sink_media_description`: Which sink of the other element to feed, `default` when left out.
        """

    @abstractmethod
    def disconnect(
        self,
        sink: MediaElementInterface,
        media_type: types.MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> MaybeAwaitable[None]:
        """Ends the flow of media to another element. Without a media type it disconnects audio, video and data. Raises
        `ElementDisconnected` on this element, once for each media type, even for what was not connected.

        - `sink`: The element that was fed.
        - `media_type`: Disconnect only this media type.
        - `source_media_description`: Which source of this element, `default` when left out.
        - `sink_media_description`: Which sink of the other element, `default` when left out.
        """

    @abstractmethod
    def set_audio_format(self, caps: types.AudioCaps) -> MaybeAwaitable[None]:
        """Fixes the format of the audio that leaves this element, encoding it anew where needed. Fails with
        MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for a codec that cannot be produced.

        - `caps`: Codec and bitrate wanted.
        """

    @abstractmethod
    def set_video_format(self, caps: types.VideoCaps) -> MaybeAwaitable[None]:
        """Fixes the format of the video that leaves this element, encoding it anew where needed. Fails with
        MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for a codec that cannot be produced.

        - `caps`: Codec and frame rate wanted.
        """

    @abstractmethod
    def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[None]:
        """Writes the graph of `getGstreamerDot` into a file on the server. Nothing is written unless the operator has
        set the folder for it (`GST_DEBUG_DUMP_DOT_DIR`).

        - `details`: How much to put into the picture; all there is by default.
        """

    @abstractmethod
    def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[str]:
        """Draws the inside of this element as a graph in the DOT language.

        - `details`: How much to put into the picture; all there is by default.

        Returns: Text for Graphviz' `dot`.
        """

    @abstractmethod
    def get_stats(self, media_type: types.MediaType | None = None) -> MaybeAwaitable[Mapping[str, types.Stats]]:
        """Gives the statistics of this element: for RTP streams an entry each way, for data channels one each, and with
        `latencyStats` of the pipeline switched on an entry under the element's own id.

        - `media_type`: Only those of this media type.

        Returns: The statistics by their id; `type` of each tells which kind it is.
        """

    @abstractmethod
    def is_media_flowing_in(
        self,
        media_type: types.MediaType,
        sink_media_description: str = "default",
    ) -> MaybeAwaitable[bool]:
        """Whether media have come in lately; see `MediaFlowInStateChanged`. Fails with MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
        (40107) for DATA.

        - `media_type`: AUDIO or VIDEO.
        - `sink_media_description`: Which sink, `default` when left out. Default: `"default"`.

        Returns: True while media flow.
        """

    @abstractmethod
    def is_media_flowing_out(
        self,
        media_type: types.MediaType,
        source_media_description: str = "default",
    ) -> MaybeAwaitable[bool]:
        """Whether media have gone out lately; see `MediaFlowOutStateChanged`. Fails with
        MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for DATA.

        - `media_type`: AUDIO or VIDEO.
        - `source_media_description`: Which source, `default` when left out. Default: `"default"`.

        Returns: True while media flow.
        """

    @abstractmethod
    def is_media_transcoding(self, media_type: types.MediaType, bin_name: str = "default") -> MaybeAwaitable[bool]:
        """Whether the output of this element is decoded and encoded anew for one of its sinks. Once true it stays so.
        Fails with MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for DATA.

        - `media_type`: AUDIO or VIDEO.
        - `bin_name`: Which converter, as named by `MediaTranscodingStateChanged`; `default` stands for any. Default:
          `"default"`.

        Returns: True when transcoding.
        """


class EndpointInterface(MediaElementInterface, ABC):
    """An element at the edge of a pipeline, where media enter from or leave for the world: the network, a file."""


class SessionEndpointInterface(EndpointInterface, ABC):
    """An endpoint that talks to one peer in a session with a beginning and an end, announced by `MediaSessionStarted`
    and `MediaSessionTerminated`.

    Raises the events `MediaSessionTerminated`, `MediaSessionStarted`.
    """


class SdpEndpointInterface(SessionEndpointInterface, ABC):
    """An endpoint that agrees upon its media with a peer by an offer and an answer in SDP. It negotiates once: either
    it makes the offer (`generateOffer`, then `processAnswer`) or it receives one (`processOffer`).

    Media without a common codec are answered as rejected, with port 0.
    """

    @property
    @abstractmethod
    def max_audio_recv_bandwidth(self) -> int:
        """Most that the peer may send of audio, in kbps; it is told so by `b=AS` in the SDP. 0, the default, leaves it
        unlimited. To be set before negotiation.
        """

    @max_audio_recv_bandwidth.setter
    @abstractmethod
    def max_audio_recv_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def max_video_recv_bandwidth(self) -> int:
        """Most that the peer may send of video, in kbps; it is told so by `b=AS` in the SDP and limits the bandwidth
        asked of it later. 0, the default, leaves it unlimited. To be set before negotiation.
        """

    @max_video_recv_bandwidth.setter
    @abstractmethod
    def max_video_recv_bandwidth(self, value: int) -> None: ...

    @abstractmethod
    def generate_offer(self, options: types.OfferOptions | None = None) -> MaybeAwaitable[str]:
        """Begins a negotiation by making an offer, to be sent to the peer. Possible once: fails with
        SDP_END_POINT_ALREADY_NEGOTIATED (40208) afterwards.

        - `options`: Which media the offer asks for; audio and video by default.

        Returns: The SDP offer.
        """

    @abstractmethod
    def process_offer(self, offer: str) -> MaybeAwaitable[str]:
        """Answers the offer of a peer. Possible once: fails with SDP_END_POINT_ALREADY_NEGOTIATED (40208) afterwards,
        and with SDP_PARSE_ERROR (40201) for an empty or unreadable offer, after which another may be tried. Raises
        `MediaSessionStarted`.

        - `offer`: The peer's SDP offer.

        Returns: The SDP answer for the peer.
        """

    @abstractmethod
    def process_answer(self, answer: str) -> MaybeAwaitable[str]:
        """Completes the negotiation begun by `generateOffer`. Fails with SDP_END_POINT_NOT_OFFER_GENERATED (40209)
        without an offer, with SDP_END_POINT_ANSWER_ALREADY_PROCCESED (40210) the second time, and with
        SDP_PARSE_ERROR (40201) for an empty or unreadable answer, after which another may be tried. Raises
        `MediaSessionStarted`.

        - `answer`: The peer's SDP answer.

        Returns: The local SDP as it stands after the negotiation.
        """

    @abstractmethod
    def get_local_session_descriptor(self) -> MaybeAwaitable[str]:
        """Gives the local SDP. Fails with SDP_END_POINT_NO_LOCAL_SDP_ERROR (40202) before there is an offer or answer.

        Returns: The SDP that the peer was sent, with the candidates gathered since.
        """

    @abstractmethod
    def get_remote_session_descriptor(self) -> MaybeAwaitable[str]:
        """Gives the SDP received. Fails with SDP_END_POINT_NO_REMOTE_SDP_ERROR (40203) before there is one.

        Returns: The peer's SDP.
        """


class BaseRtpEndpointInterface(SdpEndpointInterface, ABC):
    """What endpoints over RTP have in common: limits of bandwidth, and the states of the connection and of the media.

    Bandwidth is regulated by REMB messages. The server asks its peer to send as much as the path and the receivers of
    the stream can take, and sends no more than its own peers ask for; the limits here bound both.

    Raises the events `MediaStateChanged`, `ConnectionStateChanged`.
    """

    @property
    @abstractmethod
    def min_video_recv_bandwidth(self) -> int:
        """Least bandwidth that the server will ask the peer to send with, in kbps. 0 by default; below 30 it counts as
        30.
        """

    @min_video_recv_bandwidth.setter
    @abstractmethod
    def min_video_recv_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def min_video_send_bandwidth(self) -> int:
        """Least bandwidth at which video is sent, in kbps, whatever the receiver asks for. 100 by default; 0 means no
        lower limit.
        """

    @min_video_send_bandwidth.setter
    @abstractmethod
    def min_video_send_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def max_video_send_bandwidth(self) -> int:
        """Most bandwidth at which video is sent, in kbps, when it is encoded by this server or the sender can be told.
        500 by default; 0 means no upper limit. To be set before negotiation.
        """

    @max_video_send_bandwidth.setter
    @abstractmethod
    def max_video_send_bandwidth(self, value: int) -> None: ...

    @property
    @abstractmethod
    def media_state(self) -> types.MediaState:
        """Whether media are seen to be exchanged with the peer: CONNECTED while its RTCP reports come in."""

    @property
    @abstractmethod
    def connection_state(self) -> types.ConnectionState:
        """Whether all transports to the peer are connected."""

    @property
    @abstractmethod
    def mtu(self) -> int:
        """Largest size of a datagram sent, in bytes, IP header included; 1200 by default. Packets of forwarded streams
        are not cut anew.
        """

    @mtu.setter
    @abstractmethod
    def mtu(self, value: int) -> None: ...

    @property
    @abstractmethod
    def remb_params(self) -> types.RembParams:
        """Parameters of the estimation of the bandwidth that the peer is asked for. May be set before the negotiation
        or while media flow.
        """

    @remb_params.setter
    @abstractmethod
    def remb_params(self, value: types.RembParams) -> None: ...

    @abstractmethod
    def request_keyframe(self) -> MaybeAwaitable[None]:
        """Asks the source of this endpoint's video for a key frame. Works on endpoints that send video to their peer;
        others fail with MEDIA_OBJECT_OPERATION_NOT_SUPPORTED (40111).
        """


class FilterInterface(MediaElementInterface, ABC):
    """An element that changes or examines the media passing through it: it takes audio or video in and gives the result
    out.
    """


class HubInterface(MediaObjectInterface, ABC):
    """Joins the media of many elements: it mixes, switches or distributes what comes in through its ports. A hub is not
    an element; elements connect to a `HubPort` of it.
    """

    @abstractmethod
    def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[str]:
        """Draws the hub and what is connected to it as a graph in the DOT language.

        - `details`: How much to put into the picture; all there is by default.

        Returns: Text for Graphviz' `dot`.
        """

    @abstractmethod
    def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[None]:
        """Writes the graph of `getGstreamerDot` into a file on the server. Nothing is written unless the operator has
        set the folder for it (`GST_DEBUG_DUMP_DOT_DIR`).

        - `details`: How much to put into the picture; all there is by default.
        """


class HubPortInterface(MediaElementInterface, ABC):
    """The plug of a hub. What flows into the port goes to the hub, and what the hub makes for it comes out of it. As an
    element it connects like any other.

    Created with:

    - `hub`: The hub, which becomes the parent of the port.
    """


class MediaPipelineInterface(MediaObjectInterface, ABC):
    """A container for elements that work together. Elements connect only to others of the same pipeline, and releasing
    the pipeline releases them all.
    """

    @property
    @abstractmethod
    def latency_stats(self) -> bool:
        """Whether all elements of the pipeline, also those created later, measure how long media take to pass. The
        figures appear in `getStats`. false by default, as measuring costs a little time.
        """

    @latency_stats.setter
    @abstractmethod
    def latency_stats(self, value: bool) -> None: ...

    @abstractmethod
    def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[str]:
        """Draws the elements of the pipeline and their connections as a graph in the DOT language.

        - `details`: How much to put into the picture; all there is by default.

        Returns: Text for Graphviz' `dot`.
        """

    @abstractmethod
    def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> MaybeAwaitable[None]:
        """Writes the graph of `getGstreamerDot` into a file on the server. Nothing is written unless the operator has
        set the folder for it (`GST_DEBUG_DUMP_DOT_DIR`).

        - `details`: How much to put into the picture; all there is by default.
        """


class PassThroughInterface(MediaElementInterface, ABC):
    """An element that hands on all media unchanged. It serves as a fixed point whose source or sinks can be exchanged.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    """


class ServerManagerInterface(MediaObjectInterface, ABC):
    """The server itself, as an object to ask and to subscribe to. There is exactly one, with the id
    `manager_ServerManager`; it can be neither created nor released.

    Raises the events `ObjectCreated`, `ObjectDestroyed`.
    """

    @property
    @abstractmethod
    def info(self) -> types.ServerInfo:
        """Version, modules and capabilities of the server."""

    @property
    @abstractmethod
    def pipelines(self) -> Sequence[MediaPipelineInterface]:
        """All pipelines alive on the server, whichever session made them. Reading it takes a reference to each of them
        in the reader's session.
        """

    @property
    @abstractmethod
    def sessions(self) -> Sequence[str]:
        """The ids of all sessions that hold objects."""

    @property
    @abstractmethod
    def metadata(self) -> str:
        """Text that the operator has set for this server, for instance to tell nodes apart; often empty."""

    @abstractmethod
    def get_kmd(self, module_name: str) -> MaybeAwaitable[str]:
        """Gives the spec of a module, from which a client can generate code. Fails with code 40500 when no such module
        is loaded.

        - `module_name`: Name of the module, such as `core`, `elements` or `chroma`.

        Returns: The resolved spec as JSON text.
        """

    @abstractmethod
    def get_cpu_count(self) -> MaybeAwaitable[int]:
        """Counts the processors that the server may use, respecting its CPU affinity.

        Returns: Number of logical processors.
        """

    @abstractmethod
    def get_used_cpu(self, interval: int) -> MaybeAwaitable[float]:
        """Measures the server's own use of processor time. The reply comes when the interval is over.

        - `interval`: How long to measure, in milliseconds. It must be given; 1000 is a good value.

        Returns: Percentage of all processors together, 0 to 100.
        """

    @abstractmethod
    def get_used_memory(self) -> MaybeAwaitable[int]:
        """Tells how much memory the server occupies (resident set).

        Returns: Size in KiB.
        """


class UriEndpointInterface(EndpointInterface, ABC):
    """An endpoint whose media come from or go to a URI, with the states STOP, START and PAUSE. Changes of state are
    announced by `UriEndpointStateChanged`.

    Raises the events `UriEndpointStateChanged`.
    """

    @property
    @abstractmethod
    def uri(self) -> str:
        """The URI as given at creation; one without a scheme is taken relative to the default path of the server's
        configuration.
        """

    @property
    @abstractmethod
    def state(self) -> types.UriEndpointState:
        """What the endpoint is doing: STOP at first."""

    @abstractmethod
    def pause(self) -> MaybeAwaitable[None]:
        """Suspends: the endpoint keeps its place and can go on later. Problems with the media are told by an `Error`
        event, not by the reply.
        """

    @abstractmethod
    def stop(self) -> MaybeAwaitable[None]:
        """Stops and gives up the place in the media. Returns without waiting for files to be finished."""
