"""The channel-neutral reply. Handlers render it, and compose nothing of their own.

Every text in here was written by staff in knowledge/. All classes are frozen: a reply can be shared between threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.action import Action

JAPANESE = "ja"
"""The language of a block that says nothing else (BCP 47)."""


class Kind(StrEnum):
    """What was decided for an utterance."""

    ANSWER = "answer"
    CHOOSE = "choose"
    UNKNOWN = "unknown"
    URGENT = "urgent"
    SMALLTALK = "smalltalk"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that the utterance may mean."""

    id: str
    confidence: float
    """The chance of being right, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tap. What is typed instead of a tap leads to the same place."""

    label: str
    action: Action
    description: str = ""
    """What tells it from the other options, in one short line; empty where the label says all."""


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button that opens a page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class CallButton:
    """A button that calls a number."""

    label: str
    number: str
    """As residents dial it: 045-540-2323, #7119."""

    @property
    def url(self) -> str:
        """Return the `tel:` URL (RFC 3966); `#` is percent-encoded so that it is not a fragment."""
        return "tel:" + self.number.replace("-", "").replace("#", "%23")


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of a card."""

    name: str
    value: str
    """May hold several lines."""
    source_note: str
    """Where and when it was verified, in words."""
    source_url: str


@dataclass(frozen=True, slots=True)
class DeskLine:
    """The desk that a card names."""

    label: str
    name: str
    lines: tuple[str, ...]
    """Place, phone and hours, a line each, in words."""
    opening: str = ""
    """Whether it is open at this moment, and until when or from when on; empty when its hours are not known."""


@dataclass(frozen=True, slots=True)
class Card:
    """One service, as a resident needs it."""

    entry_id: str
    title: str
    text: str
    """The answer, the gist first."""
    highlight: FactLine | None
    """The single fact that was asked for; it is shown first and stands in `facts` no more."""
    facts: tuple[FactLine, ...]
    desk: DeskLine | None
    cautions: tuple[str, ...]
    """What must be said with it: it has ended, it may be out of date."""
    source_note: str
    """Where and when the answer was verified, in words; empty when the knowledge base demands no source."""
    buttons: tuple[LinkButton | CallButton, ...]
    language: str = JAPANESE
    """The language of `text`; all else on the card is Japanese."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Things that the utterance may mean, two or more where there are so many; the last option may be 「どれでもない」."""

    prompt: str
    options: tuple[Option, ...]
    language: str = JAPANESE
    """The language of `prompt`."""


@dataclass(frozen=True, slots=True)
class Text:
    """A plain message."""

    text: str
    buttons: tuple[LinkButton | CallButton, ...] = ()
    language: str = JAPANESE


@dataclass(frozen=True, slots=True)
class HotlineLine:
    """A number to call at once."""

    name: str
    about: str
    call: CallButton


@dataclass(frozen=True, slots=True)
class Urgent:
    """What is said first when a life may be at risk."""

    title: str
    text: str
    hotlines: tuple[HotlineLine, ...]
    language: str = JAPANESE
    """The language of `text`."""


@dataclass(frozen=True, slots=True)
class PlaceUse:
    """What a place is for."""

    hazard: str
    where: str
    """The buildings that are open for it, or that the whole site is, in words."""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place."""

    name: str
    kinds: str
    way: str
    """Direction and distance, in words; empty when it is not known where the person is."""
    address: str
    uses: tuple[PlaceUse, ...]
    note: str
    """What to know before going there; may hold several lines or none."""
    source_note: str
    """Where and when it was verified, in words."""
    source_url: str
    map: LinkButton


@dataclass(frozen=True, slots=True)
class Places:
    """Places near by, the nearest first where that is known."""

    title: str
    text: str
    """What to know of all of them."""
    lines: tuple[PlaceLine, ...]


@dataclass(frozen=True, slots=True)
class AskLocation:
    """Asks where the person is. A channel that can send a location shows a button for it; all can type a town."""

    text: str
    label: str
    """What the button says."""


Block = Card | Choices | Text | Urgent | Places | AskLocation


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back for one utterance: blocks in the order of reading, then follow-ups to tap."""

    kind: Kind
    blocks: tuple[Block, ...]
    candidates: tuple[Candidate, ...] = ()
    """Best first, at most 10, whatever the kind."""
    follow_ups: tuple[Option, ...] = ()
    """Questions that come next (a single fact, a related entry); shown as quick replies."""
