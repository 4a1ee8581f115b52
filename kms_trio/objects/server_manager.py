"""ServerManager: the one object that is always there, `manager_ServerManager`."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.interfaces import ServerManagerInterface
from kms_trio.generated.core.types import ModuleInfo, ServerInfo, ServerType
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.objects.media_object import MediaObject
from kms_trio.objects.media_pipeline import MediaPipeline

if TYPE_CHECKING:
    from kms_trio.dispatch import RemoteClass
    from kms_trio.objects.context import ObjectContext

logger = logging.getLogger(__name__)

#: What `ServerInfo.capabilities` says that clients may rely on.
CAPABILITIES: Final = ("transactions",)

_MEMORY_FILE: Final = Path("/proc/self/statm")


class ServerManager(MediaObject, ServerManagerInterface):
    """Information about the server, and events about every object."""

    def __init__(self, context: ObjectContext, object_class: RemoteClass) -> None:
        super().__init__(context, None, object_class)
        self._id = self._name = MANAGER_ID

    @property
    def media_pipeline(self) -> None:
        """None: the manager belongs to no pipeline."""
        return None

    @property
    def info(self) -> ServerInfo:
        """Version of the protocol, modules and capabilities."""
        modules = [
            ModuleInfo(
                name=module.name,
                version=module.version,
                generation_time=module.generation_time,
                factories=sorted(module.factories),
            )
            for _, module in sorted(self.context.modules.items())
        ]
        # Clients choose by it what they may use: it is the release of Kurento that the core module is that of.
        version = self.context.modules["core"].version
        return ServerInfo(version=version, modules=modules, type=ServerType.KMS, capabilities=CAPABILITIES)

    @property
    def pipelines(self) -> list[MediaPipeline]:
        """All pipelines."""
        return [root for root in self.context.directory.roots() if isinstance(root, MediaPipeline)]

    @property
    def sessions(self) -> list[str]:
        """Ids of all sessions that hold an object."""
        return list(self.context.references.sessions)

    @property
    def metadata(self) -> str:
        """The `metadata` of the configuration as JSON text; empty when there is none."""
        metadata = self.context.settings.metadata
        return json.dumps(dict(metadata), sort_keys=True, separators=(",", ":")) if metadata else ""

    async def get_kmd(self, module_name: str) -> str:
        """Return the spec of a loaded module as JSON text. Raises KurentoError 40500 for any other name."""
        module = self.context.modules.get(module_name)
        if module is None:
            raise KurentoError(ErrorCode.SERVER_MANAGER_ERROR_KMD_NOT_FOUND, "Requested kmd module doesn't exist")
        try:
            return await trio.to_thread.run_sync(lambda: module.kmd)
        except OSError as failure:
            logger.error("module %s: its spec cannot be read: %s", module_name, failure)
            raise KurentoError(
                ErrorCode.SERVER_MANAGER_ERROR_KMD_NOT_FOUND, "Requested kmd module doesn't exist"
            ) from failure

    def get_cpu_count(self) -> int:
        """Return the number of processors that the server may use."""
        return len(os.sched_getaffinity(0))

    async def get_used_cpu(self, interval: int) -> float | None:  # type: ignore[override]  # null, as ever, for no time
        """Return the percentage of all processors that the server uses, over the next `interval` ms.

        None when `interval` is not positive.
        """
        if interval <= 0:
            return None
        began_s, used_s = time.monotonic(), time.process_time()
        await trio.sleep(interval / 1000)
        elapsed_s = time.monotonic() - began_s
        return round(100 * (time.process_time() - used_s) / (elapsed_s * self.get_cpu_count()), 2)

    def get_used_memory(self) -> int:
        """Return the resident memory of the server, KiB."""
        resident_pages = int(_MEMORY_FILE.read_text(encoding="ascii").split()[1])
        return resident_pages * os.sysconf("SC_PAGE_SIZE") // 1024
