"""Who has signed in: one signed cookie, and the token that proves that a form is ours."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from flask import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "annai-staff"
PATH = "/staff/"
LASTS = timedelta(hours=8)
"""A working day; after it one signs in again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser's visit."""

    number: str
    """Random; the form token hangs on it, and signing in gives a new one."""
    signed_in: bool = False


class Sessions:
    """Makes and reads the cookie. Holds no list: several processes read each other's cookies."""

    def __init__(self, key: bytes, password_hash: str) -> None:
        """Sign with a key of our own, made from the deployment's; another password ends every session."""
        self._key = hmac.digest(key, b"staff session " + password_hash.encode(), sha256)
        self._signer = URLSafeTimedSerializer(self._key, signer_kwargs={"digest_method": sha256})

    def visit(self, request: Request) -> Visit:
        """Return the visit of the cookie that came, or a new one when none of ours came."""
        try:
            number, signed_in = self._signer.loads(request.cookies.get(COOKIE, ""), int(LASTS.total_seconds()))
        except (BadData, ValueError, TypeError):
            return new_visit()
        return Visit(str(number), signed_in is True)

    def token(self, visit: Visit) -> str:
        """Return what a form of this visit carries."""
        return hmac.new(self._key, b"form " + visit.number.encode(), sha256).hexdigest()

    def is_ours(self, visit: Visit, token: str) -> bool:
        """Return whether `token` is the visit's, in constant time."""
        return hmac.compare_digest(self.token(visit).encode(), token.encode("utf-8", "replace"))

    def keep(self, response: Response, visit: Visit, *, secure: bool) -> None:
        """Have the browser keep the visit until it ends or the day is over; over https it never goes out in the clear."""
        value = self._signer.dumps([visit.number, visit.signed_in])
        response.set_cookie(
            COOKIE,
            value if isinstance(value, str) else value.decode(),
            max_age=int(LASTS.total_seconds()),
            path=PATH,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )


def new_visit(*, signed_in: bool = False) -> Visit:
    """Return a visit that nobody has seen before."""
    return Visit(secrets.token_urlsafe(16), signed_in)
