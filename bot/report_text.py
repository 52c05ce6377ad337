"""The report as staff read it. Every word of `annai report` stands here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.clock import TOKYO
from bot.mending import Mend, Way
from bot.report import Numbers, Report, Unmended, WrongOnes

NOTHING_YET = "記録がまだありません。住民の質問が来ると、ここに数が出ます。"
_TURNS = {
    "answer": "答えた",
    "choose": "選んでもらった",
    "unknown": "わからなかった",
    "urgent": "緊急の案内をした",
    "smalltalk": "雑談",
}
_MARKS = {"solved": "解決した", "wrong": "ちがう", "none": "どれでもない(選ぶとき)"}
_CHANNELS = {"line": "LINE", "web": "Web", "slack": "Slack"}


def as_text(report: Report) -> str:
    """Return the whole report, on a few screens at most."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"{_moment(report.span.since)} から {_moment(report.span.until)} まで"
    if report.is_empty:
        yield "この間の記録はありません。"
        return
    yield from _numbers(report.total)
    if len(report.by_channel) > 1:
        yield "入口ごと"
        yield from (f"  {_CHANNELS.get(name, name)}: {_short(each)}" for name, each in report.by_channel.items())
    yield ""
    yield from _groups(report)
    if report.wrong:
        yield ""
        yield "「ちがう」と言われた答え"
        for number, each in enumerate(report.wrong, start=1):
            yield from _wrong(number, each)


def _numbers(numbers: Numbers) -> Iterator[str]:
    yield f"質問 {numbers.questions} 件"
    for kind, number in numbers.turns.items():
        share = f"({number / numbers.questions:.0%})" if numbers.questions else ""
        yield f"  {_TURNS.get(kind, kind)}: {number}{share}"
    yield "答えの下のボタン"
    yield from (f"  {_MARKS.get(kind, kind)}: {number}" for kind, number in numbers.marks.items())


def _short(numbers: Numbers) -> str:
    parts = [f"質問 {numbers.questions}"]
    parts += [f"{_TURNS.get(kind, kind)} {number}" for kind, number in numbers.turns.items() if number]
    parts += [f"{_MARKS.get(kind, kind)} {number}" for kind, number in numbers.marks.items() if number]
    return "、".join(parts)


def _groups(report: Report) -> Iterator[str]:
    if not report.groups:
        yield "答えられなかった質問はありません。"
        return
    shown = len(report.groups)
    more = f"。多いほうから {shown} 組を出します" if report.all_groups > shown else ""
    yield f"答えられなかった質問({report.all_groups} 組{more})"
    for number, group in enumerate(report.groups, start=1):
        yield from _group(number, group)


def _group(number: int, group: Unmended) -> Iterator[str]:
    why = [("わからない", group.unknown), ("どれでもない", group.refused), ("ちがう", group.wrong)]
    reasons = "、".join(f"{name} {count}" for name, count in why if count)
    yield f"{number}. {group.number} 件({reasons}){''.join(f'「{text}」' for text in group.examples)}"
    yield f"   直し方: {_mend(group.mend)}"


def _wrong(number: int, wrong: WrongOnes) -> Iterator[str]:
    answer = wrong.answer
    asked = f"「{answer.text}」に" if answer.text else "メニューなどから選んで"
    sure = f"(確からしさ {answer.confidence:.0%})" if answer.confidence is not None else ""
    if wrong.chosen_name:
        meant = f"選ばれたのは「{wrong.chosen_name}」"
    else:
        meant = "かわりに選ばれたものはありません" if answer.chosen is None else "ほかの候補も「どれでもない」"
    yield f"{number}. {answer.number} 件 {asked}「{wrong.shown_name}」と答えた{sure}。{meant}"
    if answer.text:
        yield f"   直し方: {_mend(wrong.mend)}"


def _mend(mend: Mend) -> str:
    near = f"「{mend.name}」、確からしさ {mend.confidence:.0%}"
    match mend.way:
        case Way.ADD_PHRASING:
            return f"『{mend.entry}』の質問例に「{mend.text}」を足す({mend.file}。{near})"
        case Way.NEW:
            nearest = f"(いちばん近くても{near})" if mend.entry else ""
            return f"どの案内にも近くない: 新しい案内がいるか、words.yaml の「案内しない話」に足す{nearest}"
        case Way.NONE_FITTED:
            what = "答えに足りないことがないか見て、ちがう手続きのことなら、新しい案内を書く"
            return f"近い案内はあるが、どれでもなかった: {what}({mend.file}。{near})"
        case Way.ANSWERED_NOW:
            return f"いまの案内では答えられます({near})" if mend.entry else "いまは、緊急の案内か雑談として答えます"
        case Way.NOT_OURS:
            return "よその区や市のことなので、直すところはありません"
        case Way.ASKED_BACK:
            return "何のことかを聞きかえす質問なので、直すところはありません"


def _moment(moment: datetime) -> str:
    here = moment.astimezone(TOKYO)
    return f"{here.year}年{here.month}月{here.day}日 {here.hour}:{here.minute:02}"
