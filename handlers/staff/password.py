"""The staff's password: kept as a hash, compared in constant time."""

from __future__ import annotations

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST = 12
LONGEST = 200
"""A longer one is only ever work for the machine."""


def hash_of(password: str) -> str:
    """Return the hash of a password, as STAFF_PASSWORD_HASH wants it."""
    return generate_password_hash(password, method="scrypt")


def is_hash(text: str) -> bool:
    """Return whether `text` is a hash that `matches` can compare with."""
    try:
        check_password_hash(text, "")
    except ValueError:
        return False
    return text.count("$") == 2


def matches(password_hash: str, password: str) -> bool:
    """Return whether `password` is the one; takes as long for a wrong one as for the right one."""
    return check_password_hash(password_hash, password[: LONGEST + 1])
