"""GStreamerFilter (filters.GStreamerFilter.kmd.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kms_filters.generated.interfaces import GStreamerFilterInterface
from kms_filters.gstreamer.elements import ELEMENTS, ONLY_IN_GSTREAMER, Effect
from kms_filters.gstreamer.launch import LaunchError, SeveralElementsError, parse_command
from kms_filters.gstreamer.properties import Value, value_from_client, value_from_command
from kms_trio.api import ErrorCode, FilterType, KurentoError, Picture, PictureFormat, VideoFilter

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["GStreamerFilter"]


class GStreamerFilter(VideoFilter, GStreamerFilterInterface):
    """Runs one element. Creating one raises KurentoError 40001 for commands that GStreamer would refuse, and 40006 for
    elements that only GStreamer has.
    """

    picture_format = PictureFormat.YUV

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        command: str,
        filter_type: FilterType = FilterType.AUTODETECT,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._command = command
        self._treats_video = filter_type is not FilterType.AUDIO
        name, self._values = _element_of(command)
        self._element = ELEMENTS[name]
        self._object_name = self._values["name"] or f"{name}{context.next_number(f'GStreamer {name}')}"
        self._effect: Effect | None = None
        self._apply()

    @property
    def command(self) -> str:
        """The command that the filter was created with."""
        return self._command

    def set_element_property(self, property_name: str, property_value: str) -> None:
        """Set a property while the element runs. Raises KurentoError 40001 or 40006."""
        prop = self._element.properties.get(property_name)
        if prop is None:
            raise KurentoError(
                ErrorCode.MARSHALL_ERROR, f"No property named '{property_name}' in object '{self._object_name}'"
            )
        self._values[property_name] = value_from_client(prop, property_value)
        self._apply()

    def _apply(self) -> None:
        self._effect = self._element.effect(self._values)
        self.bypass = self._effect is None or not self._treats_video

    def process(self, picture: Picture) -> Picture | None:
        """Apply the element."""
        effect = self._effect
        return picture if effect is None else effect(picture)


def _element_of(command: str) -> tuple[str, dict[str, Value]]:
    """The element that a command makes, and the values of its properties."""
    try:
        parsed = parse_command(command)
        if parsed.element in ONLY_IN_GSTREAMER:
            raise KurentoError(
                ErrorCode.NOT_IMPLEMENTED,
                f"GStreamer is missing, and '{parsed.element}' is none of the elements that work without it: "
                f"{', '.join(ELEMENTS)}",
            )
        element = ELEMENTS.get(parsed.element)
        if element is None:
            raise LaunchError(f'no element "{parsed.element}"')
        values = {name: prop.default for name, prop in element.properties.items()}
        for name, text in parsed.properties:
            if name not in element.properties:
                raise LaunchError(f'no property "{name}" in element "{parsed.element}"')
            try:
                values[name] = value_from_command(element.properties[name], text)
            except (ValueError, KeyError) as error:
                raise LaunchError(
                    f'could not set property "{name}" in element "{parsed.element}" to "{text}"'
                ) from error
    except SeveralElementsError as error:
        raise KurentoError(
            ErrorCode.MARSHALL_ERROR, "Given command is not valid, only one element can be created"
        ) from error
    except LaunchError as error:
        raise KurentoError(ErrorCode.MARSHALL_ERROR, f"GStreamer element cannot be created: {error}") from error
    return parsed.element, values
