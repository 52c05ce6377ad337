"""Make handlers/line/static/icon.png from the web page's icon: `python tests/browser/line_icon.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.availability import chromium  # noqa: E402
from browser.serving import ARGUMENTS  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

SIZE = 512


def make(target: Path) -> None:
    """Write the icon to `target` as a PNG without corners: LINE shows it round."""
    svg = (ROOT / "handlers" / "web" / "static" / "icon.svg").read_text(encoding="utf-8")
    style = "margin:0;background:#0017c1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
        page.set_content(f'<body style="{style}"><style>svg{{display:block;width:100%}}</style>{svg}</body>')
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    make(ROOT / "handlers" / "line" / "static" / "icon.png")
