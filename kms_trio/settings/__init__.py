"""Typed settings from Kurento's conf files, Docker's variables and the command line.

    settings = load(conf_file=Path("/etc/kurento/kurento.conf.json")).settings
    settings.media_server.net.websocket.port        # 8888
    settings.web_rtc_endpoint.stun_server_address   # None

Everything is read once, at start; the values are frozen.
"""

from __future__ import annotations

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.loader import Loaded, load
from kms_trio.settings.model import Settings

__all__ = ["Loaded", "Settings", "SettingsError", "load"]
