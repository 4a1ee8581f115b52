"""Wheels contain the compiled forwarding helper if it can be made, and are for every platform otherwise."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs `kms_trio/net/native/build.py`, which needs nothing of the package around it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files of the wheel are gathered."""
        path = Path(self.root, "kms_trio", "net", "native", "build.py")
        spec = importlib.util.spec_from_file_location("native_build", path)
        assert spec is not None
        assert spec.loader is not None
        native = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(native)
        try:
            library = native.build()
        except native.BuildError as problem:
            self.app.display_warning(f"without the compiled forwarding helper: {problem}")
            return
        build_data["artifacts"].append(library.relative_to(self.root).as_posix())
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"cp311-abi3-{platform}"
