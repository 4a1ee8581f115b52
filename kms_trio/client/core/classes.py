"""Classes of the module `core`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from kms_trio.client.remote import RemoteObject

if TYPE_CHECKING:
    from kms_trio.client.core import types
    from kms_trio.client.kurento import Kurento


class MediaObject(RemoteObject):
    """Base of everything that clients create on the server: pipelines, elements, hubs. It has an id, a parent that owns
    it, tags that an application may attach, and an `Error` event for failures that no request is waiting for.

    Raises the events `Error`.
    """

    TYPE: ClassVar[str] = "kurento.MediaObject"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_media_pipeline(self) -> MediaPipeline | None:
        """The pipeline that this object belongs to. A pipeline answers with itself."""
        result: MediaPipeline | None = await self._call("getMediaPipeline")
        return result

    async def get_parent(self) -> MediaObject | None:
        """The object that owns this one: the pipeline of an element, the hub of a port. null for a pipeline. Releasing
        the parent releases this object too.
        """
        result: MediaObject | None = await self._call("getParent")
        return result

    async def get_id(self) -> str:
        """Identifier of the object, unique on the server. It begins with the id of the parent:
        `<uuid>_kurento.MediaPipeline/<uuid>_kurento.WebRtcEndpoint`.
        """
        result: str = await self._call("getId")
        return result

    async def get_children(self) -> Sequence[MediaObject]:
        """The objects whose parent is this one; empty for a leaf."""
        result: Sequence[MediaObject] = await self._call("getChildren")
        return result

    async def get_name(self) -> str:
        """A name for people and logs, free to choose and not necessarily unique. It is the id until it is set."""
        result: str = await self._call("getName")
        return result

    async def set_name(self, name: str) -> None:
        """A name for people and logs, free to choose and not necessarily unique. It is the id until it is set."""
        await self._call("setName", name)

    async def get_send_tags_in_events(self) -> bool:
        """Whether the events of this object carry its tags. Without it their `tags` is an empty list."""
        result: bool = await self._call("getSendTagsInEvents")
        return result

    async def set_send_tags_in_events(self, send_tags_in_events: bool) -> None:
        """Whether the events of this object carry its tags. Without it their `tags` is an empty list."""
        await self._call("setSendTagsInEvents", send_tags_in_events)

    async def get_creation_time(self) -> int:
        """When the object was created, in seconds since 1970-01-01 UTC."""
        result: int = await self._call("getCreationTime")
        return result

    async def add_tag(self, key: str, value: str) -> None:
        """Attaches a tag. A tag that exists under this key gets the new value.

        - `key`: Name of the tag.
        - `value`: Its value.
        """
        await self._call("addTag", key, value)

    async def remove_tag(self, key: str) -> None:
        """Removes a tag. Does nothing when there is none under this key.

        - `key`: Name of the tag.
        """
        await self._call("removeTag", key)

    async def get_tag(self, key: str) -> str:
        """Looks a tag up. Fails with MEDIA_OBJECT_TAG_KEY_NOT_FOUND (40110) when there is none under this key.

        - `key`: Name of the tag.

        Returns: The tag's value.
        """
        result: str = await self._call("getTag", key)
        return result

    async def get_tags(self) -> Sequence[types.Tag]:
        """Lists all tags of this object; tags of its parent are not included.

        Returns: The tags, in no particular order.
        """
        result: Sequence[types.Tag] = await self._call("getTags")
        return result


class MediaElement(MediaObject):
    """A piece of a pipeline that produces, consumes or processes media. It has sources, where media leave it, and
    sinks, where they enter; connecting a source with a sink lets them flow. Codecs are adapted where both sides want
    different ones.

    One source may feed any number of sinks, whereas a sink takes from one source for each media type and description.
    An element may be connected to itself.

    Raises the events `ElementConnected`, `ElementDisconnected`, `MediaFlowOutStateChanged`, `MediaFlowInStateChanged`,
    `MediaTranscodingStateChanged`.
    """

    TYPE: ClassVar[str] = "kurento.MediaElement"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_encoder_bitrate(self) -> int:
        """Bitrate that encoders of this element's output aim at, in bps; 300000 by default. Kept between the minimum
        and maximum. Only encoders are affected: media passed on as they came keep their rate. To be set before media
        flow.
        """
        result: int = await self._call("getEncoderBitrate")
        return result

    async def set_encoder_bitrate(self, encoder_bitrate: int) -> None:
        """Bitrate that encoders of this element's output aim at, in bps; 300000 by default. Kept between the minimum
        and maximum. Only encoders are affected: media passed on as they came keep their rate. To be set before media
        flow.
        """
        await self._call("setEncoderBitrate", encoder_bitrate)

    async def get_min_encoder_bitrate(self) -> int:
        """Least bitrate of encoders of this element's output, in bps; 0 by default. Raises `encoderBitrate` when that
        is lower.
        """
        result: int = await self._call("getMinEncoderBitrate")
        return result

    async def set_min_encoder_bitrate(self, min_encoder_bitrate: int) -> None:
        """Least bitrate of encoders of this element's output, in bps; 0 by default. Raises `encoderBitrate` when that
        is lower.
        """
        await self._call("setMinEncoderBitrate", min_encoder_bitrate)

    async def get_max_encoder_bitrate(self) -> int:
        """Most bitrate of encoders of this element's output, in bps; unlimited by default. Lowers `encoderBitrate` when
        that is higher.
        """
        result: int = await self._call("getMaxEncoderBitrate")
        return result

    async def set_max_encoder_bitrate(self, max_encoder_bitrate: int) -> None:
        """Most bitrate of encoders of this element's output, in bps; unlimited by default. Lowers `encoderBitrate` when
        that is higher.
        """
        await self._call("setMaxEncoderBitrate", max_encoder_bitrate)

    async def get_source_connections(
        self,
        media_type: types.MediaType | None = None,
        description: str | None = None,
    ) -> Sequence[types.ElementConnectionData]:
        """Lists the connections that feed this element, all of them without arguments.

        - `media_type`: Only those of this media type.
        - `description`: Only those to the sink of this description.

        Returns: The connections in which this element is the sink.
        """
        result: Sequence[types.ElementConnectionData] = await self._call(
            "getSourceConnections",
            media_type,
            description,
        )
        return result

    async def get_sink_connections(
        self,
        media_type: types.MediaType | None = None,
        description: str | None = None,
    ) -> Sequence[types.ElementConnectionData]:
        """Lists the connections through which this element feeds others, all of them without arguments.

        - `media_type`: Only those of this media type.
        - `description`: Only those from the source of this description.

        Returns: The connections in which this element is the source.
        """
        result: Sequence[types.ElementConnectionData] = await self._call("getSinkConnections", media_type, description)
        return result

    async def connect(
        self,
        sink: MediaElement,
        media_type: types.MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> None:
        """Lets media flow from this element to another. Without a media type it connects audio, video and data. A sink
        that was fed by another source is disconnected from it first. Raises `ElementConnected` on this element, once
        for each media type. Fails with CONNECT_ERROR (40004) when the elements are of different pipelines.

        - `sink`: The element to feed; may be this one.
        - `media_type`: Connect only this media type.
        - `source_media_description`: Which source of this element to take, `default` when left out.
        - `sink_media_description`: Which sink of the other element to feed, `default` when left out.
        """
        await self._call("connect", sink, media_type, source_media_description, sink_media_description)

    async def disconnect(
        self,
        sink: MediaElement,
        media_type: types.MediaType | None = None,
        source_media_description: str | None = None,
        sink_media_description: str | None = None,
    ) -> None:
        """Ends the flow of media to another element. Without a media type it disconnects audio, video and data. Raises
        `ElementDisconnected` on this element, once for each media type, even for what was not connected.

        - `sink`: The element that was fed.
        - `media_type`: Disconnect only this media type.
        - `source_media_description`: Which source of this element, `default` when left out.
        - `sink_media_description`: Which sink of the other element, `default` when left out.
        """
        await self._call("disconnect", sink, media_type, source_media_description, sink_media_description)

    async def set_audio_format(self, caps: types.AudioCaps) -> None:
        """Fixes the format of the audio that leaves this element, encoding it anew where needed. Fails with
        MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for a codec that cannot be produced.

        - `caps`: Codec and bitrate wanted.
        """
        await self._call("setAudioFormat", caps)

    async def set_video_format(self, caps: types.VideoCaps) -> None:
        """Fixes the format of the video that leaves this element, encoding it anew where needed. Fails with
        MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for a codec that cannot be produced.

        - `caps`: Codec and frame rate wanted.
        """
        await self._call("setVideoFormat", caps)

    async def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> None:
        """Writes the graph of `getGstreamerDot` into a file on the server. Nothing is written unless the operator has
        set the folder for it (`GST_DEBUG_DUMP_DOT_DIR`).

        - `details`: How much to put into the picture; all there is by default.
        """
        await self._call("dumpGstreamerDot", details)

    async def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> str:
        """Draws the inside of this element as a graph in the DOT language.

        - `details`: How much to put into the picture; all there is by default.

        Returns: Text for Graphviz' `dot`.
        """
        result: str = await self._call("getGstreamerDot", details)
        return result

    async def get_stats(self, media_type: types.MediaType | None = None) -> Mapping[str, types.Stats]:
        """Gives the statistics of this element: for RTP streams an entry each way, for data channels one each, and with
        `latencyStats` of the pipeline switched on an entry under the element's own id.

        - `media_type`: Only those of this media type.

        Returns: The statistics by their id; `type` of each tells which kind it is.
        """
        result: Mapping[str, types.Stats] = await self._call("getStats", media_type)
        return result

    async def is_media_flowing_in(self, media_type: types.MediaType, sink_media_description: str | None = None) -> bool:
        """Whether media have come in lately; see `MediaFlowInStateChanged`. Fails with MEDIA_OBJECT_ILLEGAL_PARAM_ERROR
        (40107) for DATA.

        - `media_type`: AUDIO or VIDEO.
        - `sink_media_description`: Which sink, `default` when left out. Default: `"default"`.

        Returns: True while media flow.
        """
        result: bool = await self._call("isMediaFlowingIn", media_type, sink_media_description)
        return result

    async def is_media_flowing_out(
        self,
        media_type: types.MediaType,
        source_media_description: str | None = None,
    ) -> bool:
        """Whether media have gone out lately; see `MediaFlowOutStateChanged`. Fails with
        MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for DATA.

        - `media_type`: AUDIO or VIDEO.
        - `source_media_description`: Which source, `default` when left out. Default: `"default"`.

        Returns: True while media flow.
        """
        result: bool = await self._call("isMediaFlowingOut", media_type, source_media_description)
        return result

    async def is_media_transcoding(self, media_type: types.MediaType, bin_name: str | None = None) -> bool:
        """Whether the output of this element is decoded and encoded anew for one of its sinks. Once true it stays so.
        Fails with MEDIA_OBJECT_ILLEGAL_PARAM_ERROR (40107) for DATA.

        - `media_type`: AUDIO or VIDEO.
        - `bin_name`: Which converter, as named by `MediaTranscodingStateChanged`; `default` stands for any. Default:
          `"default"`.

        Returns: True when transcoding.
        """
        result: bool = await self._call("isMediaTranscoding", media_type, bin_name)
        return result


class Endpoint(MediaElement):
    """An element at the edge of a pipeline, where media enter from or leave for the world: the network, a file."""

    TYPE: ClassVar[str] = "kurento.Endpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"


class SessionEndpoint(Endpoint):
    """An endpoint that talks to one peer in a session with a beginning and an end, announced by `MediaSessionStarted`
    and `MediaSessionTerminated`.

    Raises the events `MediaSessionTerminated`, `MediaSessionStarted`.
    """

    TYPE: ClassVar[str] = "kurento.SessionEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"


class SdpEndpoint(SessionEndpoint):
    """An endpoint that agrees upon its media with a peer by an offer and an answer in SDP. It negotiates once: either
    it makes the offer (`generateOffer`, then `processAnswer`) or it receives one (`processOffer`).

    Media without a common codec are answered as rejected, with port 0.
    """

    TYPE: ClassVar[str] = "kurento.SdpEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_max_audio_recv_bandwidth(self) -> int:
        """Most that the peer may send of audio, in kbps; it is told so by `b=AS` in the SDP. 0, the default, leaves it
        unlimited. To be set before negotiation.
        """
        result: int = await self._call("getMaxAudioRecvBandwidth")
        return result

    async def set_max_audio_recv_bandwidth(self, max_audio_recv_bandwidth: int) -> None:
        """Most that the peer may send of audio, in kbps; it is told so by `b=AS` in the SDP. 0, the default, leaves it
        unlimited. To be set before negotiation.
        """
        await self._call("setMaxAudioRecvBandwidth", max_audio_recv_bandwidth)

    async def get_max_video_recv_bandwidth(self) -> int:
        """Most that the peer may send of video, in kbps; it is told so by `b=AS` in the SDP and limits the bandwidth
        asked of it later. 0, the default, leaves it unlimited. To be set before negotiation.
        """
        result: int = await self._call("getMaxVideoRecvBandwidth")
        return result

    async def set_max_video_recv_bandwidth(self, max_video_recv_bandwidth: int) -> None:
        """Most that the peer may send of video, in kbps; it is told so by `b=AS` in the SDP and limits the bandwidth
        asked of it later. 0, the default, leaves it unlimited. To be set before negotiation.
        """
        await self._call("setMaxVideoRecvBandwidth", max_video_recv_bandwidth)

    async def generate_offer(self, options: types.OfferOptions | None = None) -> str:
        """Begins a negotiation by making an offer, to be sent to the peer. Possible once: fails with
        SDP_END_POINT_ALREADY_NEGOTIATED (40208) afterwards.

        - `options`: Which media the offer asks for; audio and video by default.

        Returns: The SDP offer.
        """
        result: str = await self._call("generateOffer", options)
        return result

    async def process_offer(self, offer: str) -> str:
        """Answers the offer of a peer. Possible once: fails with SDP_END_POINT_ALREADY_NEGOTIATED (40208) afterwards,
        and with SDP_PARSE_ERROR (40201) for an empty or unreadable offer, after which another may be tried. Raises
        `MediaSessionStarted`.

        - `offer`: The peer's SDP offer.

        Returns: The SDP answer for the peer.
        """
        result: str = await self._call("processOffer", offer)
        return result

    async def process_answer(self, answer: str) -> str:
        """Completes the negotiation begun by `generateOffer`. Fails with SDP_END_POINT_NOT_OFFER_GENERATED (40209)
        without an offer, with SDP_END_POINT_ANSWER_ALREADY_PROCCESED (40210) the second time, and with
        SDP_PARSE_ERROR (40201) for an empty or unreadable answer, after which another may be tried. Raises
        `MediaSessionStarted`.

        - `answer`: The peer's SDP answer.

        Returns: The local SDP as it stands after the negotiation.
        """
        result: str = await self._call("processAnswer", answer)
        return result

    async def get_local_session_descriptor(self) -> str:
        """Gives the local SDP. Fails with SDP_END_POINT_NO_LOCAL_SDP_ERROR (40202) before there is an offer or answer.

        Returns: The SDP that the peer was sent, with the candidates gathered since.
        """
        result: str = await self._call("getLocalSessionDescriptor")
        return result

    async def get_remote_session_descriptor(self) -> str:
        """Gives the SDP received. Fails with SDP_END_POINT_NO_REMOTE_SDP_ERROR (40203) before there is one.

        Returns: The peer's SDP.
        """
        result: str = await self._call("getRemoteSessionDescriptor")
        return result


class BaseRtpEndpoint(SdpEndpoint):
    """What endpoints over RTP have in common: limits of bandwidth, and the states of the connection and of the media.

    Bandwidth is regulated by REMB messages. The server asks its peer to send as much as the path and the receivers of
    the stream can take, and sends no more than its own peers ask for; the limits here bound both.

    Raises the events `MediaStateChanged`, `ConnectionStateChanged`.
    """

    TYPE: ClassVar[str] = "kurento.BaseRtpEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_min_video_recv_bandwidth(self) -> int:
        """Least bandwidth that the server will ask the peer to send with, in kbps. 0 by default; below 30 it counts as
        30.
        """
        result: int = await self._call("getMinVideoRecvBandwidth")
        return result

    async def set_min_video_recv_bandwidth(self, min_video_recv_bandwidth: int) -> None:
        """Least bandwidth that the server will ask the peer to send with, in kbps. 0 by default; below 30 it counts as
        30.
        """
        await self._call("setMinVideoRecvBandwidth", min_video_recv_bandwidth)

    async def get_min_video_send_bandwidth(self) -> int:
        """Least bandwidth at which video is sent, in kbps, whatever the receiver asks for. 100 by default; 0 means no
        lower limit.
        """
        result: int = await self._call("getMinVideoSendBandwidth")
        return result

    async def set_min_video_send_bandwidth(self, min_video_send_bandwidth: int) -> None:
        """Least bandwidth at which video is sent, in kbps, whatever the receiver asks for. 100 by default; 0 means no
        lower limit.
        """
        await self._call("setMinVideoSendBandwidth", min_video_send_bandwidth)

    async def get_max_video_send_bandwidth(self) -> int:
        """Most bandwidth at which video is sent, in kbps, when it is encoded by this server or the sender can be told.
        500 by default; 0 means no upper limit. To be set before negotiation.
        """
        result: int = await self._call("getMaxVideoSendBandwidth")
        return result

    async def set_max_video_send_bandwidth(self, max_video_send_bandwidth: int) -> None:
        """Most bandwidth at which video is sent, in kbps, when it is encoded by this server or the sender can be told.
        500 by default; 0 means no upper limit. To be set before negotiation.
        """
        await self._call("setMaxVideoSendBandwidth", max_video_send_bandwidth)

    async def get_media_state(self) -> types.MediaState:
        """Whether media are seen to be exchanged with the peer: CONNECTED while its RTCP reports come in."""
        result: types.MediaState = await self._call("getMediaState")
        return result

    async def get_connection_state(self) -> types.ConnectionState:
        """Whether all transports to the peer are connected."""
        result: types.ConnectionState = await self._call("getConnectionState")
        return result

    async def get_mtu(self) -> int:
        """Largest size of a datagram sent, in bytes, IP header included; 1200 by default. Packets of forwarded streams
        are not cut anew.
        """
        result: int = await self._call("getMtu")
        return result

    async def set_mtu(self, mtu: int) -> None:
        """Largest size of a datagram sent, in bytes, IP header included; 1200 by default. Packets of forwarded streams
        are not cut anew.
        """
        await self._call("setMtu", mtu)

    async def get_remb_params(self) -> types.RembParams:
        """Parameters of the estimation of the bandwidth that the peer is asked for. May be set before the negotiation
        or while media flow.
        """
        result: types.RembParams = await self._call("getRembParams")
        return result

    async def set_remb_params(self, remb_params: types.RembParams) -> None:
        """Parameters of the estimation of the bandwidth that the peer is asked for. May be set before the negotiation
        or while media flow.
        """
        await self._call("setRembParams", remb_params)

    async def request_keyframe(self) -> None:
        """Asks the source of this endpoint's video for a key frame. Works on endpoints that send video to their peer;
        others fail with MEDIA_OBJECT_OPERATION_NOT_SUPPORTED (40111).
        """
        await self._call("requestKeyframe")


class Filter(MediaElement):
    """An element that changes or examines the media passing through it: it takes audio or video in and gives the result
    out.
    """

    TYPE: ClassVar[str] = "kurento.Filter"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"


class Hub(MediaObject):
    """Joins the media of many elements: it mixes, switches or distributes what comes in through its ports. A hub is not
    an element; elements connect to a `HubPort` of it.
    """

    TYPE: ClassVar[str] = "kurento.Hub"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> str:
        """Draws the hub and what is connected to it as a graph in the DOT language.

        - `details`: How much to put into the picture; all there is by default.

        Returns: Text for Graphviz' `dot`.
        """
        result: str = await self._call("getGstreamerDot", details)
        return result

    async def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> None:
        """Writes the graph of `getGstreamerDot` into a file on the server. Nothing is written unless the operator has
        set the folder for it (`GST_DEBUG_DUMP_DOT_DIR`).

        - `details`: How much to put into the picture; all there is by default.
        """
        await self._call("dumpGstreamerDot", details)


class HubPort(MediaElement):
    """The plug of a hub. What flows into the port goes to the hub, and what the hub makes for it comes out of it. As an
    element it connects like any other.
    """

    TYPE: ClassVar[str] = "kurento.HubPort"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    @classmethod
    async def create(cls, hub: Hub) -> Self:
        """Makes a port on a hub; releasing it takes its media out of the hub.

        - `hub`: The hub, which becomes the parent of the port.
        """
        created: Self = await cls._create(hub.kurento, hub)
        return created


class MediaPipeline(MediaObject):
    """A container for elements that work together. Elements connect only to others of the same pipeline, and releasing
    the pipeline releases them all.
    """

    TYPE: ClassVar[str] = "kurento.MediaPipeline"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    @classmethod
    async def create(cls, kurento: Kurento) -> Self:
        """Makes an empty pipeline."""
        created: Self = await cls._create(kurento)
        return created

    async def get_latency_stats(self) -> bool:
        """Whether all elements of the pipeline, also those created later, measure how long media take to pass. The
        figures appear in `getStats`. false by default, as measuring costs a little time.
        """
        result: bool = await self._call("getLatencyStats")
        return result

    async def set_latency_stats(self, latency_stats: bool) -> None:
        """Whether all elements of the pipeline, also those created later, measure how long media take to pass. The
        figures appear in `getStats`. false by default, as measuring costs a little time.
        """
        await self._call("setLatencyStats", latency_stats)

    async def get_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> str:
        """Draws the elements of the pipeline and their connections as a graph in the DOT language.

        - `details`: How much to put into the picture; all there is by default.

        Returns: Text for Graphviz' `dot`.
        """
        result: str = await self._call("getGstreamerDot", details)
        return result

    async def dump_gstreamer_dot(self, details: types.GstreamerDotDetails | None = None) -> None:
        """Writes the graph of `getGstreamerDot` into a file on the server. Nothing is written unless the operator has
        set the folder for it (`GST_DEBUG_DUMP_DOT_DIR`).

        - `details`: How much to put into the picture; all there is by default.
        """
        await self._call("dumpGstreamerDot", details)


class PassThrough(MediaElement):
    """An element that hands on all media unchanged. It serves as a fixed point whose source or sinks can be
    exchanged.
    """

    TYPE: ClassVar[str] = "kurento.PassThrough"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    @classmethod
    async def create(cls, media_pipeline: MediaPipeline) -> Self:
        """Makes one.

        - `media_pipeline`: The pipeline that it belongs to.
        """
        created: Self = await cls._create(media_pipeline.kurento, media_pipeline)
        return created


class ServerManager(MediaObject):
    """The server itself, as an object to ask and to subscribe to. There is exactly one, with the id
    `manager_ServerManager`; it can be neither created nor released.

    Raises the events `ObjectCreated`, `ObjectDestroyed`.
    """

    TYPE: ClassVar[str] = "kurento.ServerManager"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_info(self) -> types.ServerInfo:
        """Version, modules and capabilities of the server."""
        result: types.ServerInfo = await self._call("getInfo")
        return result

    async def get_pipelines(self) -> Sequence[MediaPipeline]:
        """All pipelines alive on the server, whichever session made them. Reading it takes a reference to each of them
        in the reader's session.
        """
        result: Sequence[MediaPipeline] = await self._call("getPipelines")
        return result

    async def get_sessions(self) -> Sequence[str]:
        """The ids of all sessions that hold objects."""
        result: Sequence[str] = await self._call("getSessions")
        return result

    async def get_metadata(self) -> str:
        """Text that the operator has set for this server, for instance to tell nodes apart; often empty."""
        result: str = await self._call("getMetadata")
        return result

    async def get_kmd(self, module_name: str) -> str:
        """Gives the spec of a module, from which a client can generate code. Fails with code 40500 when no such module
        is loaded.

        - `module_name`: Name of the module, such as `core`, `elements` or `chroma`.

        Returns: The resolved spec as JSON text.
        """
        result: str = await self._call("getKmd", module_name)
        return result

    async def get_cpu_count(self) -> int:
        """Counts the processors that the server may use, respecting its CPU affinity.

        Returns: Number of logical processors.
        """
        result: int = await self._call("getCpuCount")
        return result

    async def get_used_cpu(self, interval: int) -> float:
        """Measures the server's own use of processor time. The reply comes when the interval is over.

        - `interval`: How long to measure, in milliseconds. It must be given; 1000 is a good value.

        Returns: Percentage of all processors together, 0 to 100.
        """
        result: float = await self._call("getUsedCpu", interval)
        return result

    async def get_used_memory(self) -> int:
        """Tells how much memory the server occupies (resident set).

        Returns: Size in KiB.
        """
        result: int = await self._call("getUsedMemory")
        return result


class UriEndpoint(Endpoint):
    """An endpoint whose media come from or go to a URI, with the states STOP, START and PAUSE. Changes of state are
    announced by `UriEndpointStateChanged`.

    Raises the events `UriEndpointStateChanged`.
    """

    TYPE: ClassVar[str] = "kurento.UriEndpoint"
    PACKAGE: ClassVar[str] = "kms_trio.client.core"

    async def get_uri(self) -> str:
        """The URI as given at creation; one without a scheme is taken relative to the default path of the server's
        configuration.
        """
        result: str = await self._call("getUri")
        return result

    async def get_state(self) -> types.UriEndpointState:
        """What the endpoint is doing: STOP at first."""
        result: types.UriEndpointState = await self._call("getState")
        return result

    async def pause(self) -> None:
        """Suspends: the endpoint keeps its place and can go on later. Problems with the media are told by an `Error`
        event, not by the reply.
        """
        await self._call("pause")

    async def stop(self) -> None:
        """Stops and gives up the place in the media. Returns without waiting for files to be finished."""
        await self._call("stop")
