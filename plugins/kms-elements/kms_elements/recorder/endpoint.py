"""RecorderEndpoint (elements.RecorderEndpoint.kmd.json)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import trio

from kms_elements.generated.events import EndOfStream, Paused, Stopped
from kms_elements.generated.events import Recording as RecordingEvent
from kms_elements.generated.interfaces import RecorderEndpointInterface
from kms_elements.generated.types import MediaProfileSpecType
from kms_elements.recorder.file_writer import FileWriter
from kms_elements.recorder.profiles import profile_of
from kms_elements.recorder.recording import Recording
from kms_elements.recorder.snapshot import Snapshot, SnapshotWriter
from kms_elements.recorder.take import Take
from kms_trio.api import MediaType, UriEndpoint, UriEndpointState
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, Stream

if TYPE_CHECKING:
    from kms_elements.recorder.failures import Failure
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass
    from kms_trio.media.pads import SinkPad

__all__ = ["RecorderEndpoint"]

logger = logging.getLogger(__name__)

STOP_PATIENCE_S: Final = 4.0


class RecorderEndpoint(UriEndpoint, RecorderEndpointInterface):
    """Records to `uri`, once: a recorder that was stopped does not start again, and says so only in the log.

    The sinks take media from `record` on, not before, so that nothing is encoded for a recorder that waits.
    """

    stats_as_endpoint = True

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        uri: str,
        media_profile: MediaProfileSpecType = MediaProfileSpecType.WEBM,
        stop_on_end_of_stream: bool = False,
        media_pipeline: MediaObject | None = None,  # the parent, once more
    ) -> None:
        super().__init__(context, parent, object_class, uri)
        self._profile = profile_of(media_profile)
        self._stop_on_end_of_stream = stop_on_end_of_stream
        self._take: Take | Snapshot | None = None
        self._recording: Recording | None = None
        self._used = False
        self._inputs: dict[MediaType, _Input] = {}
        self._ignore_events: Callable[[], None] = _nothing

    # Control.

    def record(self) -> None:
        """Start, or go on after a pause."""
        if self._used:
            logger.warning("%s: No start: this recorder was stopped already", self.id)
        elif self._take is None:
            self._start()
        elif self._state is UriEndpointState.PAUSE:
            self._take.resume()
            if self._take.started:
                self._tell_recording()

    async def stop_and_wait(self) -> None:
        """Stop, and wait until the file is complete: at most `STOP_PATIENCE_S`."""
        self._end()
        if self._recording is not None:
            with trio.move_on_after(STOP_PATIENCE_S) as patience:
                await self._recording.done.wait()
            if patience.cancelled_caught:
                logger.warning("%s: Recorder state change to 0 timed out after 4 seconds", self.id)

    async def _pause(self) -> None:
        if self._used or self._state is UriEndpointState.PAUSE:
            return
        if self._take is not None:
            self._take.pause()
        self.emit(Paused())
        self.set_state(UriEndpointState.PAUSE)

    async def _stop(self) -> None:
        self._end()

    async def close(self) -> None:
        """Finish the file, then leave the pipeline."""
        self._end()
        if self._recording is not None:
            await self._recording.done.wait()
        self._ignore_events()
        await super().close()

    def let_go(self) -> None:
        """The recording knows this endpoint."""
        super().let_go()
        self._recording = self._take = None
        self._inputs.clear()

    # What the file tells (recording.Listener, Take).

    def failed(self, failures: tuple[Failure, ...]) -> None:
        """Raise Error events."""
        for failure in failures:
            self.emit_error(
                failure.error_type, failure.code, self.describe_error(failure.code, failure.text, failure.debug_info)
            )

    def finished(self) -> None:
        """The file is closed.  A recorder whose file never began may try again."""
        began = self._take is not None and self._take.started
        self._release_media()
        self._used = self._used or began
        self._take = None
        if began:
            self.emit(Stopped())
        self.set_state(UriEndpointState.STOP)

    def _began(self) -> None:
        """The file has begun, or got a track more."""
        assert self._take is not None
        for media_type, format in self._take.formats.items():
            # From here on this track has this format; a source with another one is encoded anew.
            self.sink_pad(media_type).set_want(Want(StreamKind.ENCODED, (format,)))
        if self._profile.is_picture:
            self.sink_pad(MediaType.VIDEO).flow.count()
        if self._state is not UriEndpointState.START:
            self._tell_recording()

    def _tell_recording(self) -> None:
        self.emit(RecordingEvent())
        self.set_state(UriEndpointState.START)

    # Media.

    def sink_stream_changed(self, media_type: MediaType, description: str, stream: Stream[object] | None) -> None:
        """A source was connected, changed or left: the recording goes on with the new one."""
        former = self._inputs.pop(media_type, None)
        if former is not None:
            former.detach()
        if self._take is None or media_type not in self._profile.formats:
            return
        if isinstance(self._take, Take) and isinstance(stream, EncodedStream):
            self._inputs[media_type] = _Input(self._take, self.sink_pad(media_type, description), media_type, stream)
        elif isinstance(self._take, Snapshot):
            self._take.set_input(media_type, stream)
        else:
            self._take.set_input(media_type, None)

    def _start(self) -> None:
        context = self.context
        settings = context.settings.recorder_endpoint
        if self._profile.is_picture:
            self._recording = Recording(SnapshotWriter(self.uri, self._profile, context.uri_policy), self)
            self._take = Snapshot(self._recording, self._began)
        else:
            self._recording = Recording(FileWriter(self.uri, self._profile, context.uri_policy), self)
            self._take = Take(
                set(self._profile.formats),
                self._recording,
                context.timers,
                context.clock.unix,
                self._began,
                wait_for_all=settings.wait_for_all_tracks,
                close_gaps=settings.gaps_fix == "GENPTS",
            )
        self.spawn(self._recording.run)
        for media_type, formats in self._profile.formats.items():
            want = Want(StreamKind.RAW) if self._profile.is_picture else Want(StreamKind.ENCODED, formats)
            self.sink_pad(media_type).set_want(want)
        if self._stop_on_end_of_stream:
            self._ignore_events = context.bus.listen(self._event_raised)

    def _end(self) -> None:
        if self._take is None or self._recording is None:
            if self._state is UriEndpointState.PAUSE:  # paused without ever recording
                self.set_state(UriEndpointState.STOP)
            return
        self._used = True
        self._take.end()
        self._recording.end()
        self._release_media()

    def _release_media(self) -> None:
        self._ignore_events()
        for media_type in self._profile.formats:
            self.sink_pad(media_type).set_want(None)

    def _event_raised(self, source: MediaObject, event: Any) -> None:
        if isinstance(event, EndOfStream) and any(pad.element is source for pad, _ in self.pads.links_in()):
            self._end()


class _Input:
    """Brings the frames of one stream to the take."""

    def __init__(self, take: Take, pad: SinkPad, media_type: MediaType, stream: EncodedStream) -> None:
        self._take = take
        self._flow = pad.flow
        self._media_type = media_type
        self._stream = stream
        take.set_input(media_type, stream)
        stream.attach(self)

    def on_frame(self, frame: EncodedFrame) -> None:
        self._flow.count()
        self._take.push(self._media_type, frame)

    def detach(self) -> None:
        self._stream.detach(self)


def _nothing() -> None:
    """What there is to undo before anything was done."""
