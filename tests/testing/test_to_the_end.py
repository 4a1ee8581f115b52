"""The guard of all tests against tests that cancel themselves."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

TESTS = """
    import contextlib

    import pytest
    import trio

    @contextlib.asynccontextmanager
    async def checking():
        yield
        await trio.lowlevel.checkpoint()
        assert not "looked at"

    @pytest.fixture
    async def told(nursery):
        nursery.start_soon(trio.sleep_forever)

    async def test_cut_before_an_assertion(nursery):
        nursery.cancel_scope.cancel()
        await trio.lowlevel.checkpoint()
        assert not "looked at"

    async def test_cut_in_an_exit(nursery):
        async with checking():
            nursery.cancel_scope.cancel()

    async def test_nothing_is_left_to_do(nursery):
        nursery.start_soon(trio.sleep_forever)
        nursery.cancel_scope.cancel()

    async def test_of_its_own(told):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            nursery.cancel_scope.cancel()

    async def test_what_is_told_otherwise(nursery):
        nursery.cancel_scope.cancel()
        assert not "this"

    async def test_that_is_skipped():
        pytest.skip("not today")

    def test_without_trio():
        pass
"""


def test_who_is_cut_short_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=TESTS)
    options = (
        "-p",
        "tests.to_the_end",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-p",
        "no:cacheprovider",
        "-o",
        "trio_mode=true",
        "-q",
    )
    result = pytester.runpytest_inprocess(*options)
    result.assert_outcomes(passed=3, failed=3, skipped=1)
    for name in ("before_an_assertion", "in_an_exit"):
        result.stdout.fnmatch_lines([f"FAILED *::test_cut_{name} - tests.to_the_end.CutShort: *"])
    result.stdout.fnmatch_lines(["FAILED *::test_what_is_told_otherwise - AssertionError*"])
