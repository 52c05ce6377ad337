"""What a tap means, and the short text that carries it through a channel and back.

Taps come back from the client and old buttons live for ever in chats: the text is versioned and never trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

VERSION = "v1"


class Verb(StrEnum):
    """What a tap asks for."""

    ENTRY = "entry"
    """Show the entry `target`."""
    FACT = "fact"
    """Show the fact `detail` of the entry `target`."""
    NONE_OF_THESE = "none"
    """None of the choices fits; after an answer that was wrong, that is the entry `target`."""
    SOLVED = "solved"
    """The answer, the entry `target`, was right."""
    WRONG = "wrong"
    """The answer, the entry `target`, was not what was meant."""
    INSTEAD = "instead"
    """Show the entry `target`, which was meant instead of the entry `detail`."""
    MENU = "menu"
    """Show the menu at the path `target` (names joined by `/`); empty for the top."""
    PLACES = "places"
    """Ask where the person is, to name the places near by that are for the hazard `target`; empty: for any."""
    SPEAK = "speak"
    """Show the entry `target` in the language `detail`, and go on in it; without an entry only go on."""
    WELCOME = "welcome"
    """The person has just come in (LINE's follow event, an opened page)."""
    UNREADABLE = "unreadable"
    """The person sent something that is not text (a picture, a sticker …)."""


@dataclass(frozen=True, slots=True)
class Action:
    """A tap: a verb with what it is about."""

    verb: Verb
    target: str = ""
    detail: str = ""

    def encode(self) -> str:
        """Return the tap as text, e.g. `v1|fact|juminhyo|手数料` (LINE allows 300 UTF-16 units in a postback)."""
        return "|".join([VERSION, self.verb.value, self.target, self.detail]).rstrip("|")

    @classmethod
    def decode(cls, text: str) -> Action | None:
        """Return the tap that `text` carries, or None when it carries none that this version knows."""
        parts = text.split("|")
        if len(parts) < 2 or parts[0] != VERSION or len(parts) > 4:
            return None
        try:
            verb = Verb(parts[1])
        except ValueError:
            return None
        return cls(verb, *parts[2:])
