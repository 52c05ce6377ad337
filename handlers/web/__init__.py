"""The web door: the chat page, which works without JavaScript too, and the JSON interface behind /api/ask."""

from handlers.web.blueprint import web_blueprint

__all__ = ["web_blueprint"]
