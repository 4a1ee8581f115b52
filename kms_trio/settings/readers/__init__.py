"""Readers of the four formats that Kurento's configuration may have, chosen by double extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from kms_trio.settings.errors import SettingsError
from kms_trio.settings.readers.info_format import parse_info
from kms_trio.settings.readers.ini_format import parse_ini
from kms_trio.settings.readers.json_format import parse_json
from kms_trio.settings.readers.xml_format import parse_xml
from kms_trio.settings.tree import RawTree

#: Each reader raises SettingsError whose text begins with the line, where there is one.
READERS: Mapping[str, Callable[[str], RawTree]] = MappingProxyType(
    {".json": parse_json, ".ini": parse_ini, ".info": parse_info, ".xml": parse_xml}
)

_LARGEST_FILE_BYTES = 16 * 1024 * 1024


def is_conf_file(file: Path) -> bool:
    """Whether the name ends in `.conf.` and a format that there is a reader for."""
    return len(file.suffixes) >= 2 and file.suffixes[-2] == ".conf" and file.suffix in READERS


def read_file(file: Path, *, wrapped: bool = False) -> RawTree:
    """Read one conf file.

    `wrapped`: the root element of an XML file is a wrapper and is taken off (module files). Raises SettingsError.
    """
    if not is_conf_file(file):
        raise SettingsError(f"{file}: unknown file type; expected a name that ends in .conf.json, .ini, .info or .xml")
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    if len(data) > _LARGEST_FILE_BYTES:
        raise SettingsError(f"{file}: larger than {_LARGEST_FILE_BYTES} bytes")
    try:
        tree = READERS[file.suffix](data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: expected UTF-8 text: {error}") from error
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from error
    if wrapped and file.suffix == ".xml" and len(tree) == 1:
        inner = next(iter(tree.values()))
        return inner if isinstance(inner, dict) else {}
    return tree
