"""Whether a request really comes from Slack, and only just now.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

SIGNATURE_HEADER = "X-Slack-Signature"
TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
WINDOW = 300
"""Seconds, both ways: an older request may be a replay, and one from the future was made with a wrong clock."""
_LONGEST_TIMESTAMP = 12


def verify(secret: str, body: bytes, timestamp: str | None, signature: str | None, now: datetime) -> bool:
    """Return whether `signature` is `v0=` + hex(HMAC-SHA256(secret, `v0:{timestamp}:{raw body}`)) and of these minutes.

    Whatever is missing or odd is False, never an error; so is everything while there is no secret. Compared in
    constant time.
    """
    if not secret or not signature or not timestamp:
        return False
    # Before int(): Bolt's own check ends in an error for what is no number.
    if len(timestamp) > _LONGEST_TIMESTAMP or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        return False
    signed = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    # As bytes: compare_digest raises for str that is not ASCII, and a header may hold anything.
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass"))
