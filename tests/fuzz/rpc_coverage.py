"""A coverage-guided search (atheris, libFuzzer) for frames that the protocol code does not foresee.

    python -m tests.fuzz.rpc_coverage [SECONDS] [libFuzzer options...]

An input is a conversation: one frame a line. It is carried out by a server without sockets, and every reply has to be
one; what breaks that, or hangs, is written to a file whose name the output tells. Starts from recorded requests.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from pathlib import Path

import atheris
import trio

from kms_trio.testing.patience import PATIENCE_S

with atheris.instrument_imports(include=["kms_trio.rpc", "kms_trio.objects", "kms_trio.dispatch"]):
    from kms_trio.app import Server, build
    from kms_trio.clock import SystemClock
    from kms_trio.codecs.service import CodecService
    from kms_trio.errors import ErrorCode
    from kms_trio.net.service import NetworkService
    from kms_trio.plugins import Plugins
    from kms_trio.settings import Settings
    from tests.rpc.frames import METHODS, WORDS, fill, recorded_requests

DEFAULT_SECONDS = 120

#: The words of two crashes that are Kurento's, and foreseen.
FORESEEN = ("requires objectValue", "Unknown type")


class Nobody:
    """A connection that takes events and forgets them."""

    session_id: str | None = None

    def send_event(self, text: str) -> None:
        json.loads(text)


class Target:
    """A server in a thread; libFuzzer has the main one."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        threading.Thread(target=trio.run, args=(self._serve,), daemon=True).start()
        self._ready.wait()

    async def _serve(self) -> None:
        clock = SystemClock()
        self._server: Server = build(Settings(), Plugins([]), clock, NetworkService(clock), CodecService())
        self._token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as nursery:
            await nursery.start(self._server.context.supervisor.run)
            self._ready.set()

    def __call__(self, data: bytes) -> None:
        """Carry out one conversation."""
        trio.from_thread.run(self._converse, data.split(b"\n"), trio_token=self._token)

    async def _converse(self, frames: list[bytes]) -> None:
        server, peer = self._server, Nobody()
        pipeline = await server.lifecycle.create("other", "MediaPipeline", None)
        element = await server.lifecycle.create("other", "PassThrough", {"mediaPipeline": pipeline.id})
        for frame in frames:
            with trio.fail_after(PATIENCE_S):
                reply = await server.rpc._handler.handle(fill(frame, pipeline.id, element.id), peer)
            check(frame, reply)
        for session_id in server.context.references.sessions:
            await server.sessions.end(session_id, release=True)
        await server.lifecycle.release_all()
        assert len(server.context.directory) == 1


def check(frame: bytes, reply: str) -> None:
    """Raise AssertionError unless `reply` is a reply, and one that somebody foresaw."""
    if not reply:
        return
    message = json.loads(reply)
    assert ("result" in message) != ("error" in message), (frame, reply)
    unforeseen = message.get("error", {}).get("code") == ErrorCode.INTERNAL_ERROR
    assert not unforeseen or any(words in reply for words in FORESEEN), (frame, reply)


def main() -> None:
    """Run for so many seconds, then exit with 0; or with another status as soon as something is found."""
    seconds, *options = sys.argv[1:] or [str(DEFAULT_SECONDS)]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, text in enumerate(recorded_requests()):
            (corpus / f"{number:04}").write_text(text, encoding="utf-8")
        # The words of the protocol, for libFuzzer to put in.
        words = Path(folder, "words")
        words.write_text("".join(f'"{word}"\n' for word in (*WORDS, *METHODS)), encoding="ascii")
        limits = [f"-max_total_time={seconds}", "-max_len=4096", "-len_control=0", "-timeout=20"]
        atheris.Setup([sys.argv[0], *limits, f"-dict={words}", *options, str(corpus)], Target())
        atheris.Fuzz()


if __name__ == "__main__":
    main()
