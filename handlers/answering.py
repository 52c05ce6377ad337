"""From any door to the guide and back: conversation loaded, turn taken, question logged, numbers counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.action import Action
from bot.conversation import Conversation, Utterance
from bot.live import LiveGuide
from bot.location import Location
from bot.memory.conversations import Conversations
from bot.memory.database import DatabaseUnavailable
from bot.memory.feedback import NONE_OF_THEM, FeedbackKind, FeedbackRecord
from bot.memory.inbox import NewEvent
from bot.memory.questions import QuestionRecord
from bot.reply import Kind, Reply
from bot.turn import Feedback, Mark, Turn
from handlers.metrics import Metrics
from handlers.worker import Answered

log = structlog.get_logger("annai.turn")


@dataclass(frozen=True, slots=True)
class Written:
    """What a turn leaves for staff."""

    question: QuestionRecord | None
    said: FeedbackRecord | None


@dataclass(frozen=True, slots=True)
class Answering:
    """What every door calls. Safe to share between threads."""

    live: LiveGuide
    conversations: Conversations
    metrics: Metrics
    clock: Callable[[], datetime]
    """The clock that answers see, Asia/Tokyo."""

    def answer(self, event: NewEvent, state: dict[str, Any] | None) -> Answered:
        """Return the reply to an event of the inbox, and what the worker shall save with it."""
        action = Action.decode(event.action) if event.action else None
        utterance = Utterance(event.text, action, event.masked, Location.decode(event.action))
        turn, written = self._turn(event.channel, event.conversation_key, utterance, Conversation.from_json(state))
        question = written.question and replace(written.question, message_key=event.message_key)
        return Answered(turn.reply, turn.conversation.to_json(), question, written.said)

    def converse(self, channel: str, key: str, utterance: Utterance) -> Reply:
        """Return the reply to `utterance` in the conversation `key`, saved; without a database the turn still works."""
        try:
            before = Conversation.from_json(self.conversations.load(key))
        except DatabaseUnavailable as error:
            log.error("conversation not loaded", channel=channel, error=type(error).__name__)
            before = Conversation()
        turn, written = self._turn(channel, key, utterance, before)
        try:
            self.conversations.save(key, turn.conversation.to_json(), self.clock(), written.question, written.said)
        except DatabaseUnavailable as error:
            log.error("conversation not saved", channel=channel, error=type(error).__name__)
        return turn.reply

    def ask(self, channel: str, utterance: Utterance) -> Reply:
        """Return the reply to one independent question; nothing is saved."""
        return self._turn(channel, "", utterance, Conversation())[0].reply

    def _turn(self, channel: str, key: str, utterance: Utterance, before: Conversation) -> tuple[Turn, Written]:
        guide, now, began = self.live.guide, self.clock(), time.perf_counter()
        try:
            turn = guide.turn(utterance, before, now)
        except Exception:
            # A mistake of ours shall cost the answer, not the kind word; the log has the traceback, never the message.
            log.exception("turn failed", channel=channel)
            turn = guide.apology(before)
        milliseconds = (time.perf_counter() - began) * 1000
        reply = turn.reply
        self.metrics.turn(channel, reply.kind.value, milliseconds / 1000)
        first = reply.candidates[0] if reply.candidates else None
        log.info(
            "turn",
            channel=channel,
            kind=reply.kind.value,
            entry=first.id if first else None,
            confidence=first.confidence if first else None,
            ms=round(milliseconds, 1),
        )
        said = _said(turn.feedback, now, channel, key) if turn.feedback and key else None
        # Where somebody is, is written down nowhere; and a tap, a typed choice or a location is no question.
        if not utterance.text or not turn.is_question or not key:
            return turn, Written(None, said)
        question = QuestionRecord(
            asked_at=now,
            channel=channel,
            conversation_key=key,
            text="" if reply.kind is Kind.URGENT else utterance.text,
            kind=reply.kind.value,
            candidates=tuple((each.id, each.confidence) for each in reply.candidates),
            topic=turn.conversation.topic,
            milliseconds=milliseconds,
            knowledge_revision=guide.knowledge.revision,
        )
        return turn, Written(question, said)


def _said(feedback: Feedback, at: datetime, channel: str, key: str) -> FeedbackRecord:
    """Return `feedback` as it is kept: what was meant instead belongs to the answer that was wrong."""
    kind, chosen = FeedbackKind.WRONG, feedback.chosen
    match feedback.mark:
        case Mark.SOLVED:
            kind = FeedbackKind.SOLVED
        case Mark.NONE:
            kind = FeedbackKind.WRONG if feedback.shown else FeedbackKind.NONE
            chosen = NONE_OF_THEM
    return FeedbackRecord(at, channel, key, kind, feedback.shown, feedback.offered, chosen)
