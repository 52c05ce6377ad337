"""The meaning view: what an utterance says, whatever its words, by sentence embeddings (E5, Wang et al. 2022/2024)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.language.tokens import Tokens
from bot.matching.document import Document
from bot.matching.postings import Floats
from bot.matching.views import Rows

Prefix = Literal["query: ", "passage: "]


class TextEmbedder(Protocol):
    """Texts in, unit vectors out."""

    def embed(self, texts: Sequence[str], prefix: Prefix = "query: ") -> NDArray[np.float32]:
        """Return shape (texts, dimensions): one unit vector a text (zero for an empty one)."""
        ...


class MeaningView:
    """Cosines of the utterance with each entry's surfaces, its name, and its name with the answer."""

    names = ("meaning", "meaning_name", "meaning_answer", "meaning_reading")

    def __init__(
        self, documents: Sequence[Document], surfaces: Sequence[Tokens], rows: Rows, embedder: TextEmbedder
    ) -> None:
        self._rows, self._embedder = rows, embedder
        texts = [text for document in documents for text in document.surfaces]
        self._surfaces = embedder.embed(texts)
        self._names = embedder.embed([document.name for document in documents], "passage: ")
        self._answers = embedder.embed([f"{document.name} {document.answer}" for document in documents], "passage: ")
        self._readings = embedder.embed([tokens.reading for tokens in surfaces])

    def features(self, tokens: Tokens) -> list[Floats]:
        """Return shapes (entries,): the three cosines, and that of the readings if typed in hiragana only, else 0."""
        vector = self._embedder.embed([tokens.text])[0]
        reading = np.zeros(len(self._names), np.float32)
        if tokens.written_in_hiragana:
            reading = self._rows.best(self._readings @ self._embedder.embed([tokens.reading])[0])
        return [self._rows.best(self._surfaces @ vector), self._names @ vector, self._answers @ vector, reading]
