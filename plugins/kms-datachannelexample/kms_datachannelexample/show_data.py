"""KmsShowData (datachannelexample.KmsShowData.kmd.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from kms_datachannelexample.generated.interfaces import KmsShowDataInterface
from kms_trio.api import Picture, PictureFormat, VideoFilter, require, yuv_planes

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["KmsShowData"]

SHOWN_S: Final = 10.0
"""A message shows for so long, or until the next one comes."""
LINE_LENGTH: Final = 48
"""Characters; longer messages take several lines."""
MAX_LINES: Final = 6
LINE_SHARE: Final = 0.06
"""Height of a line, by that of the picture."""
BLACK: Final = 16
WHITE: Final = 235


@attrs.frozen(eq=False)
class _Message:
    lines: tuple[str, ...]


class KmsShowData(VideoFilter, KmsShowDataInterface):
    """Writes the last message that came as data over the video.

    A `VideoFilter`, as nothing else sees pictures; for clients it is a MediaElement.
    """

    picture_format = PictureFormat.YUV

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._cv2: Any = None
        self._message: _Message | None = None  # replaced, never changed
        self._shown: tuple[_Message, float] | None = None

    def prepare(self) -> None:
        """Load OpenCV. Raises KurentoError 40108 when it is not installed."""
        by = self.object_class.name
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-datachannelexample[all]", by=by)

    def on_data(self, message: str | bytes, label: str) -> str | bytes | None:
        """Show a message, and hand it on. OpenCV's fonts have ASCII only; the rest becomes `?`."""
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        text = text[: LINE_LENGTH * MAX_LINES].encode("ascii", "replace").decode()
        lines = [
            line[begin : begin + LINE_LENGTH]
            for line in text.splitlines()
            for begin in range(0, len(line), LINE_LENGTH)
        ]
        self._message = _Message(tuple(lines[:MAX_LINES]))
        return message

    def process(self, picture: Picture) -> Picture | None:
        """Write."""
        message, now = self._message, self.picture_time_s
        if message is None:
            return picture
        if self._shown is None or self._shown[0] is not message:
            self._shown = message, now
        if 0 <= now - self._shown[1] < SHOWN_S:
            self._write(yuv_planes(picture)[0], message.lines)
        return picture

    def _write(self, luma: Picture, lines: tuple[str, ...]) -> None:
        cv2 = self._cv2
        line_height = max(12, round(LINE_SHARE * luma.shape[0]))
        size = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, round(line_height * 0.5), 1)
        stroke = max(1, line_height // 16)
        for number, line in enumerate(lines, 1):
            place = line_height // 2, round(line_height * 1.1) * number
            cv2.putText(luma, line, place, cv2.FONT_HERSHEY_SIMPLEX, size, BLACK, 3 * stroke, cv2.LINE_AA)
            cv2.putText(luma, line, place, cv2.FONT_HERSHEY_SIMPLEX, size, WHITE, stroke, cv2.LINE_AA)
