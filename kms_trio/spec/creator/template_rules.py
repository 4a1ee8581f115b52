"""How a folder of templates becomes files.

A template is called `<kind>_<anything>.j2`. Its kind says how often it is rendered: `model` once, `remoteClass`,
`complexType` and `event` once for each of the module's own. The first word of what comes out is the file's name, the
rest its contents; nothing at all makes no file. Other files may be included or imported by templates.

A template sees `module` (the output model, in the spec's own names), `config`, and under the name of its kind what it
is rendered for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2

from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.creator.template_helpers import TemplateHelpers

SUFFIX = ".j2"
FREEMARKER = (".ftl", ".ftm")
"""Kurento's own templates."""
_LISTS = {"remoteClass": "remoteClasses", "complexType": "complexTypes", "event": "events"}


class KmdEnvironment(jinja2.Environment):
    """Jinja2 in which `enum.values` is the key `values` of a spec, not the method of its dictionary."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a dot in a template does."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def render_folder(
    folder: Path, model: Mapping[str, Any], config: Mapping[str, Any], helpers: TemplateHelpers
) -> Iterator[tuple[str, str]]:
    """The names and contents of the files that the templates in `folder` make of a module. Raises CreatorError."""
    environment = KmdEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(helpers.filters())
    for file in _templates(folder):
        for values in _occasions(file.name.partition("_")[0], model):
            text = _rendered(environment, file, {"module": model, "config": config, **values})
            if text.strip():
                yield file_of(text)


def _templates(folder: Path) -> list[Path]:
    """Its templates by name. Raises CreatorError when there is none."""
    kinds = ("model", *_LISTS)
    templates = [file for file in sorted(folder.glob(f"*{SUFFIX}")) if file.name.partition("_")[0] in kinds]
    if templates:
        return templates
    expected = f"{', '.join(f'{kind}_*{SUFFIX}' for kind in kinds)} in Jinja2"
    foreign = [file.name for suffix in FREEMARKER for file in sorted(folder.glob(f"*{suffix}"))]
    found = f"FreeMarker's {foreign[0]}" if foreign else "none"
    raise CreatorError(f"no templates in {folder} (expected {expected}, found {found})")


def file_of(text: str) -> tuple[str, str]:
    """The name and the contents in a rendered text that is not blank."""
    text = text.lstrip()
    name = text.split(maxsplit=1)[0]
    rest = text[len(name) :]
    line, found, contents = rest.partition("\n")
    return name, contents if found and not line.strip() else rest.lstrip()


def _occasions(kind: str, model: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if kind == "model":
        yield {}
    elif kind in _LISTS:
        yield from ({kind: item} for item in model[_LISTS[kind]])


def _rendered(environment: jinja2.Environment, file: Path, values: Mapping[str, Any]) -> str:
    try:
        return environment.get_template(file.name).render(values)
    except jinja2.TemplateSyntaxError as error:
        raise CreatorError(f"{error.filename or file}:{error.lineno}: {error.message}") from error
    except (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise CreatorError(f"{file}:{_line(error, file)}: {error}") from error


def _line(error: BaseException, file: Path) -> int:
    """The line of the template at which rendering failed; 1 when it is not known."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
