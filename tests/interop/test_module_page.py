"""The page of modules: the bundle that the scaffold makes, with the browser's camera going through it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
import trio

from kms_trio.spec.scaffold.cli import main
from kms_trio.testing.patience import PATIENCE_S
from tests.interop.harness.chromium import Chromium
from tests.interop.harness.devtools import Page
from tests.interop.harness.server import free_port
from tests.interop.harness.tools import OUTPUT_FOLDER

pytestmark = [pytest.mark.interop, pytest.mark.slow]

#: The mean of blue, green and red of what a video shows.
COLOUR = """(() => {
  const video = document.getElementById(id), canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 48;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 48);
  const sums = [0, 0, 0];
  context.getImageData(0, 0, 64, 48).data.forEach((value, index) => { if (index % 4 < 3) sums[index % 4] += value; });
  return sums.map((sum) => sum / 64 / 48);
})()"""


@pytest.fixture
async def page_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The page of `kms-trio run-module` in the folder of a new bundle of some kind, which is not installed."""
    assert main(["NeonSign", "--output", str(tmp_path / "neon-sign"), "--kind", request.param]) == 0
    http_port = free_port()
    command = [sys.executable, "-u", "-m", "kms_trio.cli.main", "run-module", "."]
    command += ["--port", str(free_port()), "--http-port", str(http_port)]
    environment = {**os.environ, "NO_COLOR": "1"}
    async with trio.open_nursery() as nursery:
        run = partial(trio.run_process, command, stdout=PIPE, check=False, env=environment, cwd=tmp_path / "neon-sign")
        process: trio.Process = await nursery.start(run)
        try:
            with trio.fail_after(PATIENCE_S):
                said = await until_said(process, "Try the module:")
            yield said.split()[-1].replace("127.0.0.1", "localhost")
        finally:
            process.terminate()


async def until_said(process: trio.Process, words: str) -> str:
    """The line that begins with `words`."""
    assert process.stdout is not None
    text = ""
    while True:
        chunk = await process.stdout.receive_some()
        assert chunk, f"ended before it was ready: {text}"
        text += chunk.decode()
        for line in text.splitlines(keepends=True):
            if line.startswith(words) and line.endswith("\n"):
                return line


async def colour(page: Page, video: str) -> list[float]:
    """Blue, green and red of a tile, 0 to 255."""
    rgb = await page.evaluate(COLOUR, id=video)
    return [rgb[2], rgb[1], rgb[0]]


@pytest.mark.parametrize("page_url", ["video-filter"], indirect=True)
async def test_camera_through_a_module(page_url: str, chromium: Chromium) -> None:
    assert page_url.endswith("/module#neonsign")
    page = await chromium.new_page(page_url)
    await page.wait_for("document.getElementById('class-name').textContent === 'NeonSign'", within_s=PATIENCE_S)
    assert await page.evaluate("document.getElementById('new-strength').value") == "0.5"
    await page.evaluate("document.getElementById('new-strength').value = '0'")
    await page.wait_for("!document.getElementById('trial-start').disabled")
    await page.click("#trial-start")
    decoded = "document.getElementById('trial-after')?.closest('figure').dataset.framesDecoded > 30"
    await page.wait_for(decoded, within_s=PATIENCE_S)

    # Events, properties and methods are those of the spec.
    await page.wait_for("document.querySelector('#trial-events li[data-type=LightChanged]')", within_s=PATIENCE_S)
    assert await page.evaluate("document.getElementById('property-strength').value") == "0"
    change = "const field = document.getElementById('property-strength'); field.value = '1'; "
    await page.evaluate("(() => {" + change + "field.dispatchEvent(new Event('change')); })()")
    blue, green, red = 40.0, 120.0, 255.0  # what the scaffold tints with
    with trio.fail_after(PATIENCE_S):
        while True:
            seen = await colour(page, "trial-after")
            if all(abs(one - other) < 12 for one, other in zip(seen, (blue, green, red), strict=True)):
                break
            await trio.sleep(0.05)
    before = await colour(page, "trial-before")
    assert max(abs(one - other) for one, other in zip(before, seen, strict=True)) > 40
    await page.click("[data-method=flash]")
    await page.wait_for("document.querySelector('.method output').textContent === 'done'", within_s=PATIENCE_S)

    # What the server refuses is said, and the rest goes on.
    await page.evaluate("(() => {" + change.replace("'1'", "'2'") + "field.dispatchEvent(new Event('change')); })()")
    await page.wait_for(
        "document.getElementById('notices').textContent.includes('expected 0 to 1')", within_s=PATIENCE_S
    )
    change = change.replace("'1'", "'0.4'")
    await page.evaluate("(() => {" + change + "field.dispatchEvent(new Event('change')); })()")
    OUTPUT_FOLDER.mkdir(exist_ok=True)
    for name, width in (("module", 1280), ("module-narrow", 420)):
        (OUTPUT_FOLDER / f"{name}.png").write_bytes(await page.screenshot(name, width=width))
    await page.click("#trial-stop")
    await page.wait_for("document.getElementById('trial').dataset.phase === 'idle'")
    assert not [line for line in page.console if line.startswith("uncaught")], page.console


@pytest.mark.parametrize("page_url", ["hub", "endpoint", "audio-filter"], indirect=True)
async def test_classes_of_other_kinds(page_url: str, chromium: Chromium) -> None:
    page = await chromium.new_page(page_url)
    await page.wait_for("document.getElementById('class-name').textContent === 'NeonSign'", within_s=PATIENCE_S)
    await page.wait_for("!document.getElementById('trial-start').disabled", within_s=PATIENCE_S)
    await page.click("#trial-start")
    decoded = "document.getElementById('trial-after')?.closest('figure').dataset.framesDecoded > 10"
    await page.wait_for(decoded, within_s=PATIENCE_S)
    await page.click("#trial-methods button")
    await page.wait_for("document.querySelector('.method output').textContent === 'done'", within_s=PATIENCE_S)
    await page.wait_for("document.querySelector('#trial-events li')", within_s=PATIENCE_S)
    await page.wait_for("document.querySelector('#graph svg')", within_s=PATIENCE_S)
    assert not [line for line in page.console if line.startswith("uncaught")], page.console
