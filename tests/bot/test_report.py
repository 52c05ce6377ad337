"""`annai report` on a database that residents have filled."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.action import Action, Verb
from bot.cli import main
from bot.cli_report import moment_of
from bot.clock import TOKYO
from bot.conversation import Utterance
from bot.guide import Guide
from bot.memory.conversations import Conversations
from bot.memory.database import Database
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.settings import Settings
from handlers.answering import Answering
from handlers.metrics import Metrics

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)


class Still:
    """A live guide that never changes."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'annai.sqlite3'}")


@pytest.fixture
def talk_on(database: Database, small_guide: Guide) -> Callable[..., None]:
    """Let somebody say and tap on a channel, an hour ago."""
    database.create_tables()
    live: Any = Still(small_guide)
    answering = Answering(live, Conversations(database), Metrics(dict), lambda: NOW - timedelta(hours=1))

    def talk(channel: str, who: str, *said: str | Action) -> None:
        for each in said:
            utterance = Utterance(each) if isinstance(each, str) else Utterance(action=each)
            answering.converse(channel, who, utterance)

    return talk


@pytest.fixture
def annai(
    monkeypatch: pytest.MonkeyPatch,
    small_settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[Any, str]]:
    """Call `annai report` on the database; return the exit code and what it said."""
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'annai.sqlite3'}",
        "KNOWLEDGE_DIR": str(small_settings.knowledge_dir),
        "CACHE_DIR": str(tmp_path / "cache"),
        "MEANING": "0",
        "NOW": NOW.isoformat(),
    }.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[Any, str]:
        capsys.readouterr()  # what was logged before
        monkeypatch.setattr("sys.argv", ["annai", "report", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        return ended.value.code, streams.out + streams.err

    return run


def test_without_any_record_one_line_says_so_and_no_file_is_made(annai, tmp_path: Path) -> None:
    assert annai() == (0, "記録がまだありません。住民の質問が来ると、ここに数が出ます。\n")
    assert annai("--json") == (0, "{}\n")
    assert not (tmp_path / "annai.sqlite3").exists()


def test_a_time_without_records_says_so(annai, database: Database) -> None:
    database.create_tables()

    code, out = annai("--since", "2026-11-01", "--until", "2026-11-02")

    assert code == 0
    assert out == "2026年11月1日 0:00 から 2026年11月3日 0:00 まで\nこの間の記録はありません。\n"


def test_the_report_counts_groups_and_tells_how_to_mend(annai, talk_on) -> None:
    talk_on("web", "a", "よその市へ引っ越す", "ちがう", "1")
    talk_on("line", "b", "住民票がほしい", Action(Verb.SOLVED, "juminhyo"))
    talk_on("line", "c", "宇宙旅行のよやく", "こんにちは", "火事です")
    talk_on("web", "d", "よやく 宇宙旅行")

    code, out = annai("--since", "24h", "--json")
    found = json.loads(out[out.index("{\n") :])  # threads of other tests may still log

    assert code == 0
    total = found["total"]
    assert total["questions"] == 6
    assert [total[kind] for kind in ("answer", "unknown", "smalltalk", "urgent")] == [2, 2, 1, 1]
    assert total["feedback"] == {"solved": 1, "wrong": 1, "none": 0}
    assert sum(total["share"].values()) == pytest.approx(1, abs=0.01)
    assert found["by_channel"]["line"]["questions"] == 4
    space, move = found["groups"]
    assert (space["number"], space["unknown"], sorted(space["examples"])) == (
        2,
        2,
        ["よやく 宇宙旅行", "宇宙旅行のよやく"],
    )
    assert (move["wrong"], move["mend"]["way"], move["mend"]["entry"]) == (1, "add_phrasing", "tennyu")
    (wrong,) = found["wrong"]
    assert (wrong["text"], wrong["shown"], wrong["chosen"]) == ("よその市へ引っ越す", "tenshutsu", "tennyu")
    assert wrong["mend"]["file"] == "knowledge/services/koseki/tennyu.yaml"


def test_the_report_reads_well(annai, talk_on) -> None:
    talk_on("web", "a", "よその市へ引っ越す", "ちがう", "1")
    talk_on("web", "b", "宇宙旅行のよやく")

    _, out = annai()

    assert "質問 2 件\n  答えた: 1(50%)" in out
    assert "  ちがう: 1" in out
    assert "1 件 「よその市へ引っ越す」に「転出届」と答えた(確からしさ" in out
    assert "選ばれたのは「転入届」" in out
    assert "『tennyu』の質問例に「よその市へ引っ越す」を足す(knowledge/services/koseki/tennyu.yaml" in out
    assert "どの案内にも近くない: 新しい案内がいるか、words.yaml の「案内しない話」に足す" in out


def test_a_question_of_which_none_fitted_is_not_to_be_added_to_what_was_refused(annai, talk_on) -> None:
    talk_on("web", "a", "よその市へ引っ越す", "ちがう", "どれでもない")

    _, out = annai()

    assert "ほかの候補も「どれでもない」" in out
    assert "近い案内はあるが、どれでもなかった" in out
    assert "を足す" not in out.replace("に足す", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--since", "きのう"], "「きのう」は読めません"),
        (["--since", "99999999d"], "読めません"),
        (["--since", "999999w"], "読めません"),
        (["--until", "2026-13-01"], "「2026-13-01」は読めません"),
        (["--since", "2026-11-25"], "--since は --until より前に"),
    ],
)
def test_a_time_that_makes_no_sense_is_one_line_and_code_two(annai, arguments: list[str], says: str) -> None:
    code, out = annai(*arguments)

    assert code == 2
    assert says in out
    assert out.count("\n") == 1


def test_a_hundred_thousand_questions_are_reported_in_reasonable_time(annai, database: Database) -> None:
    database.create_tables()
    record = QuestionRecord(NOW - timedelta(hours=2), "web", "k", "", "unknown", (("tennyu", 0.1),), None, 1.0, "r")
    with database.writing() as connection:
        from bot.memory.tables import questions

        rows = [
            {
                "asked_at": record.asked_at,
                "channel": "web",
                "conversation_key": "k",
                "text": f"知らないこと{number % 30_000}",
                "kind": "unknown",
                "candidates": [["tennyu", 0.1]],
                "milliseconds": 1.0,
                "knowledge_revision": "r",
            }
            for number in range(100_000)
        ]
        connection.execute(questions.insert(), rows)
    began = time.perf_counter()

    code, out = annai()

    assert code == 0
    assert "質問 100000 件" in out
    assert len(out.splitlines()) < 100
    assert time.perf_counter() - began < 120


@pytest.mark.parametrize(
    ("text", "through", "moment"),
    [
        ("7d", False, NOW - timedelta(days=7)),
        ("24h", False, NOW - timedelta(hours=24)),
        (" 2W ", False, NOW - timedelta(weeks=2)),
        ("2026-11-01", False, datetime(2026, 11, 1, tzinfo=TOKYO)),
        ("2026-11-01", True, datetime(2026, 11, 2, tzinfo=TOKYO)),
        ("9999-12-31", True, None),
        ("", False, None),
        ("7", False, None),
    ],
)
def test_times_are_read_as_staff_write_them(text: str, through: bool, moment: datetime | None) -> None:
    assert moment_of(text, NOW, through=through) == moment


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert moment_of(text, NOW) is None or moment_of(text, NOW).tzinfo is not None  # type: ignore[union-attr]


def test_a_choice_that_was_typed_is_no_question(talk_on, database: Database) -> None:
    talk_on("web", "a", "よその市へ引っ越す", "ちがう", "どれでもない")

    asked = QuestionLog(database).since(NOW - timedelta(days=1))

    assert [replace(each, milliseconds=0).text for each in asked] == ["よその市へ引っ越す"]
