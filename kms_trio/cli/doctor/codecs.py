"""Are FFmpeg's decoders and encoders there, and do the configured codecs mean something?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

from kms_trio.cli.doctor.findings import Finding, broken, ok, warning
from kms_trio.codecs.tables import AUDIO_ENCODERS, DECODERS, VIDEO_ENCODERS
from kms_trio.rtc.sdp import codec_capability
from kms_trio.settings import Settings

_AREA: Final = "codecs"
_REINSTALL: Final = "Install PyAV from its wheels (pip install --force-reinstall --only-binary :all: av)."

_EXAMPLES: Final = {"audio": "opus/48000/2", "video": "VP8/90000"}

Lookup = Callable[[str, Literal["r", "w"]], bool]


async def check_codecs(settings: Settings, *, has_codec: Lookup | None = None) -> list[Finding]:
    """`has_codec(name, mode)` says whether a decoder ("r") or encoder ("w") is there; by default PyAV is asked."""
    if has_codec is None:
        try:
            import av.codec
        except ImportError as error:
            return [broken(_AREA, f"PyAV cannot be imported: {error}.", _REINSTALL)]
        has_codec = _pyav_has
        version = f"PyAV {av.__version__}"
    else:
        version = "PyAV"
    decoders = {name: codec for name, codec in DECODERS.items() if has_codec(codec, "r")}
    encoders = {**VIDEO_ENCODERS, **{name: profile.codec for name, profile in AUDIO_ENCODERS.items()}}
    encodable = {name: codec for name, codec in encoders.items() if has_codec(codec, "w")}
    findings = [ok(_AREA, f"{version} decodes {', '.join(decoders)} and encodes {', '.join(encodable)}.")]
    for kind, known, present in (("decoder", DECODERS, decoders), ("encoder", encoders, encodable)):
        for name in known:
            if name not in present:
                text = f"No {kind} for {name} ({known[name]}): what needs one is refused; media that fits flows on."
                findings.append(warning(_AREA, text, _REINSTALL))
    findings.extend(_check_negotiation(settings))
    return findings


def _pyav_has(name: str, mode: Literal["r", "w"]) -> bool:
    import av.codec

    try:
        av.codec.Codec(name, mode)
    except ValueError:  # av.codec.codec.UnknownCodecError is one
        return False
    return True


def _check_negotiation(settings: Settings) -> Iterator[Finding]:
    sdp = settings.sdp_endpoint
    where = "modules/kurento/SdpEndpoint.conf.json"
    h265 = settings.web_rtc_endpoint.enable_h265
    for kind, names in (("audio", sdp.audio_codecs), ("video", sdp.video_codecs)):
        known = [name for name in names if codec_capability(name) is not None]
        usable = [name for name in known if h265 or not name.upper().startswith("H265/")]
        if usable:
            yield ok(_AREA, f"Offered to peers, {kind}: {', '.join(usable)}.")
        elif getattr(sdp, f"num_{kind}_medias"):
            yield broken(
                _AREA,
                f"No {kind} codec that the server knows is configured: every {kind} media will be rejected.",
                f"Name some in {kind}Codecs of {where}; {_EXAMPLES[kind]} is what every browser has.",
            )
    videos = {name.partition("/")[0].upper() for name in sdp.video_codecs}
    if videos and not videos & {"VP8", "H264"}:
        text = "Neither VP8 nor H264 is configured, which are the codecs that every browser has."
        yield warning(_AREA, text, f"Add VP8/90000 and H264/90000 to videoCodecs of {where}.")
