"""What staff are told in their channel: once, whoever sees it first, and not at night."""

from __future__ import annotations

import time as clocks
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from slack_api import SlackApi, words_of

from bot.clock import TOKYO
from bot.digest import Digest, DigestGroup
from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.inbox import Inbox
from bot.quiet_hours import QuietHours
from handlers.slack.send import SlackSender
from handlers.slack.staff_notes import StaffDoor, StaffNotes, StaffWatch
from handlers.slack.texts import SlackTexts
from handlers.slack.web_api import WebApi
from handlers.worker import Worker

TEXTS = SlackTexts("表示できません", "案内", "手続きを案内します", "…", "知りたいこと", "例", "たとえば", ())
STAFF = "C0STAFF"


@dataclass
class Ward:
    """What there is to tell."""

    now: datetime = datetime(2026, 11, 24, 14, 0, tzinfo=TOKYO)
    problems: list[str] = field(default_factory=list)
    line: str = ""
    web: str = "off: まだです"
    questions: int = 0
    digests: list[datetime] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now.astimezone(UTC)

    def digest(self, until: datetime) -> Digest | None:
        self.digests.append(until)
        groups = (DigestGroup(2, ("火星の土地",)),)
        return Digest(until, self.questions, 1, 0, 2, 0, 1, groups, 1) if self.questions else None


@dataclass
class Office:
    """One process: its watch and its worker."""

    watch: StaffWatch
    worker: Worker

    def look(self) -> None:
        self.watch.look()


@pytest.fixture
def ward() -> Ward:
    return Ward()


@pytest.fixture
def open_office(slack: SlackApi, ward: Ward, tmp_path: Path) -> Iterator[Callable[[], Office]]:
    database = Database(f"sqlite:///{tmp_path / 'annai.sqlite3'}")
    database.create_tables()
    inbox = Inbox(database, ward.clock)
    opened: list[Office] = []

    def open_it() -> Office:
        notes = StaffNotes(
            problems=lambda: ward.problems,
            revision=lambda: "r1",
            channels={"line": lambda: ward.line, "web": lambda: ward.web},
            digest=ward.digest,
            digest_at=time(9, 0),
            console="https://annai.example.jp/staff/",
            clock=ward.clock,
        )
        sender = SlackSender(WebApi(slack.token, api_base=slack.base), ward.clock)
        door = StaffDoor(sender, STAFF, QuietHours.read("20:00-8:00"), lambda: TEXTS, ward.clock)
        worker = Worker(inbox, Conversations(database, ward.clock), notes.answer, [door], ward.clock, threads=1)
        office = Office(StaffWatch(notes, inbox.put, worker.wake), worker)
        worker.start()
        opened.append(office)
        return office

    yield open_it
    for office in opened:
        office.worker.stop()
    database.dispose()


def settle(slack: SlackApi, number: int) -> list[str]:
    """Return what was posted, once it is `number` messages and stays so for a moment."""
    end = clocks.monotonic() + 10
    while len(slack.posted) < number and clocks.monotonic() < end:
        clocks.sleep(0.02)
    clocks.sleep(0.7)  # longer than a worker sleeps
    assert {message["channel"] for message in slack.posted} <= {STAFF}
    assert len(slack.posted) == number
    return [words_of(message) for message in slack.posted]


def test_the_day_is_told_once_whichever_process_sees_that_it_is_over(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office]
) -> None:
    ward.questions = 12
    offices = [open_office(), open_office()]
    for _ in range(3):
        for office in offices:
            office.look()

    (text,) = settle(slack, 1)
    assert "質問は 12 件でした" in text
    assert "火星の土地" in text
    assert "職員の画面を開く" in text
    assert set(ward.digests) == {datetime(2026, 11, 24, 9, 0, tzinfo=TOKYO)}


def test_before_its_hour_and_on_a_day_without_questions_nothing_is_told(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office]
) -> None:
    office = open_office()
    office.look()  # it is past nine, and nobody asked anything
    settle(slack, 0)
    ward.now, ward.questions = ward.now + timedelta(days=1, hours=-6), 5  # the next day, 8:00
    office.look()

    settle(slack, 0)


def test_a_rejected_file_is_told_with_where_to_look(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office]
) -> None:
    ward.now = ward.now.replace(hour=8, minute=30)
    ward.problems = ["services/koseki/juminhyo.yaml:12: 手数料に出典がありません → 出典を書いてください"]
    office = open_office()
    office.look()
    office.look()
    settle(slack, 1)
    ward.problems = [*ward.problems, "menu.yaml:3: その案内はありません"]
    office.look()

    first, second = settle(slack, 2)
    assert "juminhyo.yaml:12" in first
    assert "menu.yaml:3" in second


def test_a_channel_that_fails_is_told_once_a_day_and_one_that_is_off_never(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office]
) -> None:
    ward.now, ward.line = ward.now.replace(hour=8, minute=30), "token refused"
    office = open_office()
    office.look()
    office.look()

    (text,) = settle(slack, 1)
    assert "line が止まっています" in text
    assert "token refused" in text
    ward.now += timedelta(days=1)
    office.look()
    settle(slack, 2)


def test_at_night_it_waits_for_the_morning(slack: SlackApi, ward: Ward, open_office: Callable[[], Office]) -> None:
    ward.now, ward.problems = ward.now.replace(hour=22), ["menu.yaml:3: その案内はありません"]
    office = open_office()
    office.look()
    settle(slack, 0)

    ward.now += timedelta(hours=9)  # 7:00
    settle(slack, 0)
    ward.now += timedelta(hours=1, seconds=1)
    office.worker.wake()
    settle(slack, 1)


def test_what_was_mended_in_the_night_is_not_told_in_the_morning(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office]
) -> None:
    ward.now, ward.problems = ward.now.replace(hour=22), ["menu.yaml:3: その案内はありません"]
    office = open_office()
    office.look()
    settle(slack, 0)
    ward.problems, ward.now = [], ward.now + timedelta(hours=10, minutes=1)
    office.worker.wake()

    settle(slack, 0)


def test_a_watch_that_runs_finds_it_by_itself(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.slack.staff_notes.LOOK_EVERY", 0.02)
    ward.problems = ["menu.yaml:3: その案内はありません"]
    office = open_office()
    office.watch.start()
    try:
        settle(slack, 1)
    finally:
        office.watch.stop()


def test_a_channel_name_with_a_dash_is_told_as_it_is(
    slack: SlackApi, ward: Ward, open_office: Callable[[], Office]
) -> None:
    ward.web = "token refused"
    open_office().look()

    assert any("web が止まっています" in text for text in settle(slack, 1))
