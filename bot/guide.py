"""The guide: one utterance and its conversation in, one reply out. The one public call of the answer engine.

The order of a turn: location → tap → danger → answer to an open choice → wish for a language → 「ちがう」 → small talk →
opening of a desk → other places → places near by → broad words of the menu → single fact of the last topic → matching.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.action import Action, Verb
from bot.asked_fact import AskedFact, AskedFactFinder
from bot.broad_topic import BroadTopic, BroadTopicFinder
from bot.card import CardMaker
from bot.conversation import Conversation, Utterance
from bot.elsewhere import finders
from bot.fact_of_what import FactOfWhat
from bot.feedback import FeedbackReplies, refused
from bot.follow_ups import FollowUps
from bot.handover import Handover
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Desk, Entry, Situation, SmallTalk
from bot.language.which_language import Language, goes_on_in
from bot.location import Location
from bot.matching.danger import DangerView
from bot.matching.document import Document
from bot.matching.engine import MOST_CANDIDATES, SURE_BY_WORDS, Decision, Engine, Verdict
from bot.matching.other_language import second_look
from bot.matching.two_matters import TwoMatters, two_matters
from bot.menu_reply import MenuReplies
from bot.notice_board import NoticeBoard
from bot.opening_answer import OpeningAnswers
from bot.opening_question import OpeningQuestion
from bot.place_question import PlaceQuestion
from bot.place_reply import PlaceReplies
from bot.reply import (
    JAPANESE,
    AskLocation,
    Block,
    CallButton,
    Candidate,
    Card,
    Choices,
    HotlineLine,
    Kind,
    Option,
    Places,
    Reply,
    Text,
    Urgent,
)
from bot.small_talk import SmallTalkFinder
from bot.tongues import Tongues
from bot.turn import MOST_CHOICES, Feedback, Mark, Turn
from bot.typed_choice import chosen
from bot.urgency import Urgency

NEAR_A_DESK = 0.05
"""From this confidence on a candidate tells whose matter it is, when a person takes over."""


class Guide:
    """Immutable after building; safe to share between threads."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        engine: Engine,
        conversation_lasts: timedelta,
        danger: DangerView | None = None,
    ) -> None:
        self.knowledge = knowledge
        self._danger = danger
        self.engine = engine
        self._lasts = conversation_lasts
        self._cards = CardMaker(knowledge)
        self._places = PlaceReplies(knowledge, self._cards)
        self._follow_ups = FollowUps(knowledge, self._cards, self._places)
        self._feedback = FeedbackReplies(knowledge, self._follow_ups)
        self._handover = Handover(knowledge)
        self.urgency = Urgency(knowledge.urgent.situations)
        self._openings = OpeningAnswers(knowledge, self._cards)
        self._small_talk = SmallTalkFinder(knowledge.messages.small_talk)
        self._elsewhere, self._other_offices = finders(knowledge)
        self._fact_of_what = FactOfWhat(knowledge, engine.index.tokenizer)
        self._board = NoticeBoard(knowledge.notice)
        self._menus = MenuReplies(knowledge, self._follow_ups, self._places, self._board)
        self._broad = BroadTopicFinder(knowledge.menu.items, engine.index.tokenizer)
        self._asked = AskedFactFinder(knowledge.words.fact_names, engine.index.tokenizer)
        self._tongues = Tongues(knowledge)

    def turn(self, utterance: Utterance, conversation: Conversation, now: datetime) -> Turn:
        """Return the reply to `utterance` at `now` (with time zone), and the conversation that goes on."""
        conversation = conversation.fresh(now, self._lasts)
        language = self._language(utterance, conversation)
        conversation = replace(conversation, language=language)
        if utterance.location:
            turn = self._located(utterance.location, conversation, now)
        elif utterance.action:
            turn = self._tapped(utterance.action, conversation, now)
        else:
            turn = self._said(utterance.text, conversation, now)
        reply = self._tongues.said(turn.reply, language)
        if reply.kind is not Kind.URGENT:
            reply = replace(reply, blocks=(*self._board.shown(now), *self._privacy_note(utterance), *reply.blocks))
        about_places = any(isinstance(block, Places | AskLocation) for block in reply.blocks)
        seeks = turn.conversation.seeks if about_places else None
        after = replace(turn.conversation, at=now, seeks=seeks, language=language)
        return replace(turn, reply=reply, conversation=after)

    def apology(self, conversation: Conversation) -> Turn:
        """Return what is said when no answer could be made: sorry, and whom to call."""
        return self._to_desk(self.knowledge.messages.apology, (), conversation)

    def _language(self, utterance: Utterance, conversation: Conversation) -> Language:
        """Return in which language the conversation goes on with `utterance`; what is typed instead of a tap changes none."""
        before, text = conversation.language, utterance.text
        if utterance.action and utterance.action.verb is Verb.SPEAK:
            return Language.named(utterance.action.detail) or before
        if not text or self._chosen(text, conversation) or self._feedback.find(text, conversation):
            return before
        begun = conversation.topic is not None or bool(conversation.offered)
        return self._tongues.asked_for(text) or goes_on_in(before, text, begun)

    # What was tapped ---------------------------------------------------------------------------------------------

    def _tapped(self, action: Action, conversation: Conversation, now: datetime) -> Turn:
        messages = self.knowledge.messages
        match action.verb:
            case Verb.ENTRY | Verb.FACT:
                entry = self.knowledge.entries.get(action.target)
                if entry is None:
                    return self._lost((), conversation, now)
                return self._answer(entry, conversation, now, asked=action.detail or None)
            case Verb.NONE_OF_THESE:
                return self._none_of_these(conversation, now, doubted=action.target)
            case Verb.SOLVED | Verb.WRONG | Verb.INSTEAD:
                return self._judged(action, conversation, now)
            case Verb.MENU:
                return self._menu(action.target, conversation, now)
            case Verb.PLACES:
                return self._sought(PlaceQuestion(action.target), (), conversation, now)
            case Verb.SPEAK:
                return self._again(self.knowledge.entries.get(action.target), conversation, now)
            case Verb.WELCOME:
                reply = Reply(Kind.SMALLTALK, (Text(messages.welcome),), follow_ups=self._follow_ups.menu())
                return Turn(reply, Conversation())
            case Verb.UNREADABLE:
                reply = Reply(Kind.SMALLTALK, (Text(messages.unreadable),), follow_ups=self._follow_ups.menu())
                return Turn(reply, conversation)

    def _again(self, entry: Entry | None, conversation: Conversation, now: datetime) -> Turn:
        """Return the card of `entry` once more, in the language of the conversation now; without one, that it changed."""
        if entry is not None:
            return self._answer(entry, conversation, now)
        words = self._tongues.changed(conversation.language)
        return Turn(Reply(Kind.SMALLTALK, (words,), follow_ups=self._follow_ups.menu()), conversation)

    def _judged(self, action: Action, conversation: Conversation, now: datetime) -> Turn:
        if action.verb is Verb.SOLVED:
            return self._feedback.solved(action.target, conversation)
        if action.verb is Verb.WRONG:
            return self._wrong(action.target, conversation, now)
        meant = Feedback(Mark.INSTEAD, action.detail, chosen=action.target)
        return replace(self._tapped(Action(Verb.ENTRY, action.target), conversation, now), feedback=meant)

    def _menu(self, path: str, conversation: Conversation, now: datetime) -> Turn:
        choices = self._menus.choices(path, now)
        offered = tuple(option.action.encode() for option in choices.options)
        return Turn(Reply(Kind.SMALLTALK, (choices,)), replace(conversation, offered=offered))

    # What was said -----------------------------------------------------------------------------------------------

    def _said(self, text: str, conversation: Conversation, now: datetime) -> Turn:
        if situation := self.urgency.find(text):
            return self._in_danger(situation, text, conversation)
        if tap := self._chosen(text, conversation) or self._wished(text, conversation):
            return replace(self._tapped(tap, conversation, now), is_question=False)
        if talk := self._small_talk.find(text):
            return self._talked(talk, text, conversation)
        opening = self._openings.find(text, now)
        if opening and opening.alone and (turn := self._opening(opening, text, conversation, now)):
            return turn
        if place := self._elsewhere.find(text):
            return self._not_ours(self.knowledge.messages.elsewhere.format(場所=place), text, conversation)
        if question := self._places.find(text, conversation.seeks):
            return self._sought(question, self._candidates(text), conversation, now)
        if topic := self._broad.find(text):
            return self._broad_topic(topic, text, conversation, now)
        asked = self._asked.find(text)
        if asked and asked.alone and not self._is_a_matter(text, conversation):
            return self._fact_alone(asked, text, conversation, now)
        if asked and (entry := self._asked_of(asked, text, conversation)):
            return self._answer(entry, conversation, now, asked.name, missed=True)
        turn = self._matched(text, asked, conversation, now)
        return self._with_opening(turn, opening, text, now) if opening else turn

    def _not_ours(self, words: str, text: str, conversation: Conversation) -> Turn:
        reply = Reply(Kind.UNKNOWN, (Text(words),), self._candidates(text), self._follow_ups.menu())
        return Turn(reply, replace(conversation, offered=()))

    def _talked(self, talk: SmallTalk, text: str, conversation: Conversation) -> Turn:
        words = self._tongues.small_talk(talk, conversation.language)
        follow_ups = self._follow_ups.menu() if talk.menu else ()
        return Turn(Reply(Kind.SMALLTALK, (words,), self._candidates(text), follow_ups), conversation)

    def _in_danger(self, situation: Situation, text: str, conversation: Conversation) -> Turn:
        return Turn(
            Reply(Kind.URGENT, (_urgent(situation, conversation.language),), self._candidates(text)), conversation
        )

    def _danger_meant(self, text: str, decision: Decision) -> Situation | None:
        """Return the situation that no sign reveals but that is meant; what an entry clearly answers is none."""
        if self._danger is None or (decision.candidates and decision.candidates[0].confidence >= SURE_BY_WORDS):
            return None
        found = self._danger.find(self.engine.index.tokenizer.analyse(text))
        situation = self.urgency.named(found) if found else None
        return None if situation and self.urgency.is_excepted(text, situation) else situation

    def _chosen(self, text: str, conversation: Conversation) -> Action | None:
        """Return the tap that `text` stands for, if it is one of what was last offered."""
        actions = [action for code in conversation.offered if (action := Action.decode(code))]
        labels = [self._follow_ups.label(action) for action in actions]
        place = chosen(text, labels, self.knowledge.messages.none_of_these)
        if place is None:
            return None
        return Action(Verb.NONE_OF_THESE) if place < 0 else actions[place]

    def _wished(self, text: str, conversation: Conversation) -> Action | None:
        """Return the tap that `text` stands for when it is said of the answer before: another language, 「ちがう」."""
        if self._tongues.asked_for(text):
            return Action(Verb.SPEAK, conversation.topic or "")
        return self._feedback.find(text, conversation)

    def _broad_topic(self, topic: BroadTopic, text: str, conversation: Conversation, now: datetime) -> Turn:
        candidates = self._candidates(text)
        if not topic.entries:
            menu = self._menu(topic.path, conversation, now)
            return replace(menu, reply=replace(menu.reply, kind=Kind.CHOOSE, candidates=candidates))
        offered = topic.entries[:MOST_CHOICES]
        ahead = tuple(Candidate(each, round(1 / len(offered), 4)) for each in offered)
        behind = tuple(Candidate(each.id, 0.0) for each in candidates if each.id not in offered)
        return self._choose([each.id for each in ahead], (*ahead, *behind)[:MOST_CANDIDATES], conversation)

    def _asked_of(self, asked: AskedFact, text: str, conversation: Conversation) -> Entry | None:
        """Return the entry of which the fact is asked though other words stand beside it, unless those are clearer."""
        topic = self.knowledge.entries.get(conversation.topic or "")
        about_topic = topic is not None and self._fact_of_what.is_of_topic(asked, topic)
        entry = topic if about_topic else self._fact_of_what.entry_of_desk(asked)
        return entry if entry and self.engine.decide(text).verdict is not Verdict.ANSWER else None

    def _is_a_matter(self, text: str, conversation: Conversation) -> bool:
        """Return whether words that ask for a fact (委任状) are clearly an entry of their own, and no topic is open."""
        return conversation.topic is None and self.engine.decide(text).verdict is Verdict.ANSWER

    def _fact_alone(self, asked: AskedFact, text: str, conversation: Conversation, now: datetime) -> Turn:
        topic = self.knowledge.entries.get(conversation.topic or "")
        if topic is not None:
            return self._answer(topic, conversation, now, asked.name, missed=True)
        words = self.knowledge.messages.fact_of_what.format(項目=asked.name)
        return Turn(Reply(Kind.UNKNOWN, (Text(words),), self._candidates(text), self._follow_ups.menu()), conversation)

    def _matched(self, text: str, asked: AskedFact | None, conversation: Conversation, now: datetime) -> Turn:
        decision = self.engine.decide(text)
        if situation := self._danger_meant(text, decision):
            return self._in_danger(situation, text, conversation)
        if conversation.language not in (Language.JAPANESE, Language.PLAIN):
            decision = second_look(self.engine, text, decision)
        if both := two_matters(self.engine, text, decision):
            return self._answer_both(both, conversation, now)
        candidates = _as_candidates(decision)
        if decision.verdict is Verdict.ANSWER:
            entry = self.knowledge.entries[decision.shown[0]]
            name, missed = (asked.name, asked.missed) if asked else (None, False)
            return self._answer(entry, conversation, now, name, candidates, missed=missed)
        if found := self._other_offices.find(text):
            words = self.knowledge.messages.other_office.format(用件=found[0], 役所=found[1].name)
            return self._not_ours(words, text, conversation)
        if decision.verdict is Verdict.CHOOSE:
            return self._choose(decision.shown, candidates, conversation)
        return self._lost(candidates, conversation, now)

    # Opening of desks --------------------------------------------------------------------------------------------

    def _opening(self, question: OpeningQuestion, text: str, conversation: Conversation, now: datetime) -> Turn | None:
        """Return whether the desk that is meant is open, or None when no desk with hours is."""
        decision = self.engine.decide(text)
        answer = self._openings.answer(question, conversation, decision.shown, now)
        if answer is None:
            return None
        ahead, others = Candidate(answer.entry.id, 1.0), _as_candidates(decision)
        behind = tuple(Candidate(each.id, 0.0) for each in others if each.id != answer.entry.id)
        candidates = (ahead, *behind)[:MOST_CANDIDATES]
        turn = self._answer(answer.entry, conversation, now, answer.fact, candidates, missed=answer.words is None)
        if answer.words:
            card = turn.reply.blocks if answer.fact else ()
            turn = replace(turn, reply=replace(turn.reply, blocks=(answer.words, *card)))
        return replace(turn, conversation=replace(turn.conversation, desk=answer.desk))

    def _with_opening(self, turn: Turn, question: OpeningQuestion, text: str, now: datetime) -> Turn:
        """Return `turn`, and above its one card whether the desk is open, if that was asked for beside a matter.

        A desk that was asked for by its name is answered for even when the rest of the utterance leads nowhere
        (台風だけど明日区役所あいてる?).
        """
        cards = [block for block in turn.reply.blocks if isinstance(block, Card)]
        if turn.reply.kind is not Kind.ANSWER:
            told = self._opening(question, text, Conversation(), now) if question.certain and question.desk else None
            return told or turn
        if len(cards) != 1:
            return turn
        words = self._openings.beside(question, self.knowledge.entries[cards[0].entry_id], now)
        return replace(turn, reply=replace(turn.reply, blocks=(words, *cards))) if words else turn

    # Places near by ----------------------------------------------------------------------------------------------

    def _located(self, location: Location, conversation: Conversation, now: datetime) -> Turn:
        if not self._places.exist:
            return self._tapped(Action(Verb.UNREADABLE), conversation, now)
        hazard = conversation.seeks or ""
        return self._with_places(self._places.near(location, hazard, now.date()), hazard, (), conversation, now)

    def _sought(
        self, question: PlaceQuestion, candidates: tuple[Candidate, ...], conversation: Conversation, now: datetime
    ) -> Turn:
        if not self._places.any_for(question.hazard):
            return self._to_desk(self.knowledge.messages.places.none, candidates, conversation)
        block = self._places.in_town(question, now.date()) if question.town else self._places.ask()
        return self._with_places(block, question.hazard, candidates, conversation, now)

    def _with_places(
        self,
        block: Places | AskLocation,
        hazard: str,
        candidates: tuple[Candidate, ...],
        conversation: Conversation,
        now: datetime,
    ) -> Turn:
        """Return `block`, and behind it the card that tells which of such places open when."""
        entry = self._places.entry(hazard)
        if entry is None:
            reply = Reply(Kind.ANSWER, (block,), candidates, self._follow_ups.menu())
            return Turn(reply, replace(conversation, offered=(), lost=0, seeks=hazard))
        ahead = Candidate(entry.id, 1.0)
        behind = tuple(Candidate(each.id, 0.0) for each in candidates if each.id != entry.id)
        turn = self._answer(entry, conversation, now, candidates=(ahead, *behind)[:MOST_CANDIDATES])
        asked_already = isinstance(block, AskLocation)
        follow_ups = tuple(
            option for option in turn.reply.follow_ups if not (asked_already and option.action.verb is Verb.PLACES)
        )
        reply = replace(turn.reply, blocks=(block, *turn.reply.blocks), follow_ups=follow_ups)
        return Turn(reply, replace(turn.conversation, seeks=hazard))

    # What comes back ---------------------------------------------------------------------------------------------

    def _answer(
        self,
        entry: Entry,
        conversation: Conversation,
        now: datetime,
        asked: str | None = None,
        candidates: tuple[Candidate, ...] = (),
        missed: bool = True,
    ) -> Turn:
        """Return the card of `entry`, the fact `asked` first; without that fact it says so if it would be `missed`."""
        today = now.date()
        blocks: list[Block] = []
        if asked and missed and self.knowledge.demands_sources and not self._cards.has_fact(entry, asked, today):
            blocks.append(Text(self._fact_unknown(entry, asked)))
        blocks.append(self._cards.card(entry, now, asked))
        reply = Reply(
            Kind.ANSWER,
            tuple(blocks),
            candidates or (Candidate(entry.id, 1.0),),
            self._follow_ups.after(entry, asked, today),
        )
        others = self._feedback.runners_up(entry, candidates, conversation)
        return Turn(reply, replace(conversation, topic=entry.id, runners_up=others, desk=None, offered=(), lost=0))

    def _answer_both(self, both: TwoMatters, conversation: Conversation, now: datetime) -> Turn:
        """Return the cards of both entries; the conversation goes on about the second."""
        candidates = tuple(Candidate(each.id, each.confidence) for each in both.candidates)
        blocks: list[Block] = []
        for part in both.parts:
            asked, entry = self._asked.find(part.text), self.knowledge.entries[part.entry]
            turn = self._answer(entry, conversation, now, asked.name if asked else None, candidates, missed=False)
            blocks += turn.reply.blocks
        return replace(turn, reply=replace(turn.reply, blocks=tuple(blocks)))

    def _fact_unknown(self, entry: Entry, asked: str) -> str:
        messages = self.knowledge.messages
        desk = self._reachable_desk(entry)
        words = messages.fact_expired if asked in entry.facts else messages.fact_missing
        return words.format(名称=entry.name, 項目=asked, 窓口=desk.name, 電話=desk.phone.number if desk.phone else "")

    def _choose(self, ids: Sequence[str], candidates: tuple[Candidate, ...], conversation: Conversation) -> Turn:
        messages = self.knowledge.messages
        options = self._follow_ups.choices(ids)
        if len(options) < 2:  # the others were the same under another id
            options = self._follow_ups.choices((*ids, *(each.id for each in candidates)))[:2]
        offered = tuple(option.action.encode() for option in options)
        none = Option(messages.none_of_these, Action(Verb.NONE_OF_THESE))
        reply = Reply(Kind.CHOOSE, (Choices(messages.choose, (*options, none)),), candidates)
        return Turn(reply, replace(conversation, offered=offered))

    def _lost(self, candidates: tuple[Candidate, ...], conversation: Conversation, now: datetime) -> Turn:
        after = replace(conversation, offered=(), lost=conversation.lost + 1)
        if conversation.lost == 0:
            return self._to_desk(self.knowledge.messages.unknown, candidates, after)
        near = [each.id for each in candidates if each.confidence >= NEAR_A_DESK]
        reply = Reply(Kind.UNKNOWN, (self._handover.words(near, now),), candidates, self._follow_ups.menu())
        return Turn(reply, after)

    def _none_of_these(self, conversation: Conversation, now: datetime, doubted: str = "") -> Turn:
        """Ask for other words, once; after that hand over to the desk of what was offered."""
        said = refused(conversation, doubted)
        after = replace(conversation, offered=(), lost=conversation.lost + 1)
        words = Text(self.knowledge.messages.other_words)
        if conversation.lost > 0 or conversation.doubts > 1:
            words = self._handover.words(said.offered, now)
        return Turn(Reply(Kind.UNKNOWN, (words,), follow_ups=self._follow_ups.menu()), after, said)

    def _wrong(self, entry_id: str, conversation: Conversation, now: datetime) -> Turn:
        """Ask what was meant instead, or, when nothing else is known, for other words."""
        if turn := self._feedback.wrong(entry_id, conversation):
            return turn
        doubted = replace(conversation, topic=None, runners_up=(), offered=(), doubts=conversation.doubts + 1)
        return replace(self._none_of_these(doubted, now), feedback=Feedback(Mark.WRONG, entry_id))

    def _to_desk(self, words: str, candidates: tuple[Candidate, ...], conversation: Conversation) -> Turn:
        messages, desk = self.knowledge.messages, self.knowledge.general_desk
        number = desk.phone.number if desk.phone else ""
        call = (CallButton(messages.label_call.format(名称=desk.name, 電話=number), number),) if number else ()
        text = Text(words.format(窓口=desk.name, 電話=number), call)
        return Turn(Reply(Kind.UNKNOWN, (text,), candidates, self._follow_ups.menu()), conversation)

    def _reachable_desk(self, entry: Entry) -> Desk:
        desk = self.knowledge.desk_of(entry)
        return desk if desk and desk.phone else self.knowledge.general_desk

    def _candidates(self, text: str) -> tuple[Candidate, ...]:
        return tuple(Candidate(scored.id, scored.confidence) for scored in self.engine.candidates(text))

    def _privacy_note(self, utterance: Utterance) -> tuple[Text, ...]:
        return (Text(self.knowledge.messages.personal_data),) if utterance.masked else ()


