"""Greetings, thanks and the like: utterances that are small talk from end to end."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.knowledge.schema import SmallTalk
from bot.language.normalisation import folded, folded_phrase

_ALIKE = 86
"""RapidFuzz ratio from which a slip of the finger is forgiven (こんにちわあ, ありがとお)."""
_SHORTEST_FUZZY = 5
_DRAWN_OUT = "ーっぁぃぅぇぉ"
"""What an utterance ends in when it is drawn out: 暇だなー, ありがとうっ."""


class SmallTalkFinder:
    """The small talk of messages.yaml."""

    def __init__(self, talks: Sequence[SmallTalk]) -> None:
        self._phrasings = sorted(
            ((folded_phrase(phrasing), talk) for talk in talks for phrasing in talk.phrasings),
            key=lambda pair: -len(pair[0]),
        )

    def find(self, text: str) -> SmallTalk | None:
        """Return the small talk that `text` is, or None when something else stands in it.

        Several phrasings in a row (こんにちは、はじめまして) are small talk; the first one is answered.
        """
        utterance = folded(text)
        if not utterance:
            return None
        drawn_out = utterance.rstrip(_DRAWN_OUT)
        return self._made_of_phrasings(utterance) or self._made_of_phrasings(drawn_out) or self._nearly(utterance)

    def _made_of_phrasings(self, utterance: str) -> SmallTalk | None:
        first: SmallTalk | None = None
        while utterance:
            for phrasing, talk in self._phrasings:
                if phrasing and utterance.startswith(phrasing):
                    first, utterance = first or talk, utterance[len(phrasing) :]
                    break
            else:
                return None
        return first

    def _nearly(self, utterance: str) -> SmallTalk | None:
        if len(utterance) < _SHORTEST_FUZZY:
            return None
        for phrasing, talk in self._phrasings:
            if len(phrasing) >= _SHORTEST_FUZZY and fuzz.ratio(phrasing, utterance) >= _ALIKE:
                return talk
        return None
