"""The names of Kurento's enumeration DSCPValue and the code points behind them.

Class selectors: RFC 2474 section 4.2.2.2; assured forwarding: RFC 2597 section 6; expedited
forwarding: RFC 3246; VOICEADMIT: RFC 5865; LE: RFC 8622. The names by media type follow
RFC 8837 section 5 with the code points that Kurento gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: Code point (0 to 63) for each name; None leaves packets unmarked.
DSCP_CODE_POINTS: Final[Mapping[str, int | None]] = MappingProxyType(
    {
        "NO_DSCP": None,
        "NO_VALUE": None,
        "AUDIO_VERYLOW": 1,
        "AUDIO_LOW": 0,
        "AUDIO_MEDIUM": 46,
        "AUDIO_HIGH": 46,
        "VIDEO_VERYLOW": 1,
        "VIDEO_LOW": 0,
        "VIDEO_MEDIUM": 36,
        "VIDEO_MEDIUM_THROUGHPUT": 38,
        "VIDEO_HIGH": 36,
        "VIDEO_HIGH_THROUGHPUT": 34,
        "DATA_VERYLOW": 1,
        "DATA_LOW": 0,
        "DATA_MEDIUM": 10,
        "DATA_HIGH": 18,
        "CHROME_HIGH": 56,
        "CHROME_MEDIUM": 56,
        "CHROME_LOW": 0,
        "CHROME_VERYLOW": 8,
        **{f"CS{precedence}": 8 * precedence for precedence in range(8)},
        **{f"AF{group}{drop}": 8 * group + 2 * drop for group in range(1, 5) for drop in range(1, 4)},
        "EF": 46,
        "VOICEADMIT": 44,
        "LE": 1,
    }
)

DSCP_VALUES: Final = tuple(DSCP_CODE_POINTS)
