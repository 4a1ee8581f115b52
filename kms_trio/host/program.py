"""What a host process does: settle as it is told, then answer requests until the server hangs up."""

from __future__ import annotations

import importlib
import json
import logging
import os
import socket
import sys
import traceback
from collections import deque
from typing import Any, Final, cast

import attrs
import trio

from kms_trio.dispatch import ModuleDescriptor
from kms_trio.errors import ErrorCode, KurentoError, exits_as_errors
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.host.context import HostBus, HostContext, HostDirectory
from kms_trio.host.hosted import Hosted, load_filter
from kms_trio.host.logs import ServerHandler
from kms_trio.hosting.data_json import message_to_json
from kms_trio.hosting.errors import HostGoneError, HostProtocolError
from kms_trio.hosting.messages import MAX_SAID_BYTES, ControlSocket, Message, write_message
from kms_trio.hosting.unit_socket import UnitSocket
from kms_trio.objects.filter_traits import FilterTraits
from kms_trio.objects.marshal import Marshaller
from kms_trio.objects.media_pipeline import MediaPipeline
from kms_trio.settings import load

__all__ = ["serve"]

MAX_LOG_LINES: Final = 1000
"""Lines that wait to be sent; more are dropped."""

UNEXPECTED: Final = ErrorCode.UNEXPECTED_ERROR
CLOSE_LIMIT_S: Final = 2.0

logger = logging.getLogger("kms.hosting")


def serve(control: int) -> None:
    """Serve on that socket until the server hangs up, and end the process whatever threads still run."""
    code = 1
    try:
        trio.run(_serve, control)
        code = 0
    except Exception:  # noqa: BLE001 - the guard of the process, whose other threads must not keep it
        traceback.print_exc()
    finally:
        logging.shutdown()
        sys.stderr.flush()
        os._exit(code)


async def _serve(control: int) -> None:
    host = Host(ControlSocket(socket.socket(fileno=control)))
    settled = await host.control.receive()
    if settled is None:
        return
    async with trio.open_nursery() as nursery:
        host.settle(settled)
        await nursery.start(host.context.supervisor.run)
        nursery.start_soon(host.context.timers.run)
        nursery.start_soon(host.send)
        while (message := await host.control.receive()) is not None:
            file = host.control.next_file() if message["do"] == "create" else None
            nursery.start_soon(host.answer, message, file)
        await host.close()
        nursery.cancel_scope.cancel()


