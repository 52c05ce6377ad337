"""The icon beside the bot's messages."""

from __future__ import annotations

from io import BytesIO

from flask import Flask
from PIL import Image

from handlers.line.icon import icon_blueprint


def test_the_icon_is_a_square_png_that_may_be_kept() -> None:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(icon_blueprint())
    answer = app.test_client().get("/line/icon.png")

    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "max-age=86400" in answer.headers["Cache-Control"]
    with Image.open(BytesIO(answer.data)) as icon:
        assert icon.format == "PNG"
        assert icon.width == icon.height >= 256
    answer.close()