def documents_of(knowledge: KnowledgeBase) -> list[Document]:
    """Return what the index shall hold of the entries."""
    return [
        Document(entry.id, entry.name, entry.aliases, (*entry.phrasings, *entry.foreign_phrasings), entry.answer)
        for entry in knowledge.entries.values()
    ]


def synonym_groups_of(knowledge: KnowledgeBase) -> list[tuple[str, ...]]:
    """Return the groups of words that mean the same."""
    return [(group.official, *group.everyday) for group in knowledge.words.groups]


def names_of(knowledge: KnowledgeBase) -> list[str]:
    """Return the names that the tokenizer shall know as one word: entries, aliases, desks, official words."""
    names = [name for entry in knowledge.entries.values() for name in (entry.name, *entry.aliases)]
    names += [name for desk in knowledge.contacts.desks.values() for name in (desk.name, *desk.also_called)]
    names += [word for group in knowledge.words.groups for word in (group.official, *group.everyday)]
    return names


def texts_of(knowledge: KnowledgeBase) -> list[str]:
    """Return the texts whose nouns a resident may type in hiragana: names, aliases, phrasings."""
    return [text for entry in knowledge.entries.values() for text in (entry.name, *entry.aliases, *entry.phrasings)]


def _as_candidates(decision: Decision) -> tuple[Candidate, ...]:
    return tuple(Candidate(scored.id, scored.confidence) for scored in decision.candidates)


def _urgent(situation: Situation, language: Language) -> Urgent:
    lines = tuple(
        HotlineLine(hotline.name, hotline.about, CallButton(hotline.name, hotline.number))
        for hotline in situation.hotlines
    )
    said = situation.said_in(language)
    return Urgent(situation.name, (said or situation.words).strip(), lines, language.tag if said else JAPANESE)
