"""What every page of ours tells the browser about itself, whichever door it comes through."""

from __future__ import annotations

# No inline script and no inline style: what a template failed to escape could still do nothing.
ONLY_OURS = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
"""A Content-Security-Policy."""

SECURITY = {
    "Content-Security-Policy": ONLY_OURS,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
