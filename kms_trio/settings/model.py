"""`Settings`: everything that the server may be told, typed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from kms_trio.settings import kinds
from kms_trio.settings.extensions import (
    ConnectionsSettings,
    FiltersSettings,
    HttpSettings,
    PluginsSettings,
    ProcessesSettings,
    UriPolicySettings,
    WorkersSettings,
)
from kms_trio.settings.modules import (
    BaseRtpEndpointSettings,
    HttpEndpointSettings,
    MediaElementSettings,
    PlayerEndpointSettings,
    RecorderEndpointSettings,
    SdpEndpointSettings,
    UriEndpointSettings,
    WebRtcEndpointSettings,
)
from kms_trio.settings.options import option, section
from kms_trio.settings.server import MediaServerSettings

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Settings:
    """The configuration of one server. `Settings()` is the defaults; `load` reads files and environment."""

    media_server: MediaServerSettings = section(MediaServerSettings, "mediaServer")
    metadata: Mapping[str, Any] = option(
        "metadata", kinds.json_object(), _NOTHING, "Anything; clients read it with ServerManager.getMetadata."
    )
    media_element: MediaElementSettings = section(MediaElementSettings, "modules", "kurento", "MediaElement")
    base_rtp_endpoint: BaseRtpEndpointSettings = section(
        BaseRtpEndpointSettings, "modules", "kurento", "BaseRtpEndpoint"
    )
    sdp_endpoint: SdpEndpointSettings = section(SdpEndpointSettings, "modules", "kurento", "SdpEndpoint")
    uri_endpoint: UriEndpointSettings = section(UriEndpointSettings, "modules", "kurento", "UriEndpoint")
    web_rtc_endpoint: WebRtcEndpointSettings = section(WebRtcEndpointSettings, "modules", "kurento", "WebRtcEndpoint")
    player_endpoint: PlayerEndpointSettings = section(PlayerEndpointSettings, "modules", "kurento", "PlayerEndpoint")
    recorder_endpoint: RecorderEndpointSettings = section(
        RecorderEndpointSettings, "modules", "kurento", "RecorderEndpoint"
    )
    http_endpoint: HttpEndpointSettings = section(HttpEndpointSettings, "modules", "kurento", "HttpEndpoint")
    http: HttpSettings = section(HttpSettings, "kmsTrio", "http")
    connections: ConnectionsSettings = section(ConnectionsSettings, "kmsTrio", "connections")
    workers: WorkersSettings = section(WorkersSettings, "kmsTrio", "workers")
    processes: ProcessesSettings = section(ProcessesSettings, "kmsTrio", "processes")
    plugins: PluginsSettings = section(PluginsSettings, "kmsTrio", "plugins")
    filters: FiltersSettings = section(FiltersSettings, "kmsTrio", "filters")
    uri_policy: UriPolicySettings = section(UriPolicySettings, "kmsTrio", "uriPolicy")
    #: The whole branch `modules`, untyped, as third-party modules read it.
    modules: Mapping[str, Any] = attrs.field(default=_NOTHING, repr=False)

    def module(self, module: str, class_name: str) -> Mapping[str, Any]:
        """What `modules/<module>/<class_name>.conf.*` says; empty when there is no such file.

        Values are strings from INI, INFO and XML files and JSON values from JSON files. `configPath` is the
        folder of that file, for relative paths.
        """
        branch = self.modules.get(module, _NOTHING)
        values = branch.get(class_name, _NOTHING) if isinstance(branch, Mapping) else _NOTHING
        return values if isinstance(values, Mapping) else _NOTHING
