from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.clock import NTP_UNIX_OFFSET_S, SystemClock, abs_send_time, ntp_from_unix, ntp_middle, unix_from_ntp

#: 2036-02-07T06:28:16Z, when the 32 bits of NTP seconds start again.
END_OF_ERA_0_S = (1 << 32) - NTP_UNIX_OFFSET_S


@pytest.mark.parametrize(
    ("unix_s", "ntp"),
    [
        (0.0, 0x83AA_7E80_0000_0000),
        (0.5, 0x83AA_7E80_8000_0000),
        (-0.25, 0x83AA_7E7F_C000_0000),
        (-NTP_UNIX_OFFSET_S, 0),
        (END_OF_ERA_0_S, 0),
    ],
)
def test_ntp_timestamp(unix_s: float, ntp: int) -> None:
    assert ntp_from_unix(unix_s) == ntp


@given(st.floats(min_value=0, max_value=END_OF_ERA_0_S - 1))
def test_ntp_timestamp_converts_back_to_the_microsecond(unix_s: float) -> None:
    assert unix_from_ntp(ntp_from_unix(unix_s)) == pytest.approx(unix_s, abs=1e-6, rel=0)


def test_middle_is_what_a_receiver_report_echoes() -> None:
    # The example of RFC 3550 section 6.4.1, figure 2.
    assert ntp_middle(0xB44D_B705_2000_0000) == 0xB705_2000


def test_abs_send_time_counts_in_6_18_fixed_point_and_wraps_at_64_seconds() -> None:
    start = -NTP_UNIX_OFFSET_S
    assert abs_send_time(start + 1) == 1 << 18
    assert abs_send_time(start + 1.5) == 3 << 17
    assert abs_send_time(start + 65) == 1 << 18


def test_system_clock_agrees_with_itself() -> None:
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
    assert clock.unix() > 1_700_000_000
