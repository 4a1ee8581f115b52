"""Reading the configuration: main file, module files, Docker's variables, overrides.

The order is Kurento's: the main file, then `modules/<module>/<Class>.conf.<format>` found by
walking the module paths, then (ours) Docker's `KMS_*` variables and the command line.
Later values win; objects merge, scalars and arrays replace.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import attrs

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.model import Settings
from kms_trio.settings.options import walk
from kms_trio.settings.readers import is_conf_file, read_file
from kms_trio.settings.structure import CONFIG_PATH, Problems, find_unknown_keys, structure
from kms_trio.settings.tree import Leaf, Source, Tree, merge, nested, with_source, without_source

DEFAULT_CONF_FILE = Path("/etc/kurento/kurento.conf.json")


@attrs.frozen(kw_only=True)
class Loaded:
    """Typed settings, and what there is to tell the operator about where they came from."""

    settings: Settings
    #: Every file that was read, in order; the main file, if there is one, and the folders of the module files.
    files: tuple[Path, ...]
    main_file: Path | None
    module_folders: tuple[Path, ...]
    #: Lines for the log: files that could not be read, keys without effect, unknown keys when they are tolerated.
    warnings: tuple[str, ...]


def load(
    *,
    conf_file: Path | None = None,
    modules_config_path: Iterable[Path] | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
    unknown_keys: Literal["error", "warn"] = "error",
) -> Loaded:
    """Read everything once.

    `conf_file` None means no main file (and no module files unless `modules_config_path` says where).
    `modules_config_path` None means the folder `modules` beside the main file.
    `environment` is what to take Docker's variables from, usually `os.environ`; None: nothing.
    `overrides` maps dotted keys (`mediaServer.net.websocket.port`) to values.

    Raises SettingsError with every problem of the files at once: a main file that is missing or cannot be
    parsed, values of a wrong kind, and unknown keys unless `unknown_keys` is "warn". A module file that cannot be
    parsed is a warning, as in Kurento.
    """
    tree: Tree = {}
    files: list[Path] = []
    problems = Problems()
    if conf_file is not None:
        merge(tree, with_source(read_file(conf_file), Source(str(conf_file), conf_file.absolute().parent)))
        files.append(conf_file)
        if modules_config_path is None:
            modules_config_path = [conf_file.absolute().parent / "modules"]
    module_folders = tuple(modules_config_path or ())
    for root in module_folders:
        _read_modules(root, tree, files, problems)
    merge(tree, _from_environment(environment or {}))
    for key, value in (overrides or {}).items():
        merge(tree, nested(tuple(key.split(".")), _sourced(value, Source("command line", Path.cwd()))))

    find_unknown_keys(Settings, tree, problems)
    modules = tree.get("modules", {})
    settings = structure(Settings, tree, problems, modules={} if isinstance(modules, Leaf) else without_source(modules))
    _check_together(settings, problems)
    if unknown_keys == "error":
        problems.errors.extend(problems.unknown_keys)
    else:
        problems.remarks.extend(problems.unknown_keys)
    if problems.errors:
        raise SettingsError(problems.errors)
    return Loaded(
        settings=settings,
        files=tuple(files),
        main_file=conf_file,
        module_folders=module_folders,
        warnings=tuple(problems.remarks),
    )


def _sourced(value: Any, source: Source) -> Tree | Leaf:
    return with_source(value, source) if isinstance(value, dict) else Leaf(value, source)


def _read_modules(root: Path, tree: Tree, files: list[Path], problems: Problems) -> None:
    """Merge every `<root>/**/<module>/<Class>.conf.<format>` at `modules.<module>.<Class>`."""
    if not root.is_dir():
        problems.remarks.append(f"{root}: no such folder; module settings are the defaults")
        return
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if not is_conf_file(file):
                kind = "conf format" if ".conf." in name else "file type"
                problems.remarks.append(
                    f"Unknown {kind}: {file}; not read; expected a name that ends in .conf.json, .ini, .info or .xml"
                )
                continue
            try:
                raw = read_file(file, wrapped=True)
            except SettingsError as error:
                problems.remarks.append(f"Error loading config: {error}")
                continue
            path = ("modules", *file.relative_to(root).parent.parts, name.partition(".conf.")[0])
            source = Source(str(file), file.absolute().parent)
            branch = with_source(raw, source)
            branch[CONFIG_PATH] = Leaf(str(source.folder), source)
            merge(tree, nested(path, branch))
            files.append(file)


def _from_environment(environment: Mapping[str, str]) -> Tree:
    """What Docker's variables set."""
    tree: Tree = {}
    for row in walk(Settings):
        for variable in row.option.environment:
            if value := environment.get(variable, ""):
                merge(tree, nested(row.path, Leaf(value, Source(f"environment variable {variable}", Path.cwd()))))
                break
    return tree


def _check_together(settings: Settings, problems: Problems) -> None:
    """Rules over more than one option."""
    rtp = settings.base_rtp_endpoint
    if rtp.min_port > rtp.max_port:
        problems.errors.append(
            f"modules.kurento.BaseRtpEndpoint: expected minPort at most maxPort, got {rtp.min_port} and {rtp.max_port}"
        )
    websocket = settings.media_server.net.websocket
    if websocket.secure.port and websocket.secure.certificate is None:
        problems.errors.append(
            "mediaServer.net.websocket.secure.certificate: Certificate file must be provided for Secure WebSocket"
        )
