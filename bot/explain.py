"""`annai explain`: why an answer, in words that staff understand, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.guide import Guide
from bot.matching.engine import Verdict
from bot.matching.explanation import Explanation, Reason, explain

_VIEWS = {
    "words": "同じ言葉がある(質問例)",
    "words_whole": "同じ言葉がある(案内の全体)",
    "coverage": "聞かれた言葉がそろっている",
    "name_coverage": "名前の言葉がそろっている",
    "synonyms": "言いかえの言葉が同じ(質問例)",
    "synonyms_whole": "言いかえの言葉が同じ(案内の全体)",
    "characters": "字のならびが似ている(質問例)",
    "characters_whole": "字のならびが似ている(案内の全体)",
    "reading": "読みが似ている",
    "reading_if_hiragana": "読みが似ている(ひらがなだけの文)",
    "meaning": "質問例と意味が近い",
    "meaning_name": "名前と意味が近い",
    "meaning_answer": "回答と意味が近い",
    "fuzzy": "書きまちがいと見てもよく似ている",
    "fuzzy_reading": "読みまちがいと見てもよく似ている",
    "contained": "質問例がそのまま入っている",
}
_VERDICTS = {
    Verdict.ANSWER: "1つに決めて答えます",
    Verdict.CHOOSE: "いくつかから選んでもらいます",
    Verdict.UNKNOWN: "案内なし(わからない、と答えます)",
}


def explained(guide: Guide, text: str) -> str:
    """Return the explanation of what `text` leads to, several lines."""
    found = explain(guide.engine, text)
    return "\n".join(_lines(guide, found))


def _lines(guide: Guide, found: Explanation) -> Iterator[str]:
    yield f"読んだ文: {found.read_as}"
    yield f"言葉: {'、'.join(found.words) or '(なし)'}"
    if found.unknown_words:
        yield f"どの案内にもない言葉: {'、'.join(found.unknown_words)}"
    yield f"決めたこと: {_VERDICTS[found.decision.verdict]}"
    for place, reason in enumerate(found.reasons, start=1):
        yield ""
        yield from _reason(guide, place, reason)
    yield ""
    yield from _advice(guide, found)


def _reason(guide: Guide, place: int, reason: Reason) -> Iterator[str]:
    yield f"{place}位 {guide.knowledge.entries[reason.id].name}({reason.id}) 確からしさ {reason.confidence:.0%}"
    yield f"   同じ言葉: {'、'.join(reason.shared_words) or 'なし'}"
    yield f"   字が近い質問例: 「{reason.nearest_surface}」"
    if reason.nearest_in_meaning:
        yield f"   意味が近い質問例: 「{reason.nearest_in_meaning}」(近さ {reason.likeness:.2f})"
    for share in reason.views:
        way = "決め手" if share.points > 0 else "不利"
        yield f"   {way} {share.points:+.2f} {_VIEWS.get(share.view, share.view)}"


def _advice(guide: Guide, found: Explanation) -> Iterator[str]:
    if not found.reasons:
        yield "文字が読みとれないため、どの案内ともくらべられません。"
        return
    first = guide.knowledge.entries[found.reasons[0].id].name
    if found.decision.verdict is Verdict.ANSWER:
        yield "ちがう案内にしたいときは、その案内にこの聞き方に近い質問例を足してください。"
    elif found.decision.verdict is Verdict.CHOOSE:
        second = guide.knowledge.entries[found.reasons[1].id].name if len(found.reasons) > 1 else ""
        yield f"1つに決めたいときは、「{first}」にこの聞き方に近い質問例を足し、「{second}」に似た質問例がないか見てください。"
    else:
        yield f"「{first}」で答えたいときは、この聞き方に近い質問例を「{first}」に足してください。"
    if found.unknown_words:
        yield "どの案内にもない言葉は、words.yaml で正式な言葉と組にすると、すべての案内で通じます。"
