"""The harness alone: a browser that sees its fake camera through two peer connections of one page."""

from __future__ import annotations

import pytest

from tests.interop.harness.chromium import Chromium, open_chromium
from tests.interop.harness.devtools import PageError

pytestmark = pytest.mark.interop


async def test_fake_camera_is_seen_and_heard(chromium: Chromium, site: str) -> None:
    page = await chromium.new_page(f"{site}/self_test.html")
    await page.evaluate("pair().then((connection) => { window.connection = connection; })")
    await page.wait_for("receivedStats(connection).then(({framesDecoded}) => framesDecoded > 5)")
    await page.wait_for(
        "receivedStats(connection).then(({framesDecoded, audioEnergy}) => framesDecoded > 30 && audioEnergy > 0)"
    )


async def test_errors_of_a_page_are_told(chromium: Chromium) -> None:
    page = await chromium.new_page()
    with pytest.raises(PageError, match="no such thing"):
        await page.evaluate("(() => { throw new Error('no such thing'); })()")
    with pytest.raises(PageError, match="not within"):
        await page.wait_for("false", within_s=0.2)


async def test_a_killed_browser_is_noticed() -> None:
    async with open_chromium() as browser:
        page = await browser.new_page()
        browser.kill()
        with pytest.raises(PageError, match="gone"):
            await page.evaluate("new Promise(() => {})")
