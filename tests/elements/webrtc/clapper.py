"""A clapperboard that is sent by WebRTC or played from a file, and who watches it as a browser does.

Sound and pictures are captured together and sent apart; only sender reports tell what belongs to what
(RFC 3550 section 6.4.1).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import attrs
import av
import numpy as np
import trio

from kms_trio.clock import unix_from_ntp
from kms_trio.codecs.decoder import open_decoder
from kms_trio.media.formats import Format
from kms_trio.rtc.rtcp import SenderReport
from kms_trio.testing.clips import tone
from kms_trio.testing.webrtc_peer import WebRtcPeer

__all__ = ["Clapper", "Witness", "write_clapper"]

PERIOD_S: Final = 0.6
ON_S: Final = 0.2
"""White and loud for so long at the begin of each period, black and silent for the rest."""
PICTURE_S, BLOCK_S = 0.04, 0.02
PICTURES, BLOCKS = round(PERIOD_S / PICTURE_S), round(PERIOD_S / BLOCK_S)
KEY_FRAME_EVERY: Final = 5
LOUD: Final = 1000
RATES_HZ: Final = {"OPUS": 48_000, "PCMU": 8_000}
ENCODER_DELAY: Final = {"OPUS": 312, "PCMU": 0}
"""Samples by which what a packet holds is older than what its encoder was given last."""


class Clapper:
    """Sends for ever. `lags_s` say how long after they were captured sound and pictures are sent, in steps of 20 ms.

    `clock_s` is by how much the clock is wrong that the reports are written with; it may be set at any time.
    """

    def __init__(self, peer: WebRtcPeer, audio: str, lags_s: tuple[float, float], clock_s: float = 0.0) -> None:
        self.clock_s = clock_s
        self._peer = peer
        self._rate_hz, self._delay = RATES_HZ[audio], ENCODER_DELAY[audio]
        self._pictures, self._blocks = _pictures(), _blocks(audio)
        self._lags_s = dict(zip(("audio", "video"), lags_s, strict=True))
        peer.captured_before_s = self._captured_before_s

    def _captured_before_s(self, kind: str) -> float:
        older_s = self._delay / self._rate_hz if kind == "audio" else 0.0
        return self._lags_s[kind] + older_s - self.clock_s

    async def run(self) -> None:
        """Send."""
        begin = trio.current_time()
        sent = {"audio": 0, "video": 0}
        for step in range(1_000_000):
            await trio.sleep_until(begin + step * BLOCK_S)
            while sent["audio"] * BLOCK_S + self._lags_s["audio"] < (step + 0.5) * BLOCK_S:
                number = sent["audio"]
                timestamp = round(number * BLOCK_S * self._rate_hz) - self._delay + 5_000
                await self._peer.send_frame("audio", self._blocks[number % BLOCKS], timestamp)
                sent["audio"] += 1
            while sent["video"] * PICTURE_S + self._lags_s["video"] < (step + 0.5) * BLOCK_S:
                number = sent["video"]
                timestamp = round(number * PICTURE_S * 90_000) + 7_000_000
                await self._peer.send_frame("video", self._pictures[number % PICTURES], timestamp)
                sent["video"] += 1


@attrs.frozen
class Clap:
    """A beginning of light or sound: when it was noticed (trio's seconds), how much RTCP had come, where it is."""

    noticed_s: float
    heard: int
    ssrc: int
    timestamp: int
    rate_hz: int


class Witness:
    """Looks at what a peer receives, each pair placed by the newest reports that there are by then."""

    def __init__(self, peer: WebRtcPeer, video: str, audio: str) -> None:
        self.flashes: list[Clap] = []
        self.beeps: list[Clap] = []
        self._peer = peer
        self._rates_hz = {"audio": RATES_HZ[audio], "video": 90_000}
        self._decoders: dict[str, Any] = {
            "audio": open_decoder(Format(audio, RATES_HZ[audio], 2 if audio == "OPUS" else 1)),
            "video": open_decoder(Format(video, 90_000)),
        }
        self._taken = {"audio": 0, "video": 0}
        self._was_white = True
        self._silent_samples = 0

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await trio.sleep(0.01)
            for kind in ("audio", "video"):
                if kind in self._peer.tracks:
                    frames = self._peer.tracks[kind].frames
                    for frame in frames[self._taken[kind] :]:
                        for unit in self._decoders[kind].decode(av.Packet(frame.data)):
                            self._look(kind, frame.pts, unit)
                    self._taken[kind] = len(frames)

    def apart_s(self, after_s: float) -> list[float]:
        """By how much each beep comes after its flash, of what was noticed later than that by trio's time."""
        flashes = [clap for clap in self.flashes if clap.noticed_s > after_s]
        apart = [[self._apart_s(flash, beep) for beep in self.beeps] for flash in flashes]
        near = [[each for each in row if each is not None and abs(each) < PERIOD_S / 2] for row in apart]
        return [min(row, key=abs) for row in near if row]

    def _apart_s(self, flash: Clap, beep: Clap) -> float | None:
        heard = max(flash.heard, beep.heard)
        seen_s, heard_s = self._place_s(flash, heard), self._place_s(beep, heard)
        return None if seen_s is None or heard_s is None else heard_s - seen_s

    def _place_s(self, clap: Clap, heard: int) -> float | None:
        """Where the newest report of so much RTCP places it, Unix seconds."""
        for report in reversed(self._peer.rtcp[:heard]):
            if isinstance(report, SenderReport) and report.ssrc == clap.ssrc:
                distance = (clap.timestamp - report.rtp_timestamp + (1 << 31)) % (1 << 32) - (1 << 31)
                return unix_from_ntp(report.ntp_timestamp) + distance / clap.rate_hz
        return None

    def _look(self, kind: str, timestamp: int, unit: Any) -> None:
        if kind == "video":
            white = float(unit.to_ndarray(format="gray").mean()) > 128
            if white and not self._was_white:
                self._note(self.flashes, kind, timestamp)
            self._was_white = white
            return
        data = unit.to_ndarray()
        samples = data[0] if unit.format.is_planar else data[0, :: unit.layout.nb_channels]
        scale = 1 if samples.dtype.kind == "i" else 32_768
        loud = np.flatnonzero(np.abs(samples.astype(np.float64)) * scale > LOUD)
        if len(loud):
            if self._silent_samples + loud[0] > 0.3 * self._rates_hz["audio"]:
                self._note(self.beeps, kind, timestamp + int(loud[0]))
            self._silent_samples = len(samples) - int(loud[-1])
        else:
            self._silent_samples += len(samples)

    def _note(self, claps: list[Clap], kind: str, timestamp: int) -> None:
        ssrc, heard = self._peer.tracks[kind].ssrc, len(self._peer.rtcp)
        claps.append(Clap(trio.current_time(), heard, ssrc, timestamp, self._rates_hz[kind]))


def write_clapper(path: Path, periods: int) -> None:
    """The same as a file, VP8 and Opus."""
    with av.open(str(path), "w") as container:
        video = cast("av.VideoStream", container.add_stream("libvpx", rate=25, options=dict(_VP8)))
        _shape(video.codec_context)
        audio = cast("av.AudioStream", container.add_stream("libopus", rate=48_000))
        audio.layout = "stereo"
        for number in range(periods * PICTURES):
            container.mux(video.encode(_picture(number)))
            for half in range(2):
                container.mux(audio.encode(_sound(2 * number + half, 48_000)))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


_VP8: Final = (("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("auto-alt-ref", "0"))


def _pictures() -> list[bytes]:
    encoder = cast("av.VideoCodecContext", av.CodecContext.create("libvpx", "w"))
    encoder.options = dict(_VP8)
    _shape(encoder)
    packets = [packet for number in range(PICTURES) for packet in encoder.encode(_picture(number))]
    return [bytes(packet) for packet in (*packets, *encoder.encode(None))]


def _shape(encoder: av.VideoCodecContext) -> None:
    encoder.width, encoder.height, encoder.pix_fmt = 160, 120, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.gop_size = Fraction(1, 25), Fraction(25), KEY_FRAME_EVERY
    encoder.bit_rate = 200_000


def _picture(number: int) -> av.VideoFrame:
    white = number % PICTURES < round(ON_S / PICTURE_S)
    luma = np.full((120, 160), 235 if white else 16, np.uint8)
    chroma = np.full((60, 160), 128, np.uint8)
    picture = av.VideoFrame.from_ndarray(np.concatenate((luma, chroma)), format="yuv420p")
    picture.pts, picture.time_base = number, Fraction(1, 25)
    return picture


def _blocks(audio: str) -> list[bytes]:
    """Of the second period, so that the encoder knows what came before; the last one is where the first one was."""
    name = {"OPUS": "libopus", "PCMU": "pcm_mulaw"}[audio]
    rate_hz = RATES_HZ[audio]
    encoder = cast("av.AudioCodecContext", av.CodecContext.create(name, "w"))
    encoder.sample_rate, encoder.layout = rate_hz, "mono" if rate_hz == 8_000 else "stereo"
    encoder.format = av.AudioFormat("s16")
    packets = [packet for number in range(2 * BLOCKS + 2) for packet in encoder.encode(_sound(number, rate_hz))]
    return [bytes(packet) for packet in packets][BLOCKS : 2 * BLOCKS]


def _sound(number: int, rate_hz: int) -> av.AudioFrame:
    samples = round(BLOCK_S * rate_hz)
    loud = number % BLOCKS < round(ON_S / BLOCK_S)
    frame = tone(1000.0 if loud else 0.0, number * samples, samples, rate_hz)
    if rate_hz == 8_000:
        frame = av.AudioFrame.from_ndarray(frame.to_ndarray()[:, ::2].copy(), format="s16", layout="mono")
        frame.sample_rate = rate_hz
    frame.pts, frame.time_base = number * samples, Fraction(1, rate_hz)
    return frame
