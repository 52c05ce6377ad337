"""The index: every entry under every view, built once and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bot.language.tokens import Tokenizer, Tokens
from bot.matching.document import Document
from bot.matching.postings import Floats
from bot.matching.views import CharacterView, FuzzyView, ReadingView, Rows, SynonymView, WordView

SHORTLIST = 40
"""How many entries the slow views look at: the right one is among them for 99 % of the development questions that any view finds."""


class Index:
    """Features of every entry for an utterance."""

    feature_names: tuple[str, ...] = (
        *WordView.names,
        *SynonymView.names,
        *CharacterView.names,
        *ReadingView.names,
        *FuzzyView.names,
    )

    def __init__(
        self, documents: Sequence[Document], tokenizer: Tokenizer, synonym_groups: Sequence[Sequence[str]] = ()
    ) -> None:
        """Build the index; raise ValueError when there is no document."""
        if not documents:
            raise ValueError("an index needs at least one document")
        self.ids = tuple(document.id for document in documents)
        self.tokenizer = tokenizer
        rows = Rows([len(document.surfaces) for document in documents])
        surfaces = [tokenizer.analyse(text) for document in documents for text in document.surfaces]
        answers = [tokenizer.analyse(document.answer) for document in documents]
        self._words = WordView(surfaces, answers, rows)
        self._synonyms = SynonymView(surfaces, _group_numbers(synonym_groups, tokenizer), rows)
        self._characters = CharacterView(surfaces, answers, rows)
        self._reading = ReadingView(surfaces, rows)
        self._fuzzy = FuzzyView(surfaces, rows)

    def features(self, tokens: Tokens) -> Floats:
        """Return shape (entries, features), in the order of `feature_names`."""
        found = [
            *self._words.features(tokens),
            *self._synonyms.features(tokens),
            *self._characters.features(tokens),
            *self._reading.features(tokens),
        ]
        rough = np.sum(found, axis=0)
        shortlist = np.argpartition(-rough, min(SHORTLIST, len(rough) - 1))[:SHORTLIST]
        found += self._fuzzy.features(tokens, shortlist.tolist())
        return np.stack(found, axis=1)


def _group_numbers(groups: Sequence[Sequence[str]], tokenizer: Tokenizer) -> Mapping[str, Sequence[int]]:
    """Return word → the numbers of the groups that it stands in; a group's words are read as the tokenizer reads them."""
    numbers: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for text in group:
            words = tokenizer.analyse(text).words
            for word in words[:1]:
                held = numbers.setdefault(word, [])
                if number not in held:
                    held.append(number)
    return numbers
