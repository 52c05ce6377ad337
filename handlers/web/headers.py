"""What every response of the web door tells the browser about itself."""

from __future__ import annotations

from flask import Response

from handlers.browser_headers import SECURITY

ANSWER = "no-store"
PAGE = "private, no-cache"
"""Asked for anew each time, and yet kept by the browser for its Back button."""
STATIC_FOR_EVER = "public, max-age=31536000, immutable"
"""For an address that carries the hash of its content."""
STATIC = "public, no-cache"


def add_security_headers(response: Response) -> Response:
    """Return `response` with the headers that hold for all of them; never stored unless it says otherwise."""
    for name, value in SECURITY.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", ANSWER)
    return response
