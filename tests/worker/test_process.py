"""A server with workers as an operator runs it: ends, failures to start, logs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import trio

from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient, open_client
from tests.cli.commands import KMS_TRIO, free_port, run, started
from tests.elements.recorder.material import read_file

READY = "Kurento protocol: "
PORTS = "modules.kurento.BaseRtpEndpoint"


def arguments(port: int, *more: str) -> list[str]:
    place = ["--address", "127.0.0.1", "--port", str(port), "--http-port", "0", "--workers", "2"]
    return ["serve", *place, "--log-level", "2,KurentoMediaServer:4,KurentoMediaSet:4,kms.network:4", *more]


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The process ids of a server's workers."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def logs_in(folder: Path) -> list[Path]:
    return list(folder.glob("*.pid*.log"))


async def ended(process: subprocess.Popen[str]) -> str:
    """Wait for the end of the server and of whatever it started; the rest of the output."""
    rest, _ = await trio.to_thread.run_sync(lambda: process.communicate(timeout=PATIENCE_S))
    return rest


async def record(client: RpcClient, clip: Path, recording: Path) -> None:
    """Let a pipeline record a clip, and return once it does."""
    pipeline = await client.create("MediaPipeline")
    player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=f"file://{clip}", useEncodedMedia=True)
    recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=f"file://{recording}")
    await client.subscribe(recorder, "Recording")
    await client.invoke(player, "connect", sink=recorder)
    await client.invoke(recorder, "record")
    await client.invoke(player, "play")
    await client.expect("Recording", recorder)


@pytest.mark.slow
async def test_sigterm_to_all_processes_finishes_recordings_of_all_workers(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.webm", seconds=30.0)
    recordings = [tmp_path / f"{number}.webm" for number in range(4)]
    port = free_port()
    with started(KMS_TRIO, *arguments(port), ready=READY) as process:
        workers = workers_of(process)
        assert len(workers) == 2
        async with open_client(f"ws://127.0.0.1:{port}/kurento") as client:
            for recording in recordings:
                await record(client, clip, recording)
            await until(lambda: all(each.exists() and each.stat().st_size > 30_000 for each in recordings))
            for pid in (*workers, process.pid):  # as a service manager does it
                os.kill(pid, signal.SIGTERM)
            rest = await ended(process)
            await client.wait_closed()
    assert process.returncode == 0
    assert rest.endswith("Kurento Media Server stopped\n")
    destroyed = re.findall(r" (\d+) 0x\S+ .*Destroying \d+ pipelines", rest)
    assert sorted(map(int, destroyed)) == sorted(workers)
    assert not any(map(is_alive, workers))
    for recording in recordings:
        contents = read_file(recording)
        assert contents.duration_s is not None
        assert contents.duration_s > 0.5
        assert contents.numbers == list(range(len(contents.numbers)))


async def test_workers_end_when_the_control_process_is_killed(tmp_path: Path) -> None:
    port = free_port()
    with started(KMS_TRIO, *arguments(port), ready=READY) as process:
        workers = workers_of(process)
        async with open_client(f"ws://127.0.0.1:{port}/kurento") as client:
            await client.create("MediaPipeline")
            process.kill()
            await until(lambda: not any(map(is_alive, workers)))
            await ended(process)


def test_a_port_that_is_taken_stops_the_start() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        share = ["--set", f"{PORTS}.minPort={port}", "--set", f"{PORTS}.maxPort={port}"]
        result = run(KMS_TRIO, *arguments(free_port(), *share), "--workers", "1")
        assert result.returncode == 1
        assert f"The server cannot start: no free UDP port from {port} to {port} on " in result.stderr
        too_few = run(KMS_TRIO, *arguments(free_port(), *share))
        assert too_few.returncode == 1
        assert f"The server cannot start: {PORTS}: expected a port for each of 2 workers" in too_few.stderr


async def test_one_log_for_all_and_the_crash_of_a_worker_in_errors_log(tmp_path: Path) -> None:
    port = free_port()
    with started(KMS_TRIO, *arguments(port, "--logs-path", str(tmp_path)), ready=READY) as process:
        workers = workers_of(process)
        [log] = logs_in(tmp_path)
        assert log.name.endswith(f".pid{process.pid}.log")
        for pid in workers:
            assert re.search(rf" {pid} 0x\S+ +info kms.network +service\.py:\d+ _bind\(\)  UDP port", log.read_text())
        os.kill(workers[0], signal.SIGSEGV)
        errors = tmp_path / "errors.log"
        await until(lambda: f"(process {workers[0]}) was ended by SIGSEGV" in errors.read_text())
        text = errors.read_text()
        assert text.count("-- New execution") == 1
        assert "Fatal Python error: Segmentation fault" in text
        await until(lambda: len(workers_of(process)) == 2 and workers[0] not in workers_of(process))
        process.send_signal(signal.SIGTERM)
        await ended(process)
        assert logs_in(tmp_path) == [log]
