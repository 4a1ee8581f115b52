"""`kms-trio modules`: what is installed, whether it works, and switching it off and on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from kms_trio.cli.arguments import assigned, conf_file_option, json_option, set_option
from kms_trio.cli.start import StartOptions, load_settings
from kms_trio.settings import SettingsError
from kms_trio.settings.json_edit import with_value
from kms_trio.settings.loader import DEFAULT_CONF_FILE

if TYPE_CHECKING:
    from kms_trio.cli.module_health import ClassHealth
    from kms_trio.plugins import Plugins

_DISABLED_KEY = ("kmsTrio", "plugins", "disabled")


@click.group()
def modules() -> None:
    """Look at the installed modules, switch them off and on."""


@modules.command("list")
@conf_file_option
@set_option
@json_option
def list_modules(conf_file: Path | None, assignments: tuple[str, ...], as_json: bool) -> None:
    """What is installed, what is disabled, and what did not load."""
    from kms_trio.cli.inventory import print_table, rows_as_json

    disabled = _disabled(conf_file, assignments)
    if as_json:
        click.echo(json.dumps(rows_as_json(disabled), indent=2))
    else:
        print_table(disabled)


@modules.command()
@click.argument("name")
@json_option
def info(name: str, as_json: bool) -> None:
    """What is in the module NAME: classes, events, types."""
    from kms_trio.cli.inventory import load_quietly, module_as_json, module_lines

    plugins = load_quietly()
    module = plugins.modules.get(name)
    if module is None:
        reasons = [each.reason for each in plugins.problems if each.plugin == name]
        known = f"there are: {', '.join(plugins.modules)}"
        raise click.ClickException(f"no module '{name}' is loaded: {'; '.join(reasons) or known}")
    if as_json:
        click.echo(json.dumps(module_as_json(module), indent=2))
        return
    for line in module_lines(module):
        click.echo(line)


@modules.command()
@conf_file_option
@set_option
@json_option
def check(conf_file: Path | None, assignments: tuple[str, ...], as_json: bool) -> None:
    """Load every module and every implementation in it; exit code 1 if something is broken."""
    from kms_trio.cli.inventory import load_quietly
    from kms_trio.cli.module_health import Health, class_healths

    plugins = load_quietly(_disabled(conf_file, assignments))
    healths = list(class_healths(plugins))
    if as_json:
        found = {
            "problems": [attrs.asdict(problem) for problem in plugins.problems],
            "disabled": plugins.disabled,
            "classes": [attrs.asdict(each) for each in healths],
        }
        click.echo(json.dumps(found, indent=2))
    else:
        for line in _health_lines(plugins, healths):
            click.echo(line)
    if plugins.problems or any(each.health is Health.BROKEN for each in healths):
        sys.exit(1)


def _health_lines(plugins: Plugins, healths: Sequence[ClassHealth]) -> Iterator[str]:
    """What is broken, then a line for each module by the worst of its classes."""
    for problem in plugins.problems:
        yield f"broken: {problem.plugin}: {problem.reason}"
    for name in plugins.disabled:
        yield f"disabled: {name}"
    for each in healths:
        if each.health != "good":
            yield f"{each.health}: {each.module}.{each.name}: {each.reason}"
    incomplete = {problem.plugin for problem in plugins.problems}
    for name in (each for each in plugins.modules if each not in incomplete):
        states = [each.health for each in healths if each.module == name]
        good = sum(state == "good" for state in states)
        worst = next((state for state in ("broken", "pending") if state in states), "good")
        yield f"{worst}: {name}: {good} of {len(states)} classes can be made"


@modules.command()
@click.argument("name")
@conf_file_option
def disable(name: str, conf_file: Path | None) -> None:
    """Have the server start without the module NAME, by a line in the main configuration file."""
    from kms_trio.cli.inventory import rows

    if name == "core":
        raise click.ClickException("the module 'core' is the server itself")
    if name not in {row.name for row in rows()}:
        click.echo(f"note: nothing of the name '{name}' is installed now")
    _change(conf_file, lambda disabled: [*(each for each in disabled if each != name), name])


@modules.command()
@click.argument("name")
@conf_file_option
def enable(name: str, conf_file: Path | None) -> None:
    """Have the server use the module NAME again."""
    _change(conf_file, lambda disabled: [each for each in disabled if each != name])


def _disabled(conf_file: Path | None, assignments: tuple[str, ...]) -> tuple[str, ...]:
    try:
        loaded = load_settings(StartOptions(conf_file=conf_file, overrides=assigned(assignments)))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    return loaded.settings.plugins.disabled


def _change(conf_file: Path | None, change: Callable[[tuple[str, ...]], list[str]]) -> None:
    """Rewrite the list in the main file, which is made when it does not exist but its folder does."""
    file = conf_file or DEFAULT_CONF_FILE
    if file.suffix != ".json":
        raise click.ClickException(f"{file}: only JSON files are changed; set {'.'.join(_DISABLED_KEY)} there by hand")
    before = _disabled(file, ()) if file.exists() else ()
    after = change(before)
    if list(before) != after:
        try:
            text = file.read_text(encoding="utf-8") if file.exists() else "{}\n"
            file.write_text(with_value(text, _DISABLED_KEY, after), encoding="utf-8")
        except (OSError, SettingsError) as error:
            raise click.ClickException(f"{file}: cannot be changed: {error}") from error
    click.echo(f"{file}: disabled modules: {', '.join(after) or 'none'}; takes effect at the next start")
