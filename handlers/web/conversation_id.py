"""The cookie that joins a resident's questions: a random number, and nothing about the person."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TypeGuard

from flask import Request, Response

COOKIE = "annai"
LASTS = timedelta(hours=12)

# Long enough that nobody guesses another one's; JSON clients may name their own.
_SHAPE = re.compile(r"[A-Za-z0-9_-]{20,64}")


def is_conversation_id(value: object) -> TypeGuard[str]:
    """Return whether `value` has the shape of a conversation id: 20 to 64 letters, digits, `-` or `_`."""
    return isinstance(value, str) and _SHAPE.fullmatch(value) is not None


def new_conversation_id() -> str:
    """Return 128 random bits as text."""
    return secrets.token_urlsafe(16)


def from_cookie(request: Request) -> str | None:
    """Return the conversation id that the browser sent, or None when it sent none of that shape."""
    value = request.cookies.get(COOKIE)
    return value if is_conversation_id(value) else None


def keep(response: Response, conversation_id: str, secure: bool) -> None:
    """Have the browser keep the id for 12 hours from now; over https it never goes out in the clear."""
    response.set_cookie(
        COOKIE, conversation_id, max_age=int(LASTS.total_seconds()), secure=secure, httponly=True, samesite="Lax"
    )
