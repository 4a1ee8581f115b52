"""Starting a server: logging, configuration, the run itself, and what the operator is told."""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

import attrs

from kms_trio.cli.versions import KURENTO_VERSION
from kms_trio.log import CrashLog, LogConfig, configure
from kms_trio.log.crash import CRASH_FILE_NAME, log_thread_crash
from kms_trio.settings import Loaded, Settings, SettingsError, load
from kms_trio.settings.loader import DEFAULT_CONF_FILE
from kms_trio.settings.show import effective
from kms_trio.worker.assignment import WorkerLog
from kms_trio.worker.interpreter import prepare_process

if TYPE_CHECKING:
    from kms_trio.app import Server

_log = logging.getLogger("KurentoMediaServer")
_config_log = logging.getLogger("KurentoLoadConfig")


@attrs.frozen(kw_only=True)
class StartOptions:
    """What a command line says."""

    #: None: the default file if it exists, else the defaults.
    conf_file: Path | None = None
    modules_config_path: tuple[Path, ...] | None = None
    #: Folders of bundles beside the installed ones (`pip install --target FOLDER`).
    modules_path: tuple[Path, ...] = ()
    overrides: Mapping[str, Any] = attrs.field(factory=dict)
    unknown_keys: Literal["error", "warn"] = "error"
    log: LogConfig = attrs.field(factory=LogConfig)


def load_settings(options: StartOptions) -> Loaded:
    """Read the configuration that the options name. Raises SettingsError."""
    conf_file = options.conf_file
    if conf_file is None and DEFAULT_CONF_FILE.is_file():
        conf_file = DEFAULT_CONF_FILE
    return load(
        conf_file=conf_file,
        modules_config_path=options.modules_config_path,
        environment=os.environ,
        overrides=options.overrides,
        unknown_keys=options.unknown_keys,
    )


def add_modules_path(folders: tuple[Path, ...]) -> None:
    """Let bundles be found in these folders too."""
    sys.path.extend(str(folder) for folder in folders if str(folder) not in sys.path)


def run_server(options: StartOptions, announce: Callable[[Server], None] | None = None) -> int:
    """Run until a signal asks to stop; the exit code. `announce` is called once the server is ready."""
    crash_log: CrashLog | None = None
    try:
        configure(options.log)
        if options.log.folder is not None:
            crash_log = CrashLog(options.log.folder, now=datetime.now().astimezone())
            crash_log.catch_native_crashes()
            logging.root.addHandler(crash_log.handler())
        else:
            faulthandler.enable()  # to stderr: what the journal, or Docker, keeps
    except OSError as error:
        print(f"Error : cannot write logs to {options.log.folder}: {error}", file=sys.stderr)
        return 1
    threading.excepthook = log_thread_crash
    try:
        return _run(options, announce, crash_log.stream if crash_log is not None else sys.stderr)
    # The guard of the process: whatever ends it is written down.
    except Exception as error:  # noqa: BLE001 - see above
        _log.critical("The server stops because of an error that nothing handled", exc_info=error)
        if crash_log is not None:
            crash_log.write(error)
        return 1
    finally:
        logging.shutdown()
        if crash_log is not None:
            crash_log.close()


def _run(options: StartOptions, announce: Callable[[Server], None] | None, errors: TextIO) -> int:
    _log.info("Kurento Media Server version: %s", KURENTO_VERSION)
    add_modules_path(options.modules_path)
    try:
        loaded = load_settings(options)
    except SettingsError as error:
        for problem in error.problems:
            _config_log.error("Error reading configuration: %s", problem)
        return 1
    _report(loaded)
    warn_if_open(loaded.settings)

    prepare_process()
    # Imported now, so that `--help` and mistakes in the configuration do not wait for the media libraries.
    from kms_trio.cli.running import StartError, run_until_signal

    try:
        run_until_signal(loaded.settings, announce, errors, _worker_log(options.log))
    except StartError as error:
        _log.error("The server cannot start: %s", error)
        return 1
    _log.info("Kurento Media Server stopped")
    return 0


def _worker_log(log: LogConfig) -> WorkerLog:
    """Workers log what we do; their records come to us, but for the stacks of native crashes."""
    return WorkerLog(
        gst_debug=log.gst_debug, crash_file=None if log.folder is None else log.folder.absolute() / CRASH_FILE_NAME
    )


def _report(loaded: Loaded) -> None:
    """The lines about configuration that operators look for."""
    if not loaded.files:
        _config_log.info("No configuration file; using the defaults")
    if loaded.main_file is not None:
        _config_log.info("Reading configuration from: %s", loaded.main_file)
    for folder in loaded.module_folders:
        _config_log.info("Looking for config files in %s", folder)
    for file in loaded.files:
        if file != loaded.main_file:
            _config_log.info("Loaded module config: %s", file)
    for warning in loaded.warnings:
        _config_log.warning("%s", warning)
    _config_log.info("Configuration loaded successfully")
    if _config_log.isEnabledFor(logging.INFO):
        _config_log.info("Loaded config in effect:\n%s", json.dumps(effective(loaded.settings), indent=2))


def is_public(settings: Settings) -> bool:
    """Whether others than this machine can reach a listener for the Kurento protocol."""
    websocket = settings.media_server.net.websocket
    plain = websocket.port != 0 and websocket.address not in ("127.0.0.1", "::1")
    return plain or websocket.secure.port != 0


def warn_if_open(settings: Settings) -> None:
    """Say so when anybody on the network could have files read and written."""
    if is_public(settings) and not settings.uri_policy.is_limited:
        _log.warning(
            "Listening publicly without limits on URIs: whoever reaches the port may read and write files as this "
            "user. Set kmsTrio.uriPolicy.playerRoots and recorderRoots, or listen on 127.0.0.1 "
            "(mediaServer.net.websocket.address)"
        )
