"""``python -m bench COMMAND [--json FILE] [--history FILE] [--compare FILE]``.

Parts of the server: ``forward``, ``filters``, ``record``, ``transcode``, ``composite``, ``latency``.  The whole of it,
with real clients: ``fanout``, ``rooms``, ``join``, ``memory``, ``workers``, ``churn``, ``requests``.
"""

from __future__ import annotations

import click

from bench import serving
from bench.churn import ChurnLoad
from bench.churn import churn as measure_churn
from bench.composite import CompositeLoad, measure_composition
from bench.filter_latency import measure_latency
from bench.filters import FilterLoad, measure_costs
from bench.forward import LIMIT, Load, measure
from bench.history import Figure
from bench.latency import LatencyLoad, measure_latencies
from bench.record import RecordLoad, measure_recording
from bench.reporting import reporting
from bench.requests import requests as measure_requests
from bench.transcode import TranscodeLoad, measure_transcoding


@click.group()
def main() -> None:
    """Benchmarks of parts of the server against native code in the same run."""


@main.command()
@click.option("--viewers", default="10,50", show_default=True, help="How many viewers, by turns.")
@click.option("--rounds", default=5, show_default=True, help="Turns of 30 frames that each way gets.")
@reporting
def forward(viewers: str, rounds: int) -> list[Figure]:
    """CPU time of forwarding one packet to one viewer, paced as real video."""
    figures: list[Figure] = []
    for count in map(int, viewers.split(",")):
        spent = measure(Load(viewers=count), rounds)
        limit = spent.get(LIMIT)
        for way, spent_us in spent.items():
            ratio = round(spent_us / limit, 3) if limit else None
            figures.append(Figure("forward", f"{count} viewers, {way}", "cpu_us_per_packet", spent_us, ratio))
    return figures


@main.command()
@click.option("--viewers", default="50,200", show_default=True, help="How many viewers, by turns.")
@click.option("--seconds", default=10.0, show_default=True, help="How long each turn measures.")
@reporting
def fanout(viewers: str, seconds: float) -> list[Figure]:
    """CPU time a packet and latency of a server that forwards one stream, against the native limit."""
    return [figure for count in map(int, viewers.split(",")) for figure in serving.fanout(count, seconds)]


@main.command()
@click.option("--rooms", default="4,20", show_default=True, help="How many rooms, by turns.")
@click.option("--size", default=5, show_default=True, help="People in each; everybody watches everybody.")
@click.option("--seconds", default=10.0, show_default=True, help="How long each turn measures.")
@reporting
def rooms(rooms: str, size: int, seconds: float) -> list[Figure]:
    """CPU time a packet and latency of rooms with audio and video."""
    return [figure for count in map(int, rooms.split(",")) for figure in serving.rooms(count, size, seconds)]


@main.command()
@click.option("--alone", default=20, show_default=True, help="Joins one after another.")
@click.option("--burst", default=50, show_default=True, help="Joins at one moment.")
@reporting
def join(alone: int, burst: int) -> list[Figure]:
    """From asking for an endpoint to a whole key frame; CPU time with what is forwarded meanwhile."""
    return serving.join(alone, burst)


@main.command()
@click.option("--pipelines", default=2000, show_default=True, help="Idle ones.")
@click.option("--viewers", default=100, show_default=True, help="Connected ones.")
@reporting
def memory(pipelines: int, viewers: int) -> list[Figure]:
    """What an idle pipeline and a connected viewer hold."""
    return serving.memory(pipelines, viewers)


@main.command()
@click.option("--viewers", default=25, show_default=True, help="Of each worker.")
@click.option("--seconds", default=10.0, show_default=True, help="How long each turn measures.")
@reporting
def workers(viewers: int, seconds: float) -> list[Figure]:
    """CPU time a packet of two workers, against one with the same load each."""
    return serving.workers(viewers, seconds)


@main.command()
@click.option("--minutes", default=3.0, show_default=True, help="15 for what a change should show, 120 for a release.")
@click.option("--places", default=20, show_default=True, help="Viewers at any moment.")
@click.option("--workers", "worker_count", default=0, show_default=True, help="Media workers.")
@reporting
def churn(minutes: float, places: int, worker_count: int) -> list[Figure]:
    """Joins, leaves, silent drops, lost control sockets: what grows, and what somebody who stays notices."""
    return measure_churn(ChurnLoad(minutes=minutes, places=places, workers=worker_count), click.echo)


