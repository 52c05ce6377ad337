"""What the index holds of an entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """An entry as the matching engine sees it: texts, and nothing of files or channels."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()
    answer: str = ""

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Return the short texts that an utterance may resemble: the name, the aliases, the phrasings."""
        return (self.name, *self.aliases, *self.phrasings)