class Host:
    """The state of the process."""

    context: HostContext
    marshaller: Marshaller
    pipeline: MediaPipeline

    def __init__(self, control: ControlSocket) -> None:
        self.control = control
        self.filters: dict[str, Hosted] = {}
        self._token = trio.lowlevel.current_trio_token()
        self._outbox: deque[bytes] = deque()
        self._logs = 0
        self._filled = trio.Event()

    # What the server is told.

    def say(self, message: Message) -> None:
        """Send a message; from any thread."""
        data = write_message(message, MAX_SAID_BYTES)
        if "log" in message and self._logs >= MAX_LOG_LINES:
            return
        self._logs += "log" in message
        if _in_trio():
            self._put(data)
        else:
            self._token.run_sync_soon(self._put, data)

    def _put(self, data: bytes) -> None:
        self._outbox.append(data)
        self._filled.set()

    async def send(self) -> None:
        """Send what was said. Runs as a task."""
        while True:
            await self._filled.wait()
            self._filled = trio.Event()
            self._logs = 0
            try:
                while self._outbox:
                    await self.control.send(self._outbox.popleft())
            except HostGoneError:
                return  # the server is gone, as the task that receives will see

    def tell(self, source: Any, event_name: str, event: Any) -> None:
        """Tell of an event of a filter: with the unit at which it was raised, if it was at one."""
        data = self.marshaller.write_event(event)
        for key in ("source", "timestampMillis", "tags"):
            data.pop(key, None)
        self._say_of(source.id, {"event": event_name, "data": data})

    def _say_of(self, object_id: str, message: Message) -> None:
        hosted = self.filters.get(object_id)
        if hosted is not None and hosted.in_its_thread:
            hosted.note(json.dumps(message, allow_nan=False).encode())
        else:
            self.say({"of": object_id, **message})

    # What the server asks for.

    def settle(self, message: Message) -> None:
        """Become the host of a module: its import paths, settings, and place in the tree of objects."""
        sys.path[:] = message["path"]
        root = logging.getLogger()
        root.addHandler(ServerHandler(self.say))
        root.setLevel(message["level"])
        modules: dict[str, ModuleDescriptor] = {"core": CORE}
        for package in message["packages"]:
            descriptor: ModuleDescriptor = importlib.import_module(f"{package}.module").MODULE
            modules[descriptor.name] = descriptor
        settings = attrs.evolve(
            load(overrides=message["settings"], unknown_keys="warn").settings, modules=message["moduleSettings"]
        )
        self.context = HostContext(message["module"], settings, modules, HostBus(self.tell))
        directory = HostDirectory(message["module"])
        self.marshaller = Marshaller(directory, modules)
        self.context.next_id = message["pipeline"]
        self.pipeline = MediaPipeline(cast(Any, self.context), None, CORE.classes["MediaPipeline"])
        directory.add(self.pipeline)

    async def answer(self, message: Message, file: int | None) -> None:
        """Named guard: do what a request asks for, and reply; what it raises is the reply."""
        reply: Message = {"reply": message["number"]}
        try:
            with exits_as_errors():
                reply["result"] = await self._do(message, file)
            data = write_message(reply, MAX_SAID_BYTES)
        except KurentoError as refusal:
            reply["error"] = {"code": refusal.code, "message": refusal.message, "type": refusal.data_type}
            data = write_message(reply, MAX_SAID_BYTES)
        except Exception as failure:
            logger.exception("%s: %s failed", message.get("of"), message["do"])
            text = f"{type(failure).__name__}: {failure}"
            data = write_message(
                {
                    "reply": message["number"],
                    "error": {"code": UNEXPECTED.value, "message": text, "type": UNEXPECTED.name},
                }
            )
        self._put(data)

    async def close(self) -> None:
        """Named guard: let all filters give back what they hold."""
        with trio.move_on_after(CLOSE_LIMIT_S):
            for hosted in self.filters.values():
                try:
                    await hosted.close()
                except Exception:  # noqa: BLE001 - see above; the server listens no more
                    traceback.print_exc()

    async def _do(self, message: Message, file: int | None) -> Any:
        match message["do"]:
            case "load":
                traits = FilterTraits.of(await trio.to_thread.run_sync(load_filter, message["path"]))
                return None if traits is None else traits.write()
            case "create":
                assert file is not None
                return await self._create(message, file)
            case "invoke":
                hosted = self.filters[message["of"]]
                result = await hosted.invoke(message["operation"], message["parameters"])
                self._say_state(hosted)
                return result
            case "data":  # one at a time comes of a filter, so they keep their order
                receiver = self.filters.get(message["of"])
                if receiver is None:
                    return message["message"]
                kept = await receiver.filter_data(message["message"])
                self._say_state(receiver)
                return kept
            case "release":
                released = self.filters.pop(message["of"], None)
                if released is not None:  # else it was never made
                    await released.close()
                return None
            case other:
                raise HostProtocolError(f"expected a request that is known, got {other!r}")

    def _say_state(self, hosted: Hosted) -> None:
        hosted.say_state(lambda state: self.say({"of": hosted.filter.id, "state": state}))

    async def _create(self, message: Message, file: int) -> None:
        object_id: str = message["of"]
        wire = UnitSocket(socket.socket(fileno=file))
        implementation = load_filter(message["path"])
        object_class = self.context.modules[message["module"]].classes[message["class"]]
        self.context.next_id = object_id
        self.context.next_element = (object_class.name, message["elementNumber"])
        hosted = Hosted(
            self.context, self.pipeline, object_class, implementation, message["parameters"], self.marshaller
        )
        self.filters[object_id] = hosted
        try:
            await hosted.start(
                lambda bypass: self._say_of(object_id, {"bypass": bypass}),
                lambda data: self._say_of(object_id, {"send": message_to_json(data)}),
                message["state"],
            )
        except BaseException:
            del self.filters[object_id]
            raise
        hosted.serve_units(wire)


def _in_trio() -> bool:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
