"""The whole house as it runs for residents: gunicorn processes on one SQLite file, and LINE played on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from line_api import LineApi, callback, signature, text_event
from slack_api import SlackApi, signed

from bot.settings import ROOT, Settings

SECRET = "channel-secret"
SLACK_SECRET = "signing-secret"
DEADLINE = 60.0
"""Seconds; a server is up in three, unless the machine has much else to do."""


@dataclass
class Server:
    """A gunicorn with its workers, started as an operator starts it."""

    url: str
    process: subprocess.Popen[bytes]

    def post(self, body: bytes, signed: str | None = None) -> requests.Response:
        """Post a webhook; signed with the channel's secret if nothing else is said."""
        headers = {"X-Line-Signature": signed if signed is not None else signature(SECRET, body)}
        return requests.post(f"{self.url}/line/webhook", data=body, headers=headers, timeout=10)

    def post_slack(self, body: bytes, headers: dict[str, str] | None = None) -> requests.Response:
        """Post what Slack sends; signed with the app's secret if nothing else is said."""
        headers = signed(SLACK_SECRET, body) if headers is None else headers
        return requests.post(f"{self.url}/slack/events", data=body, headers=headers, timeout=10)

    def kill(self) -> None:
        """Kill every process at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


class House:
    """Starts servers on the same database, one after the other."""

    def __init__(
        self, folder: Path, line: LineApi, settings: Settings, slack: SlackApi | None = None, **more: str
    ) -> None:
        self.database = folder / "annai.sqlite3"
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DATA_DIR": str(folder),
            "CACHE_DIR": str(settings.cache_dir),
            "KNOWLEDGE_DIR": str(settings.knowledge_dir),
            "MEANING": str(int(settings.meaning)),
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": line.access_token,
            "LINE_API_BASE": line.base,
        }
        if slack:
            self._environment |= {
                "SLACK_SIGNING_SECRET": SLACK_SECRET,
                "SLACK_BOT_TOKEN": slack.token,
                "SLACK_API_BASE": slack.base,
            }
        self._environment |= more
        self._log = folder / "log"
        self.servers: list[Server] = []

    def start(self, workers: int = 1) -> Server:
        """Return a server that answers /healthz."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT), "--config", str(ROOT / "gunicorn.conf.py")]
        command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "wsgi:app"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(command, env=self._environment, stderr=log, start_new_session=True)
        server = Server(f"http://127.0.0.1:{port}", process)
        self.servers.append(server)
        eventually(lambda: _answers(server), self.log)
        return server

    def run(self, program: str) -> subprocess.Popen[bytes]:
        """Start another program of the project beside the servers; `stop` ends it, too."""
        with self._log.open("ab") as log:
            process = subprocess.Popen([sys.executable, ROOT / program], env=self._environment, stderr=log)
        self.servers.append(Server("", process))
        return process

    def log(self) -> str:
        """Return what the servers have logged."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def stop(self) -> None:
        """End every server that still runs."""
        for server in self.servers:
            if server.process.poll() is None:
                server.process.terminate()
                try:
                    server.process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    server.kill()


@dataclass(frozen=True)
class Kohoku:
    """The house with the knowledge that ships, running, for all tests of a module."""

    house: House
    line: LineApi
    server: Server

    def answers_to(self, *tokens: str) -> list[dict[str, Any]]:
        """Return what was delivered with one of these reply tokens."""
        return [body for body in self.line.delivered if body["replyToken"] in tokens]


def eventually(holds: Callable[[], object], otherwise: Callable[[], str]) -> None:
    """Return as soon as `holds` does; fail with `otherwise` when it never does."""
    end = time.monotonic() + DEADLINE
    while not holds():
        if time.monotonic() > end:
            pytest.fail(otherwise())
        time.sleep(0.02)


def message(number: int, text: str) -> bytes:
    """Return the webhook of the message `number`, with an event id and a reply token of its own."""
    return callback(
        text_event(
            text, webhookEventId=f"01HXYZ0123456789ABCD{number:06d}", replyToken=token(number), timestamp=now_ms()
        )
    )


def token(number: int) -> str:
    """Return the reply token of message `number`."""
    return f"{number:032x}"


def now_ms() -> int:
    """Return the time as LINE writes it."""
    return int(time.time() * 1000)


def _answers(server: Server) -> bool:
    try:
        return requests.get(f"{server.url}/healthz", timeout=2).ok
    except requests.RequestException:  # not listening yet, or still loading
        return False
