"""The composition root: settings → app. `gunicorn wsgi:app` serves it."""

from bot.settings import Settings
from handlers.app import create_app
from handlers.logging import configure_logging

configure_logging()
app = create_app(Settings.from_environment())
