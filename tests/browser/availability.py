"""What to do where there is no browser to test with."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def needs(*packages: str) -> None:
    """Skip or fail the test module that calls this, when one of the Python packages is not installed."""
    for package in packages:
        if find_spec(package) is None:
            _unavailable(f"the Python package {package} is not installed")


def chromium() -> str:
    """Return the path of chromium; skip or fail the test when there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), "")
    if not path:
        _unavailable(f"none of {', '.join(NAMES)} is on the PATH")
    return path


def _unavailable(why: str) -> None:
    """Skip here, and fail where every test must have run."""
    reason = f"no chromium to test with: {why}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
