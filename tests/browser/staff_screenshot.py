"""Make docs/images/staff-line.png: `python tests/browser/staff_screenshot.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.availability import chromium  # noqa: E402
from browser.serving import ARGUMENTS, serving  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from staff_room import open_signed_in, staffed_app  # noqa: E402


def take(target: Path, query: str) -> None:
    """Write how LINE shows the reply that `query` asks for to `target`."""
    with tempfile.TemporaryDirectory() as folder:
        app = staffed_app(Path(folder))
        with serving(app) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 900, "height": 1000}, locale="ja-JP")
            open_signed_in(page, url, "staff/preview/line" + query)
            page.locator(".scene").first.screenshot(path=target)
            browser.close()
        app.extensions["annai"].stop()


if __name__ == "__main__":
    take(ROOT / "docs" / "images" / "staff-line.png", "?text=引っ越し")
