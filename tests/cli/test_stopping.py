"""How a server ends: recordings finished, goodbyes said, in time; and what is written down when it crashes."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from kms_trio.rtc.rtcp import Goodbye
from kms_trio.testing.clips import write_clip
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import open_client
from tests.cli.commands import KMS_TRIO, ROOT, environment_with, free_port, started
from tests.elements.recorder.material import read_file
from tests.elements.webrtc.room import join


def arguments(port: int, *more: str) -> list[str]:
    """Of a server on loopback that logs little, as nobody reads its output meanwhile."""
    loopback = "modules.kurento.WebRtcEndpoint.includeLoopback=always"
    place = ["--address", "127.0.0.1", "--port", str(port), "--http-port", "0"]
    return ["serve", *place, "--log-level", "2,KurentoMediaServer:4,KurentoResourceManager:4", "--set", loopback, *more]


async def ended(process: subprocess.Popen[str]) -> str:
    """Wait for the end; the rest of the output."""
    rest, _ = await trio.to_thread.run_sync(lambda: process.communicate(timeout=PATIENCE_S))
    return rest


@pytest.mark.slow
async def test_sigterm_finishes_recordings_and_says_goodbye(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.webm", seconds=20.0)
    recording = tmp_path / "recording.webm"
    port = free_port()
    with started(KMS_TRIO, *arguments(port), ready="Kurento protocol: ") as process:
        async with open_client(f"ws://127.0.0.1:{port}/kurento") as client:
            pipeline = await client.create("MediaPipeline")
            player = await client.create(
                "PlayerEndpoint", mediaPipeline=pipeline, uri=f"file://{clip}", useEncodedMedia=True
            )
            recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, uri=f"file://{recording}")
            await client.subscribe(recorder, "Recording")
            await client.invoke(player, "connect", sink=recorder)
            async with join(client, pipeline, send=False, sources=[player]) as viewer:
                await client.invoke(recorder, "record")
                await client.invoke(player, "play")
                await client.expect("Recording", recorder)
                await until(lambda: "video" in viewer.peer.tracks and len(viewer.peer.tracks["video"].frames) > 20)
                process.send_signal(signal.SIGTERM)
                rest = await ended(process)
                await until(lambda: any(isinstance(packet, Goodbye) for packet in viewer.peer.rtcp))
            await client.wait_closed()
            closed = client.websocket.closed
    assert process.returncode == 0
    assert rest.endswith("Kurento Media Server stopped\n")
    assert "Destroying 1 pipelines" not in rest  # a category that this server was told to be quiet about
    assert closed is not None
    assert (closed.code, closed.reason) == (1001, "terminating")
    contents = read_file(recording)
    assert contents.duration_s is not None
    assert contents.duration_s > 0.5
    assert contents.numbers == list(range(len(contents.numbers)))


async def test_idle_above_the_kill_limit() -> None:
    port = free_port()
    limit = ["--workers", "0", "--set", "mediaServer.resources.killLimit=0.0001"]
    with started(KMS_TRIO, *arguments(port, *limit), ready="Kurento protocol: ") as process:
        async with open_client(f"ws://127.0.0.1:{port}/kurento") as client:
            pipeline = await client.create("MediaPipeline")
            await client.invoke(pipeline, "getName")
            await client.release(pipeline)
            rest = await ended(process)
    assert process.returncode == 0
    assert re.search(r"Resources over the limit, server will be killed: Reached KMS (files|threads) limit: \d+\n", rest)
    assert "Received SIGTERM, stopping" in rest
    assert rest.endswith("Kurento Media Server stopped\n")


BREAK = """
import faulthandler, sys
import kms_trio.cli.running as running
from kms_trio.cli.kurento import main

def fail(*_):
    {failure}

running.run_until_signal = fail
sys.exit(main())
"""


def run_broken(folder: Path, failure: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a server that fails in a given way once it is to run."""
    return subprocess.run(
        [sys.executable, "-c", BREAK.format(failure=failure), "--logs-path", str(folder), "--gst-debug=1"],
        env=environment_with({}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_ends_the_process_is_in_errors_log(tmp_path: Path) -> None:
    for _ in range(2):
        assert run_broken(tmp_path, "raise ZeroDivisionError('nobody foresaw this')").returncode == 1
    text = (tmp_path / "errors.log").read_text()
    starts = re.findall(r"\n\n(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d) -- New execution\nTraceback", text)
    assert len(starts) == 2
    assert text.count("in fail\n") == 2
    assert text.endswith("ZeroDivisionError: nobody foresaw this\n")


def test_what_ends_the_process_is_there_when_nothing_is_logged(tmp_path: Path) -> None:
    failure = "import logging; logging.disable(); raise ZeroDivisionError"
    assert run_broken(tmp_path, failure).returncode == 1
    assert (tmp_path / "errors.log").read_text().endswith("ZeroDivisionError\n")


def test_native_crash(tmp_path: Path) -> None:
    assert run_broken(tmp_path, "faulthandler._sigsegv()").returncode == -signal.SIGSEGV
    text = (tmp_path / "errors.log").read_text()
    assert "Fatal Python error: Segmentation fault" in text
    assert "in fail" in text


def test_native_crash_without_a_folder_for_logs() -> None:
    broken = BREAK.format(failure="faulthandler._sigsegv()")
    command = [sys.executable, "-c", broken, "--gst-debug=1"]
    result = subprocess.run(
        command, env=environment_with({}), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in result.stderr
    assert "in fail" in result.stderr


def test_a_crash_that_a_guard_caught_and_a_thread_that_has_none(tmp_path: Path) -> None:
    failure = """
    import logging, threading
    try:
        raise KeyError("an element")
    except KeyError:
        logging.getLogger("kms.x").exception("caught")
    logging.getLogger("kms.x").error("no traceback")
    thread = threading.Thread(target=lambda: 1 / 0, name="worker")
    thread.start()
    thread.join()
    """
    result = run_broken(tmp_path, failure)
    assert result.returncode == 0
    text = (tmp_path / "errors.log").read_text()
    assert "KeyError: 'an element'" in text
    assert "The thread worker crashed\nTraceback" in text
    assert text.endswith("ZeroDivisionError: division by zero\n")
    assert "no traceback" in result.stderr
    assert "no traceback" not in text


HANG = """
import sys, time, trio
import kms_trio.cli.running as running
from kms_trio import app
from kms_trio.cli.main import main

async def never_stop(server):
    time.sleep(60)

app._stop = never_stop
running.EXIT_DEADLINE_S = 3  # long enough to get there
sys.argv = ["kms-trio", *sys.argv[1:]]
main()
"""


def test_a_server_that_hangs_is_ended_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-c", HANG, *arguments(free_port(), "--logs-path", str(tmp_path))]
    with subprocess.Popen(
        command, env=environment_with({}), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "Kurento protocol: " in line:
                    break
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert process.returncode == 1
    text = (tmp_path / "errors.log").read_text()
    assert "Timeout (0:00:03" in text
    assert "in never_stop" in text
