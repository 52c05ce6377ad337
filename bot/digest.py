"""What staff are told once a day: how much was asked, what was wrong, what was not answered. Its words stand here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import TOKYO
from bot.guide import Guide
from bot.memory.reporting import Reporting, Span
from bot.mending import Mending
from bot.reply import Card, FactLine, LinkButton
from bot.report import Report, numbers_of, with_mends

MOST_GROUPS = 5
_EXAMPLES = 2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """Questions that say the same and led nowhere."""

    number: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One day in numbers. Whatever counts can make one."""

    until: datetime
    questions: int
    answered: int
    chosen: int
    """Had to choose between entries."""
    unknown: int
    solved: int
    wrong: int
    groups: tuple[DigestGroup, ...] = ()
    """The largest first."""
    all_groups: int = 0


DigestSource = Callable[[datetime], Digest | None]
"""Returns the digest of the day that ends at a moment; None when nothing happened. Raises DatabaseUnavailable."""


def digests(reporting: Reporting, guide: Callable[[], Guide]) -> DigestSource:
    """Return the source that reads the question log and judges by the knowledge that serves now."""

    def digest(until: datetime) -> Digest | None:
        report = numbers_of(reporting, Span(until - _DAY, until))
        if report.is_empty:
            return None
        now = guide()
        entries, tokenizer = now.knowledge.entries, now.engine.index.tokenizer
        whole = with_mends(
            report,
            reporting,
            Mending(now, {}, until),
            lambda text: tokenizer.analyse(text).words,
            lambda entry_id: entries[entry_id].name if entry_id in entries else entry_id,
        )
        return digest_of(whole)

    return digest


def digest_of(report: Report) -> Digest:
    """Return what a day's `report` comes down to."""
    turns, marks = report.total.turns, report.total.marks
    return Digest(
        until=report.span.until,
        questions=report.total.questions,
        answered=turns.get("answer", 0),
        chosen=turns.get("choose", 0),
        unknown=turns.get("unknown", 0),
        solved=marks.get("solved", 0),
        wrong=marks.get("wrong", 0),
        groups=tuple(DigestGroup(each.number, each.examples[:_EXAMPLES]) for each in report.groups[:MOST_GROUPS]),
        all_groups=report.all_groups,
    )


def digest_card(digest: Digest, console: str) -> Card:
    """Return the digest as a card, with a button to the staff console at `console` where there is one."""
    here = digest.until.astimezone(TOKYO)
    groups = "\n".join(f"{each.number}件 {''.join(f'「{text}」' for text in each.examples)}" for each in digest.groups)
    more = digest.all_groups - len(digest.groups)
    if more > 0:
        groups += f"\nほか {more} 組"
    facts = [
        ("答えた", f"{digest.answered}件"),
        ("選んでもらった", f"{digest.chosen}件"),
        ("わからなかった", f"{digest.unknown}件"),
        ("「解決した」", f"{digest.solved}件"),
        ("「ちがう」", f"{digest.wrong}件"),
        ("答えられなかった質問", groups or "ありません"),
    ]
    return Card(
        entry_id="",
        title=f"1日のまとめ({here.month}月{here.day}日 {here.hour}:{here.minute:02} まで)",
        text=f"質問は {digest.questions} 件でした。",
        highlight=None,
        facts=tuple(FactLine(name, value, "", "") for name, value in facts),
        desk=None,
        cautions=(),
        source_note="直し方は annai report で見られます。" if digest.groups else "",
        buttons=(LinkButton("職員の画面を開く", console),) if console else (),
    )


def knowledge_alert(problems: tuple[str, ...], shown: int = 5) -> Card:
    """Return what is told when the knowledge files can't be served: which, where, and that nothing is broken yet."""
    listed = "\n".join(problems[:shown]) + (f"\nほか {len(problems) - shown} 件" if len(problems) > shown else "")
    words = "案内のファイルに直すところがあります。直るまで、前の内容で答えます。"
    facts = (FactLine("直すところ", listed, "", ""),)
    return Card(
        "", "案内のファイルを読めません", words, None, facts, None, (), "annai check で、すべて見られます。", ()
    )


def channel_alert(channel: str, problem: str) -> Card:
    """Return what is told when a channel takes no answers any more."""
    words = f"{channel} に返事を送れません。動かす人に知らせてください。"
    return Card("", f"{channel} が止まっています", words, None, (FactLine("理由", problem, "", ""),), None, (), "", ())
