"""What staff are told of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import TOKYO
from bot.digest import Digest, DigestGroup, channel_alert, digest_card, digests, knowledge_alert
from bot.guide import Guide
from bot.memory.database import Database
from bot.memory.questions import QuestionLog, QuestionRecord
from bot.memory.reporting import Reporting
from bot.plain_text import as_text
from bot.reply import Kind, LinkButton, Reply

UNTIL = datetime(2026, 11, 24, 9, 0, tzinfo=TOKYO)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'annai.sqlite3'}")
    database.create_tables()
    yield database
    database.dispose()


def asked(text: str, kind: str, ago: timedelta = timedelta(hours=1)) -> QuestionRecord:
    return QuestionRecord(UNTIL - ago, "line", "key", text, kind, (), None, 1.0, "r1")


def words(card: object) -> str:
    return as_text(Reply(Kind.ANSWER, (card,)))  # type: ignore[arg-type]


def test_a_day_is_counted_and_what_was_not_answered_put_together(database: Database, small_guide: Guide) -> None:
    log = QuestionLog(database)
    for text, kind in [
        ("住民票", "answer"),
        ("火星の土地を買いたい", "unknown"),
        ("火星の土地を買いたい", "unknown"),
        ("ボート置き場", "unknown"),
    ]:
        log.add(asked(text, kind))
    log.add(asked("きのうより前", "unknown", timedelta(hours=25)))

    digest = digests(Reporting(database), lambda: small_guide)(UNTIL)

    assert digest is not None
    assert (digest.questions, digest.answered, digest.unknown) == (4, 1, 3)
    assert digest.groups[0] == DigestGroup(2, ("火星の土地を買いたい",))
    assert "きのうより前" not in repr(digest)


def test_a_day_without_anything_makes_no_digest(database: Database, small_guide: Guide) -> None:
    assert digests(Reporting(database), lambda: small_guide)(UNTIL) is None


def test_a_digest_reads_well_and_leads_to_the_console() -> None:
    groups = (DigestGroup(3, ("火星の土地", "火星に住みたい")), DigestGroup(1, ("ボート置き場",)))
    card = digest_card(Digest(UNTIL, 12, 8, 1, 3, 5, 2, groups, 7), "https://annai.example.jp/staff/")

    assert words(card).splitlines() == [
        "■ 1日のまとめ(11月24日 9:00 まで)",
        "質問は 12 件でした。",
        "・答えた: 8件",
        "・選んでもらった: 1件",
        "・わからなかった: 3件",
        "・「解決した」: 5件",
        "・「ちがう」: 2件",
        "・答えられなかった質問:",
        "  - 3件 「火星の土地」「火星に住みたい」",
        "  - 1件 「ボート置き場」",
        "  - ほか 5 組",
        "直し方は annai report で見られます。",
        "→ 職員の画面を開く https://annai.example.jp/staff/",
    ]
    assert card.buttons == (LinkButton("職員の画面を開く", "https://annai.example.jp/staff/"),)


def test_without_a_console_there_is_no_button() -> None:
    assert digest_card(Digest(UNTIL, 1, 1, 0, 0, 0, 0), "").buttons == ()


def test_an_alert_says_what_is_wrong_and_that_answers_go_on() -> None:
    problems = tuple(f"services/a{number}.yaml:3: 手数料に出典がありません" for number in range(8))
    text = words(knowledge_alert(problems))

    assert "前の内容で答えます" in text
    assert "services/a4.yaml:3" in text
    assert "services/a5.yaml" not in text
    assert "ほか 3 件" in text
    assert "token refused" in words(channel_alert("line", "token refused"))
