"""What every response of the web door tells the browser about itself."""

from __future__ import annotations

from flask import Response

_SECURITY = {
    # No inline script and no inline style: what a template failed to escape could still do nothing.
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

ANSWER = "no-store"
PAGE = "private, no-cache"
"""Asked for anew each time, and yet kept by the browser for its Back button."""
STATIC_FOR_EVER = "public, max-age=31536000, immutable"
"""For an address that carries the hash of its content."""
STATIC = "public, no-cache"


def add_security_headers(response: Response) -> Response:
    """Return `response` with the headers that hold for all of them; never stored unless it says otherwise."""
    for name, value in _SECURITY.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", ANSWER)
    return response
