"""DataFilter: a filter of the messages of data channels.

class Shout(DataFilter):
    def process(self, message: str | bytes, label: str) -> str | bytes | None:
        return message.upper()
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from kms_trio.generated.core.types import MediaType
from kms_trio.objects.media_filter import MediaFilter

if TYPE_CHECKING:
    from kms_trio.codecs.conversion import Converter
    from kms_trio.objects.data_filtering import DataValue

__all__ = ["DataFilter"]


class DataFilter(MediaFilter):
    """Base of filters of data. Audio and video pass untouched; messages keep their order, and none is dropped."""

    media_type: ClassVar[MediaType] = MediaType.DATA

    @abstractmethod
    def process(self, message: DataValue, label: str) -> DataValue | None:
        """Return the message to go on instead of the one that came on the channel `label`, or None for none."""

    def send(self, message: DataValue, label: str = "") -> None:
        """Send a message of the filter's own toward the sinks, at any time."""
        self.send_data(message, label)

    def on_data(self, message: DataValue, label: str) -> DataValue | None:
        """Run `process`."""
        return self.process(message, label)

    def make_converter(self) -> Converter[Any, Any]:
        """No media to be converted."""
        raise NotImplementedError("a DataFilter treats neither audio nor video")
