"""The pytest plugin: golden pictures, and fixtures that cost nothing until they are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kms_trio.testing.golden import Golden
from kms_trio.testing.pictures import colour_bars, read_picture, write_picture

pytest_plugins = ["pytester"]

TEST = """
    import numpy as np
    from kms_trio.testing.pictures import colour_bars

    def test_bars(golden):
        bars = colour_bars()
        bars[:ROWS] = 0
        golden("bars", bars)
"""


def write_test(pytester: pytest.Pytester, rows: int) -> None:
    pytester.makepyfile(test_it=TEST.replace("ROWS", str(rows)))


def test_from_the_first_run_to_a_failure(pytester: pytest.Pytester) -> None:
    folder = pytester.path / "golden"
    write_test(pytester, 0)
    missing = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    missing.stdout.fnmatch_lines(["*there is no bars.png yet; look at *bars.actual.png*pytest --update-golden*"])
    assert sorted(file.name for file in folder.iterdir()) == ["bars.actual.png"]

    pytester.runpytest_inprocess("-p", "no:cacheprovider", "--update-golden").assert_outcomes(passed=1)
    assert sorted(file.name for file in folder.iterdir()) == ["bars.png"]
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)

    write_test(pytester, 60)
    failed = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    failed.stdout.fnmatch_lines(["*bars.png: expected at least 40.0 dB of similarity, got *dB*"])
    assert not read_picture(folder / "bars.actual.png")[:60].any()
    shown = read_picture(folder / "bars.difference.png")
    assert shown[:60].any()
    assert not shown[60:].any()

    write_test(pytester, 0)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    assert sorted(file.name for file in folder.iterdir()) == ["bars.png"]


def test_what_is_tolerated(tmp_path: Path) -> None:
    golden = Golden(tmp_path)
    write_picture(tmp_path / "bars.png", colour_bars())
    rounded = colour_bars() ^ np.uint8(1)
    golden("bars", rounded)
    golden("bars", np.dstack((rounded, rounded[..., 0])))
    with pytest.raises(pytest.fail.Exception, match=r"at least 60.0 dB of similarity, got 48.1 dB"):
        golden("bars", rounded, at_least_db=60)
    with pytest.raises(pytest.fail.Exception, match="expected a picture of 320x240, got one of 16x16"):
        golden("bars", colour_bars(16, 16))
    (tmp_path / "broken.png").write_bytes(b"none")
    with pytest.raises(pytest.fail.Exception, match=r"broken.png cannot be read"):
        golden("broken", rounded)
    with pytest.raises(ValueError, match="expected the name of a picture"):
        golden("../bars", rounded)


def test_clips_and_clocks(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import av

        def test_clip(clip, fake_clock):
            with av.open(str(clip(seconds=0.4, audio=None))) as container:
                assert len(list(container.decode(video=0))) == 6
            fake_clock.advance(1)
    """)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_those_who_do_not_use_it_import_nothing() -> None:
    code = (
        "import sys, kms_trio.testing.pytest_plugin as plugin\n"
        "heavy = {'numpy', 'av', 'trio', 'attrs', 'kms_trio.app', 'kms_trio.plugins'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    # Without pytest's own entry points, one of which is pytest-trio's.
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
