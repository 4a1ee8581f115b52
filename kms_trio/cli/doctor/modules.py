"""Do the installed modules load, and can what they declare be made?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio

from kms_trio.cli.doctor.findings import Finding, broken, note, ok
from kms_trio.cli.inventory import load_quietly
from kms_trio.cli.module_health import Health, class_healths
from kms_trio.plugins import Plugins
from kms_trio.settings import Settings

_AREA: Final = "modules"
_ELEMENTS: Final = "elements"


async def check_modules(settings: Settings, *, load: Callable[[], Plugins] | None = None) -> list[Finding]:
    """`load` gets the plugins; by default those that are installed and not disabled."""
    plugins = await trio.to_thread.run_sync(load or (lambda: load_quietly(settings.plugins.disabled)))
    healths = await trio.to_thread.run_sync(lambda: list(class_healths(plugins)))
    reinstall = "Install it again into the server's environment (pip install --force-reinstall), or disable it: "
    findings = [
        broken(_AREA, f"{each.plugin}: {each.reason}.", f"{reinstall}kms-trio modules disable {each.plugin}")
        for each in plugins.problems
    ]
    findings += [
        broken(
            _AREA, f"{each.module}.{each.name}: {each.reason}.", f"{reinstall}kms-trio modules disable {each.module}"
        )
        for each in healths
        if each.health is Health.BROKEN
    ]
    for name, module in plugins.modules.items():
        good = sum(each.module == name and each.health is Health.GOOD for each in healths)
        findings.append(
            ok(_AREA, f"{name} {module.version}: {good} of {len(module.factories)} classes can be created.")
        )
    pending = [each.name for each in healths if each.health is Health.PENDING]
    if pending:
        findings.append(note(_AREA, f"Declared, but not implemented yet: {', '.join(pending)}."))
    findings += [note(_AREA, f"{name} is disabled (kmsTrio.plugins.disabled).") for name in plugins.disabled]
    if _ELEMENTS not in plugins.modules:
        cure = f"pip install 'kms-trio[standard]' and kms-trio modules enable {_ELEMENTS}"
        findings.append(broken(_AREA, "Without the module 'elements' there are no endpoints.", cure))
    return findings
