"""Runs under the system's Python, which has the GStreamer bindings of Debian: a real RTSP server.

Arguments, one JSON object: host, port, path, launch, protocols (of `GstRtsp.RTSPLowerTrans`), user and password (may be
empty).  What is multicast goes to 239.1.2.3 from port 5000 on.  Writes `{"port": ...}` when it listens.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

gi: Any = importlib.import_module("gi")  # by name: the Python of the tests has it not
for name in ("Gst", "GstRtsp", "GstRtspServer"):
    gi.require_version(name, "1.0")
GLib, Gst, GstRtsp, GstRtspServer = (
    importlib.import_module(f"gi.repository.{name}") for name in ("GLib", "Gst", "GstRtsp", "GstRtspServer")
)


def main(wanted: dict[str, Any]) -> None:
    """Serve until it is killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(wanted["host"])
    server.set_service(str(wanted["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(wanted["launch"])
    factory.set_shared(True)
    factory.set_protocols(GstRtsp.RTSPLowerTrans(wanted["protocols"]))
    pool = GstRtspServer.RTSPAddressPool()
    pool.add_range("239.1.2.3", "239.1.2.3", 5000, 5009, 1)
    factory.set_address_pool(pool)
    if wanted["user"]:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(wanted["user"], wanted["password"]), token)
        server.set_auth(auth)
        factory.add_role_from_structure(
            Gst.Structure.from_string("viewer,media.factory.access=true,media.factory.construct=true")[0]
        )
    server.get_mount_points().add_factory(wanted["path"], factory)
    if not server.attach(None):
        print(json.dumps({"error": "cannot listen"}), flush=True)
        return
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    GLib.MainLoop().run()


main(json.loads(sys.argv[1]))
