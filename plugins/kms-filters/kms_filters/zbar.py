"""ZBarFilter (filters.ZBarFilter.kmd.json): bar codes and QR codes, read by ZXing and named as ZBar names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kms_filters.generated.events import CodeFound
from kms_filters.generated.interfaces import ZBarFilterInterface
from kms_trio.api import ErrorCode, Picture, PictureFormat, VideoFilter, require

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["ZBarFilter", "zbar_name"]

SEARCH_INTERVAL_S: Final = 0.1
REPEAT_INTERVAL_S: Final = 1.0
"""A code that stays in the picture is told again this often."""

#: Beginnings of ZXing's names, longer ones first, and what ZBar calls these codes.
_ZBAR_NAMES: Final = (
    ("DataBarExp", "DataBar-Exp"),
    ("DataBar", "DataBar"),
    ("Code128", "CODE-128"),
    ("Code39", "CODE-39"),
    ("Code93", "CODE-93"),
    ("Codabar", "Codabar"),
    ("EAN13", "EAN-13"),
    ("EAN8", "EAN-8"),
    ("ISBN", "ISBN-13"),
    ("ITF", "I2/5"),
    ("PDF417", "PDF417"),
    ("QRCode", "QR-Code"),
    ("UPCA", "UPC-A"),
    ("UPCE", "UPC-E"),
)


def zbar_name(zxing_name: str) -> str:
    """What ZBar calls a kind of code; ZXing's own name for the kinds that ZBar does not know."""
    for beginning, name in _ZBAR_NAMES:
        if zxing_name.startswith(beginning):
            return name
    return zxing_name


class ZBarFilter(VideoFilter, ZBarFilterInterface):
    """Reads codes from the luma of the pictures and passes them on as they are."""

    picture_format = PictureFormat.GRAY
    read_only = True

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._zxing: Any = None
        self._searched_s: float | None = None
        self._told_s: dict[tuple[str, str], float] = {}

    def prepare(self) -> None:
        """Load ZXing. Raises KurentoError 40101 when it is not installed."""
        self._zxing = require(
            "zxingcpp",
            package="zxing-cpp",
            extra="kms-filters[zbar]",
            by="ZBarFilter",
            code=ErrorCode.MEDIA_OBJECT_NOT_FOUND,
            text="ZBarFilter plugin not available: zbar",
        )

    def process(self, picture: Picture) -> Picture | None:
        """Read the codes of a picture."""
        now = self.picture_time_s
        if self._searched_s is None or not 0 <= now - self._searched_s < SEARCH_INTERVAL_S:
            self._searched_s = now
            for code in self._zxing.read_barcodes(picture):
                self._found(zbar_name(code.format.name), code.text, now)
        return picture

    def _found(self, code_type: str, value: str, now: float) -> None:
        self._told_s = {code: told_s for code, told_s in self._told_s.items() if 0 <= now - told_s < REPEAT_INTERVAL_S}
        if (code_type, value) not in self._told_s:
            self._told_s[code_type, value] = now
            self.emit(CodeFound(code_type=code_type, value=value))
