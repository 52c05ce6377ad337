"""The deployment's own secret: given by the operator, or made once and kept beside the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(given: str, folder: Path) -> bytes:
    """Return the key that `given` names, or the one kept in `folder`, made there on the first call (readable by us alone).

    Raises OSError when the folder can't be written.
    """
    if given:
        return given.encode()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "secret-key"
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _wait_for(kept)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return kept.read_bytes()


def _wait_for(kept: Path) -> bytes:
    """Return the key that another process is just writing; raise OSError when it never comes."""
    for _ in range(1000):
        if key := kept.read_bytes():
            return key
        os.sched_yield()
    raise OSError(f"{kept} is empty: delete it and start again")
