"""A second look for danger, by meaning: what no sign in urgent.yaml names, but says the same as one of its examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bot.language.tokens import Tokens
from bot.matching.index import Index
from bot.matching.meaning import Meaning

NEARER = 0.05
"""How much nearer (cosine) an utterance must be to an example of danger than to anything ordinary.

Measured on 90 frightened and 120 ordinary messages that were in no file: it finds 4 of the 10 that signs miss and takes no
ordinary one; at 0.02 it takes 1 % of ordinary questions.
"""


class DangerView:
    """The examples of every situation; safe to share between threads."""

    def __init__(
        self, examples: Mapping[str, Sequence[str]], ordinary: Sequence[str], index: Index, meaning: Meaning
    ) -> None:
        """`examples`: situation → utterances that reveal it; `ordinary` are questions that look like it and are not."""
        self._index, self._utterances = index, meaning.utterances
        self._situations = [situation for situation, texts in examples.items() for _ in texts]
        self._examples = meaning.entries.embed(self._read([text for texts in examples.values() for text in texts]))
        self._ordinary = meaning.entries.embed(self._read(ordinary)) if ordinary else None

    def find(self, tokens: Tokens) -> str | None:
        """Return the situation that the utterance means, or None."""
        if not self._situations or not tokens.bare:
            return None
        vector = self._utterances.vector(tokens.text)
        cosines = self._examples @ vector
        best = int(np.argmax(cosines))
        ordinary = float((self._ordinary @ vector).max()) if self._ordinary is not None else 0.0
        near = max(ordinary, self._index.likeness(tokens))
        return self._situations[best] if cosines[best] > near + NEARER else None

    def _read(self, texts: Sequence[str]) -> list[str]:
        return [self._index.tokenizer.remembered(text).text for text in texts]
