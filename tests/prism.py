"""LINE's API as its own description draws it: Prism, a mock server made by others, on loopback.

It judges what tests/line_api.py judges, too, but shares no line with it, and it sees the request itself: path, headers,
body. Prism (npm, pinned in tests/contract/package-lock.json) is fed the hardened description, for of the plain one it
checks little (`../shared/line-openapi/harden.py`).
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import requests
from line_api import OPENAPI, Recorded, hardened

PROGRAM = Path(__file__).resolve().parent / "contract" / "node_modules" / ".bin" / "prism"
STARTS_WITHIN = 120.0
"""Seconds; five on an idle machine."""
_SENT_ON = ("authorization", "content-type", "x-line-retry-key")


def what_is_missing() -> str:
    """Return what the mock server can't do without here; empty when nothing is missing."""
    if not (OPENAPI / "messaging-api.yml").is_file():
        return f"LINE's API description is not at ../{OPENAPI.parent.name}/{OPENAPI.name}"
    if shutil.which("node") is None:
        return "node"
    return "" if PROGRAM.exists() else "Prism (npm ci --prefix tests/contract)"


class Prism:
    """A running mock server. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Write what it needs into `folder`; start nothing yet."""
        self._description = folder / "messaging-api.json"
        self._description.write_text(json.dumps(hardened("messaging-api.yml"), default=str), encoding="utf-8")
        self._log = folder / "prism.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    def __enter__(self) -> Self:
        command = [PROGRAM, "mock", "--host", "127.0.0.1", "--port", str(self._port), "--errors", self._description]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + STARTS_WITHIN
        while not self._listens():
            assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
            assert time.monotonic() < end, self._log.read_text(encoding="utf-8")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    def refusals(self, sent: Iterable[Recorded]) -> list[str]:
        """Return what the description says against each request that it does not allow."""
        return [problem for request in sent for problem in self._refusal(request)]

    def _refusal(self, request: Recorded) -> list[str]:
        headers = {name: value for name, value in request.headers.items() if name.lower() in _SENT_ON}
        url = f"http://127.0.0.1:{self._port}{request.path}"
        answer = requests.post(url, json.dumps(request.body).encode(), headers=headers, timeout=60)
        return [] if answer.ok else [f"{request.path}: {answer.status_code} {_reasons(answer)}"]

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def _reasons(answer: requests.Response) -> Any:
    try:
        return answer.json().get("validation", answer.text)
    except ValueError:
        return answer.text
