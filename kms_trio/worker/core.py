"""What serves requests, whichever process it is in: objects with what they need, and the methods that reach them.

A server without workers has one core and serves all with it. A worker has one for its pipelines; the control process
then has one for the ServerManager alone, without network and codecs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from kms_trio.clock import Clock
from kms_trio.media.flow import Timers
from kms_trio.objects.bus import EventBus
from kms_trio.objects.catalog import Catalog
from kms_trio.objects.context import ObjectContext, SharedHttp
from kms_trio.objects.directory import Directory
from kms_trio.objects.ids import MANAGER_ID
from kms_trio.objects.legacy import Legacy
from kms_trio.objects.lifecycle import Lifecycle
from kms_trio.objects.marshal import Marshaller
from kms_trio.objects.references import References
from kms_trio.objects.resources import ResourceLimits
from kms_trio.objects.scopes import Supervisor
from kms_trio.objects.server_manager import ServerManager
from kms_trio.objects.uri_policy import UriPolicy
from kms_trio.plugins import Plugins
from kms_trio.rpc.legacy_clients import LegacyClients
from kms_trio.rpc.methods import Methods, SessionRegister
from kms_trio.settings import Settings

PIPELINE: Final = "kurento.MediaPipeline"


@attrs.define
class MediaCore:
    """Objects, and the protocol's methods for them."""

    context: ObjectContext
    catalog: Catalog
    lifecycle: Lifecycle
    marshaller: Marshaller
    legacy_clients: LegacyClients

    @property
    def manager(self) -> ServerManager:
        """The one object that is always there."""
        manager = self.context.directory.get(MANAGER_ID)
        assert isinstance(manager, ServerManager)
        return manager

    def methods(self, sessions: SessionRegister) -> Methods:
        """The protocol's methods for the objects of this core."""
        return Methods(self.context, self.lifecycle, self.marshaller, sessions, self.legacy_clients)


def build_core(
    settings: Settings,
    plugins: Plugins,
    clock: Clock,
    *,
    timers: Timers,
    network: Any,
    codecs: Any,
    limits: ResourceLimits,
    shared_http: SharedHttp | None = None,
    check_pipeline: Callable[[], None] = lambda: None,
    manager: Callable[..., ServerManager] = ServerManager,
    legacy_clients: Callable[[Legacy], LegacyClients] = LegacyClients,
) -> MediaCore:
    """Put a core together; nothing runs yet. `check_pipeline` raises KurentoError to refuse a new pipeline."""
    directory = Directory()
    marshaller = Marshaller(directory, plugins.modules)
    context = ObjectContext(
        settings=settings,
        clock=clock,
        directory=directory,
        references=References(directory.parent_id, directory.children_ids),
        bus=EventBus(marshaller.write_event),
        supervisor=Supervisor(),
        timers=timers,
        uri_policy=UriPolicy.of(settings.uri_policy),
        network=network,
        codecs=codecs,
        modules=plugins.modules,
        shared_http=shared_http,
    )
    catalog = Catalog(plugins.modules.values())

    def check_create(session_id: str, type_name: str) -> None:
        plugins.check_create(session_id, type_name)
        if type_name == PIPELINE:
            check_pipeline()

    lifecycle = Lifecycle(context, catalog, marshaller, limits, check_create)
    if plugins.watches_events:
        context.bus.listen(plugins.event)
    directory.add(manager(context, plugins.modules["core"].classes["ServerManager"]))
    return MediaCore(context, catalog, lifecycle, marshaller, legacy_clients(Legacy(plugins.modules.values())))
