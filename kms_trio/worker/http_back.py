"""The worker's side of HTTP ports that belong to the whole server (`http_front`)."""

from __future__ import annotations

import itertools
import socket
import uuid

import attrs
import trio

from kms_trio.net.asgi import HttpListenError
from kms_trio.worker.channel import Channel
from kms_trio.worker.frames import Message
from kms_trio.worker.said import BACK_PREFIX


@attrs.define
class _Asked:
    """A port that the control process was asked for."""

    answered: trio.Event = attrs.field(factory=trio.Event)
    port: int = 0
    failure: str | None = None


class HttpBack:
    """A `kms_trio.objects.context.SharedHttp` of worker `number`."""

    def __init__(self, channel: Channel, number: int) -> None:
        #: What the paths of all URLs begin with.
        self.prefix = f"{number}-"
        self._channel = channel
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}

    async def listen(self, host: str | None, port: int) -> tuple[list[socket.socket], int]:
        """A private socket to serve on, and the port that leads to it. Raises HttpListenError."""
        name = f"{BACK_PREFIX}{uuid.uuid4()}"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(f"\0{name}")
            listener.listen()
            listener.setblocking(False)
            number = next(self._numbers)
            asked = self._asked[number] = _Asked()
            self._channel.send({"listen": number, "back": name, "host": host, "port": port})
            await asked.answered.wait()
            if asked.failure is not None:
                raise HttpListenError(asked.failure)
        except BaseException:
            listener.close()
            raise
        return [listener], asked.port

    def answered(self, message: Message) -> None:
        """The control process listens, or cannot."""
        asked = self._asked.pop(message["listening"])
        asked.port, asked.failure = message["port"], message["failure"]
        asked.answered.set()