@main.command()
@click.option("--workers", "worker_count", default=0, show_default=True, help="Media workers.")
@click.option("--window", default=64, show_default=True, help="How many are in flight, where it is more than one.")
@click.option("--seconds", default=3.0, show_default=True, help="How long each case is measured.")
@reporting
def requests(worker_count: int, window: int, seconds: float) -> list[Figure]:
    """CPU time of requests of the control protocol, and of an echo server beside it."""
    return measure_requests(worker_count, seconds, window)


@main.command()
@click.option("--rounds", default=20, show_default=True, help="Turns of half a second that each way gets.")
@click.option("--packets", default=2000, show_default=True, help="Packets whose latency is measured, each time.")
def filters(rounds: int, packets: int) -> None:
    """CPU time that a filter adds to a picture of 720p30, and what one that spins does to a stream beside it."""
    figures = measure_costs(FilterLoad(), rounds)
    plain = figures.plain
    click.echo(f"decode and encode  {plain.median_ms:6.2f} ms a frame ({plain.low_ms:.2f} to {plain.high_ms:.2f})")
    for way, added in figures.added.items():
        click.echo(f"{way:<18} {added.median_ms:+6.2f} ms a frame ({added.low_ms:+.2f} to {added.high_ms:+.2f})")
    for way, p99_ms in measure_latency(packets).items() if packets else ():
        click.echo(f"p99 of a forwarded packet, {way}: {p99_ms:.2f} ms")


@main.command()
@click.option("--recorders", default="1,10,30", show_default=True, help="How many at once, by turns.")
@click.option("--seconds", default=10.0, show_default=True, help="How long each turn records.")
def record(recorders: str, seconds: float) -> None:
    """CPU time of recording 2 Mbit/s without transcoding, and of ffmpeg copying the same."""
    for count in map(int, recorders.split(",")):
        figures = measure_recording(RecordLoad(recorders=count, seconds=seconds))
        other = f"ffmpeg {figures.ffmpeg:.2f} %" if figures.ffmpeg is not None else "no ffmpeg"
        click.echo(f"{count:>5} at once  {figures.recorder:.2f} % of a core each  {other}")


@main.command()
@click.option("--rounds", default=5, show_default=True, help="Turns that each gets; medians are told.")
@click.option("--seconds", default=10.0, show_default=True, help="Of video in each turn.")
def transcode(rounds: int, seconds: float) -> None:
    """CPU time of transcoding 720p30 VP8 to H264 and back, and of ffmpeg with the same encoder settings."""
    for have, give in (("VP8", "H264"), ("H264", "VP8")):
        figures = measure_transcoding(TranscodeLoad(have, give, seconds=seconds), rounds)
        click.echo(f"{have:>4} to {give:<4} {_against_ffmpeg(figures.server_ms, figures.ffmpeg_ms, figures.ratio)}")


@main.command()
@click.option("--participants", default="4,9", show_default=True, help="How many at once, by turns.")
@click.option("--rounds", default=5, show_default=True, help="Turns that each gets; medians are told.")
@click.option("--seconds", default=6.0, show_default=True, help="How long a turn takes.")
def composite(participants: str, rounds: int, seconds: float) -> None:
    """CPU time of composing 640x360 at 25 pictures a second, and of one ffmpeg with an xstack graph."""
    for count in map(int, participants.split(",")):
        figures = measure_composition(CompositeLoad(count, seconds=seconds), rounds)
        told = _against_ffmpeg(figures.server_ms, figures.ffmpeg_ms, figures.ratio)
        click.echo(f"{count:>5} participants  {told}")


@main.command()
@click.option("--pictures", default=300, show_default=True, help="How many are sent each way.")
def latency(pictures: int) -> None:
    """Median latency that the server adds, by a number drawn into each picture: RTP in, RTP out."""
    for way, median_ms in measure_latencies(LatencyLoad(pictures=pictures)).items():
        click.echo(f"{way:<10} {median_ms:6.2f} ms")


def _against_ffmpeg(server_ms: float, ffmpeg_ms: float | None, ratio: float | None) -> str:
    told = f"{ratio:.2f} x ffmpeg's {ffmpeg_ms:.2f}" if ratio is not None else "no ffmpeg"
    return f"{server_ms:6.2f} ms a frame  {told}"


if __name__ == "__main__":
    main()
