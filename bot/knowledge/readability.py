"""How easily an answer is read: long sentences, too many of them, and the language of offices. Notes, never more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.schema import Entry
from bot.knowledge.yaml_text import Document

LONGEST_SENTENCE = 60
"""In characters; the style guide asks for about 50, and a phone shows about 20 on a line."""
MOST_SENTENCES = 5
"""The style guide asks for two or three."""

_SENTENCE = re.compile(r"[^。!?!?\n]+[。!?!?]*[」)）]*")
_OFFICIALESE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"につきまして[はも]?", "「は」「について」にしてください"),
        (r"(?:記入|確認|持参|了承|同意|連絡|相談|提出|添付|予約|理解|用意|準備|署名|押印|申請|検討)の上", "「…してから」「…して」にしてください"),
        (r"当該", "「その」にしてください"),
        (r"することができ(?:ます|ません)", "「できます」「できません」にしてください"),
        (r"(?:ご|御)?留意", "「気をつけて」にしてください"),
        (r"に係る", "「の」「についての」にしてください"),
        (r"所定の", "「決まった」にするか、名前を書いてください"),
        (r"(?:速|すみ)やかに", "「すぐに」「早めに」にしてください"),
        (r"遅滞なく", "「すぐに」にしてください"),
        (r"及び|および|並びに|ならびに", "「と」にしてください"),
        (r"又は|若しくは|もしくは", "「か」にしてください"),
        (r"(?:ご|御)(?:査収|高覧|教示|賢察|一報|了承)", "ふだんの言葉にしてください"),
        (r"いたしかねます|致しかねます", "「できません」にしてください"),
        (r"ものと(?:します|する)", "「…します」にしてください"),
        (r"(?:必要|場合|制限)がございます", "「あります」にしてください"),
        (r"(?:の|する)旨(?:を|の)", "「…ということ」にしてください"),
        (r"を要し(?:ます|ません)", "「要ります」「要りません」にしてください"),
        (r"の?際(?:は|には)(?:、|,)", "「…ときは」にしてください"),
        (r"に際して|にあたりまして", "「…ときに」にしてください"),
        (r"を行(?:う必要があります|ってください)", "「…してください」にしてください"),
        (r"(?:に|を)おきまして(?:は)?", "「では」「で」にしてください"),
        (r"(?:の|な)方におかれまして(?:は)?", "「の人は」にしてください"),
        (r"供覧|縦覧に供|交付を受け|給付を受け", "「見る」「もらう」など、ふだんの言葉にしてください"),
        (r"(?:ご|御)不明な点", "「分からないこと」にしてください"),
    )
)  # fmt: skip


def readability_problems(knowledge: KnowledgeBase, documents: dict[str, Document]) -> list[Problem]:
    """Return a note for everything in an answer that is hard to read."""
    return [
        Problem(documents[entry.id].file, documents[entry.id].line(("回答",)), what, mend, Severity.NOTE)
        for entry in knowledge.entries.values()
        for what, mend in _hard_to_read(entry)
    ]


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`; a new line ends one, as it does on the card."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def _hard_to_read(entry: Entry) -> Iterator[tuple[str, str]]:
    said = sentences(entry.answer)
    for sentence in said:
        if len(sentence) > LONGEST_SENTENCE:
            what = f"回答の文「{sentence[:15]}…」が{len(sentence)}字あります"
            yield what, f"1つの文を{LONGEST_SENTENCE}字までにしてください(2つに分けます)"
    if len(said) > MOST_SENTENCES:
        yield (
            f"回答の文が{len(said)}つあります",
            f"{MOST_SENTENCES}つまでにしてください(細かいことは「項目」に書きます)",
        )
    for pattern, instead in _OFFICIALESE:
        for found in dict.fromkeys(match.group() for match in pattern.finditer(entry.answer)):
            yield f"回答に役所の言葉「{found}」があります", instead
