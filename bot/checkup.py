"""`annai check`: everything that is wrong with a knowledge base, found by reading it and by asking it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.asked_fact import AskedFactFinder
from bot.build import GuideBuilder
from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.knowledge.loading import Loaded, UnusableKnowledge, load
from bot.knowledge.problem import Problem, Severity
from bot.knowledge.readability import readability_problems
from bot.knowledge.references import editorial_problems
from bot.knowledge.schema import CheckQuestion, Entry, Expected
from bot.knowledge.twin_marks import twin_problems
from bot.knowledge.yaml_text import Document
from bot.reply import Choices, Kind, Reply
from bot.settings import Settings

STRAY_MARGIN = 0.06
"""Cosines of E5 lie close together; nearer by this much is plainly nearer."""
MOST_EMBEDDED = 1_000_000
"""However many entries are new, check questions are asked of all that the bot can be."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What `annai check` found."""

    problems: tuple[Problem, ...]
    entries: int
    desks: int
    questions: int
    """How many check questions were asked."""

    @property
    def passed(self) -> bool:
        """Return whether nothing but notes was found."""
        return all(problem.severity is Severity.NOTE for problem in self.problems)


def check(settings: Settings, path: Path, now: datetime) -> Checkup:
    """Return everything that is wrong with the knowledge at `path` as of `now`; never stops at the first problem."""
    try:
        loaded = load(path, settings.knowledge_defaults)
    except UnusableKnowledge as error:
        return Checkup(tuple(error.problems), 0, 0, 0)
    knowledge = loaded.knowledge
    problems = list(loaded.problems)
    asked = 0
    if knowledge.demands_sources:
        problems += editorial_problems(knowledge, loaded.documents, now.date())
        problems += readability_problems(knowledge, loaded.documents) + twin_problems(knowledge, loaded.documents)
        builder = GuideBuilder(settings)
        guide = builder.build(knowledge, at_once=MOST_EMBEDDED).guide
        questions = [question.text for entry in knowledge.entries.values() for question in entry.check_questions]
        builder.foresee(guide, questions)
        asked = len(questions)
        problems += _check_questions(guide, loaded, now)
        problems += _phrasings(guide, loaded)
        problems += _urgent_examples(guide, loaded.documents.get("urgent.yaml"))
    unique = tuple(sorted(set(problems)))
    return Checkup(unique, len(knowledge.entries), len(knowledge.contacts.desks), asked)


def _check_questions(guide: Guide, loaded: Loaded, now: datetime) -> Iterator[Problem]:
    for entry in loaded.knowledge.entries.values():
        document = loaded.documents[entry.id]
        if not entry.check_questions:
            what, mend = "確認質問がありません", "住民の言い方で2つ以上書いてください(質問例とちがう言い方で)"
            yield Problem(document.file, 1, what, mend, Severity.NOTE)
        for number, question in enumerate(entry.check_questions):
            reply = guide.turn(Utterance(question.text), Conversation(), now).reply
            if wrong := _leads_elsewhere(entry, question, reply, guide):
                line = document.line(("確認質問", number))
                what = f"確認質問「{question.text}」が{wrong}"
                mend = "この聞き方に近い質問例や別名を足すか、相手の質問例を見直してください(正しく選ばせたいときは「期待: choose」)"
                yield Problem(document.file, line, what, mend, Severity.WRONG)


def _phrasings(guide: Guide, loaded: Loaded) -> Iterator[Problem]:
    """Yield notes on phrasings that draw other entries' questions to themselves."""
    asked = AskedFactFinder(loaded.knowledge.words.fact_names, guide.engine.index.tokenizer)
    for entry in loaded.knowledge.entries.values():
        for phrasing in entry.phrasings:
            fact = asked.find(phrasing)
            if fact and fact.alone:
                what = f"質問例「{phrasing}」は、何のことかが分かりません"
                mend = f"「{entry.name}の…」のように、これだけで通じる文にしてください"
                yield _of_phrasing(loaded, entry.id, phrasing, what, mend)
    for stray in guide.engine.index.strays(STRAY_MARGIN):
        if stray.text in loaded.knowledge.entries[stray.id].phrasings:
            other = loaded.knowledge.entries[stray.other_id].name
            what = f"質問例「{stray.text}」は、「{other}」の「{stray.other_text}」のほうに意味が近いです"
            mend = "この案内だけのことが分かる言葉を足すか、行き先として正しいほうに移してください"
            yield _of_phrasing(loaded, stray.id, stray.text, what, mend)


def _of_phrasing(loaded: Loaded, entry_id: str, phrasing: str, what: str, mend: str) -> Problem:
    document, phrasings = loaded.documents[entry_id], loaded.knowledge.entries[entry_id].phrasings
    return Problem(document.file, document.line(("質問例", phrasings.index(phrasing))), what, mend, Severity.NOTE)


def _leads_elsewhere(entry: Entry, question: CheckQuestion, reply: Reply, guide: Guide) -> str | None:
    """Return in words where `question` leads instead of to `entry`, or None when it leads there."""
    first = reply.candidates[0].id if reply.candidates else None
    if reply.kind is Kind.ANSWER and first == entry.id:
        return None
    offered = [option.action.target for block in reply.blocks if isinstance(block, Choices) for option in block.options]
    if reply.kind is Kind.CHOOSE:
        if entry.id in offered and question.expected is Expected.CHOOSE:
            return None
        names = "」「".join(guide.knowledge.entries[each].name for each in offered if each in guide.knowledge.entries)
        return f"1つに決まらず、「{names}」から選ぶことになります"
    if reply.kind is Kind.ANSWER and first:
        return f"「{guide.knowledge.entries[first].name}」に行きます"
    if reply.kind is Kind.URGENT:
        return "緊急の案内になります"
    return "どの案内にも行きません"


def _urgent_examples(guide: Guide, document: Document | None) -> Iterator[Problem]:
    if document is None:
        return
    urgency = guide.urgency
    for number, situation in enumerate(guide.knowledge.urgent.situations):
        for place, example in enumerate(situation.examples):
            if urgency.find(example) is None:
                what = f"「{example}」が緊急(「{situation.name}」)と分かりません"
                mend = "この言い方に合う「手がかり」を足してください"
                line = document.line(("場面", number, "例", place))
                yield Problem(document.file, line, what, mend, Severity.WRONG)
        for place, example in enumerate(situation.not_examples):
            found = urgency.find(example)
            if found is not None:
                what = f"ふつうの質問「{example}」が緊急(「{found.name}」)になります"
                mend = f"手がかり「{urgency.sign_in(example, found)}」をせまくするか、「除く」に書いてください"
                line = document.line(("場面", number, "ちがう例", place))
                yield Problem(document.file, line, what, mend, Severity.WRONG)
