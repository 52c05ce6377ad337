"""The inbox between processes, on both engines: nothing is doubled or lost, whoever dies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.memory.database import Database
from bot.memory.inbox import LEASE, Inbox, NewEvent
from bot.memory.tables import utc_now

ROOT = Path(__file__).resolve().parents[3]

DRAIN = """
import os, sys
from bot.memory.database import Database
from bot.memory.inbox import Inbox
from bot.memory.tables import utc_now
database = Database(sys.argv[1])
inbox = Inbox(database)
database.check()  # the parent has a connection open when it forks, and the child must not use it
os.fork()
while True:
    event = inbox.claim(utc_now())
    if event is not None:
        os.write(1, f"{event.new.event_id} {event.attempt}\\n".encode())
        assert inbox.finish(event, {"after": event.new.event_id})
    elif inbox.counts()["waiting"] + inbox.counts()["claimed"] == 0:
        break
os._exit(0)
"""

CLAIM_AND_HANG = """
import sys
from bot.memory.database import Database
from bot.memory.inbox import Inbox
from bot.memory.tables import utc_now
inbox = Inbox(Database(sys.argv[1]))
event = inbox.claim(utc_now())
assert event is not None and inbox.begin_sending(event)
print("claimed", flush=True)
sys.stdin.read()
"""


def test_two_processes_never_double_or_lose_an_event(
    database: Database, database_url: str, new_event: Callable[..., NewEvent]
) -> None:
    inbox = Inbox(database)
    inbox.put([new_event(str(number), str(number % 7)) for number in range(80)])
    # One program that forks: two processes, and proof that connections are not shared between them.
    run = subprocess.run(
        [sys.executable, "-c", DRAIN, database_url], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert sorted(run.stdout.split("\n")[:-1]) == sorted(f"{number} 1" for number in range(80))
    assert inbox.counts() == {"waiting": 0, "claimed": 0, "done": 80, "failed": 0}


def test_a_killed_process_leaves_its_event_to_the_next_once_the_lease_is_over(
    database: Database, database_url: str, new_event: Callable[..., NewEvent]
) -> None:
    inbox = Inbox(database)
    inbox.put([new_event("1")])
    command = [sys.executable, "-c", CLAIM_AND_HANG, database_url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "claimed\n"
    process.kill()
    process.wait(60)
    process.stdin.close()
    process.stdout.close()
    assert inbox.claim(utc_now()) is None
    event = inbox.claim(utc_now() + LEASE)
    assert event is not None
    assert (event.new.event_id, event.attempt, event.sending_began) == ("1", 2, True)
    assert event.received_at - utc_now() < timedelta(0)
