"""「解決した」「ちがう」: how it is said, and what is asked next. Pure, like everything in a turn."""

from __future__ import annotations

from dataclasses import replace

from bot.action import Action, Verb
from bot.conversation import Conversation
from bot.follow_ups import FollowUps
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry
from bot.language.normalisation import folded, folded_phrase
from bot.reply import Candidate, Choices, Kind, Option, Reply, Text
from bot.turn import MOST_CHOICES, Feedback, Mark, Turn

NEAR = 0.001
"""From this confidence on another candidate is worth asking about."""
_FEWEST_CHOICES = 2


class FeedbackReplies:
    """Immutable; made for one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, follow_ups: FollowUps) -> None:
        self._knowledge, self._follow_ups = knowledge, follow_ups
        words = knowledge.messages.feedback
        self._said = {folded_phrase(each): Verb.SOLVED for each in words.said_solved}
        self._said |= {folded_phrase(each): Verb.WRONG for each in words.said_wrong}

    def find(self, text: str, conversation: Conversation) -> Action | None:
        """Return the tap that `text` stands for right after an answer; None at any other time and for other words."""
        if not conversation.topic or conversation.offered or conversation.lost:
            return None
        verb = self._said.get(folded(text))
        return Action(verb, conversation.topic) if verb else None

    def runners_up(
        self, entry: Entry, candidates: tuple[Candidate, ...], conversation: Conversation
    ) -> tuple[str, ...]:
        """Return what else may have been meant when `entry` is answered, to be remembered; best first.

        Without `candidates` (a tap) these are the other choices, or, on the same topic, what was remembered.
        """
        if len(candidates) > 1:
            near = [each.id for each in candidates if each.id != entry.id and each.confidence >= NEAR]
            return tuple(near[:MOST_CHOICES])
        if conversation.topic == entry.id:
            return conversation.runners_up
        return tuple(each for each in _entries(conversation.offered) if each != entry.id)

    def solved(self, entry_id: str, conversation: Conversation) -> Turn:
        """Return the thanks for 「解決した」."""
        words = Text(self._knowledge.messages.feedback.solved)
        reply = Reply(Kind.SMALLTALK, (words,), follow_ups=self._follow_ups.menu())
        return Turn(reply, replace(conversation, doubts=0), Feedback(Mark.SOLVED, entry_id))

    def wrong(self, entry_id: str, conversation: Conversation) -> Turn | None:
        """Return the one question that 「ちがう」 leads to: which of the others was meant. None when there are none."""
        options = self._others(entry_id, conversation)
        if not options:
            return None
        ids = tuple(option.action.target for option in options)
        messages = self._knowledge.messages
        none = Option(messages.none_of_these, Action(Verb.NONE_OF_THESE, entry_id))
        reply = Reply(
            Kind.CHOOSE,
            (Choices(messages.feedback.which, (*options, none)),),
            tuple(Candidate(each, round(1 / len(ids), 4)) for each in ids),
        )
        codes = tuple(option.action.encode() for option in options)
        after = replace(conversation, topic=None, runners_up=(), offered=codes, doubts=conversation.doubts + 1)
        return Turn(reply, after, Feedback(Mark.WRONG, entry_id, ids))

    def _others(self, entry_id: str, conversation: Conversation) -> tuple[Option, ...]:
        """Return what was remembered beside the answer; where that is too little, what staff call related to it."""
        remembered = conversation.runners_up if conversation.topic == entry_id else ()
        entry = self._knowledge.entries.get(entry_id)
        related = (*entry.successors, *entry.related) if entry else ()
        missing = max(0, _FEWEST_CHOICES - len(remembered))
        more = [each for each in related if each not in remembered][:missing]
        ids = [each for each in (*remembered, *more) if each != entry_id]
        choices = self._follow_ups.choices(ids)[:MOST_CHOICES]
        return tuple(replace(choice, action=Action(Verb.INSTEAD, choice.action.target, entry_id)) for choice in choices)


def refused(conversation: Conversation, doubted: str) -> Feedback:
    """Return what 「どれでもない」 says of what was offered; `doubted` is the answer before that was wrong, or empty."""
    actions = [action for code in conversation.offered if (action := Action.decode(code))]
    doubted = doubted or next((each.detail for each in actions if each.verb is Verb.INSTEAD), "")
    return Feedback(Mark.NONE, doubted, _entries(conversation.offered))


def _entries(codes: tuple[str, ...]) -> tuple[str, ...]:
    actions = [action for code in codes if (action := Action.decode(code))]
    return tuple(each.target for each in actions if each.verb in (Verb.ENTRY, Verb.INSTEAD))
