"""The picture beside the bot's messages, where the operator names none of his own."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_file

from handlers.line.texts import ICON_PATH

ICON = Path(__file__).parent / "static" / "icon.png"
"""The web page's icon as a PNG (tests/browser/line_icon.py makes it): LINE takes no SVG."""
_A_DAY = 86_400


def icon_blueprint() -> Blueprint:
    """Return the blueprint with GET /line/icon.png; it may be kept for a day."""
    blueprint = Blueprint("line_icon", __name__)

    @blueprint.get(ICON_PATH)
    def icon() -> Response:
        response = send_file(ICON, "image/png", max_age=_A_DAY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return blueprint
