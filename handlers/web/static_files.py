"""Static files under addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


def content_hashes(folder: Path = FOLDER) -> Mapping[str, str]:
    """Return the hash of each file in `folder` by its name."""
    files = sorted(each for each in folder.iterdir() if each.is_file())
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest()[:12] for each in files}
