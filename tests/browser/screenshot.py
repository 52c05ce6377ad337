"""Make docs/images/webchat.png: `python tests/browser/screenshot.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.availability import chromium  # noqa: E402
from browser.serving import ARGUMENTS, live_app, serving  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

QUESTION = "住民票に必要なものは?"


def take(target: Path, question: str = QUESTION) -> None:
    """Write the page with the answer to `question` to `target`, as a tablet shows it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        live_app(Path(folder)) as app,
        serving(app) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(
            viewport={"width": 760, "height": 1100}, device_scale_factor=1.5, reduced_motion="reduce", locale="ja-JP"
        )
        page.goto(url)
        page.get_by_label("知りたいこと").fill(question)
        page.get_by_role("button", name="送信").click()
        page.locator("[data-turn]").nth(1).wait_for()
        # Back to the top: header, question, card and input in one picture.
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    take(ROOT / "docs" / "images" / "webchat.png")
