"""Whether a webhook request really comes from LINE.

Source: https://developers.line.biz/en/reference/messaging-api/#signature-validation
"""

from __future__ import annotations

import base64
import hashlib
import hmac

SIGNATURE_HEADER = "X-Line-Signature"
"""Header names have no case: LINE may change it without notice (reference, #request-headers)."""


def verify(secret: str, body: bytes, signature: str | None) -> bool:
    """Return whether `signature` is base64(HMAC-SHA256(secret, raw body)), compared in constant time.

    A missing or odd signature is False, never an error; so is everything while there is no secret.
    """
    if not secret or not signature:
        return False
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    # As bytes: compare_digest raises for str that is not ASCII, and a header may hold anything.
    return hmac.compare_digest(expected, signature.encode("utf-8", "surrogatepass"))
