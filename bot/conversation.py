"""One resident's conversation: what the next utterance may refer to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.action import Action
from bot.language.which_language import Language
from bot.location import Location


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a resident said or tapped, or where they are. One of the three is always there."""

    text: str = ""
    action: Action | None = None
    masked: tuple[str, ...] = ()
    """Which kinds of personal data were masked in `text`."""
    location: Location | None = None
    """Where the person is, when they sent that."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Immutable: a turn returns the next one."""

    topic: str | None = None
    """The id of the entry that was last answered."""
    offered: tuple[str, ...] = ()
    """The ids of the choices that were last offered, in their order."""
    lost: int = 0
    """How many turns in a row led nowhere."""
    seeks: str | None = None
    """The hazard that places were last looked for ("" any), while a location or a town may follow; None: none may."""
    desk: str | None = None
    """The id of the desk whose opening was last told: 「次の土曜は?」 asks of it again."""
    language: Language = Language.JAPANESE
    """What the resident is answered in: what they last wrote in, or chose."""
    runners_up: tuple[str, ...] = ()
    """The ids of what else the last answered utterance may have meant, best first: asked for when the answer was wrong."""
    doubts: int = 0
    """How many answers were marked wrong since one was right."""
    at: datetime | None = None
    """When the last turn was, with time zone."""

    def fresh(self, now: datetime, lasts: timedelta) -> Conversation:
        """Return this conversation, or an empty one when the last turn is longer than `lasts` ago."""
        if self.at is None or now - self.at > lasts:
            return Conversation()
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the conversation as plain JSON values."""
        values = asdict(self)
        values["at"] = self.at.isoformat() if self.at else None
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any] | None) -> Conversation:
        """Return the conversation that `to_json` wrote; an empty one for None or for what this version can't read."""
        match values:
            case {
                "topic": None | str() as topic,
                "offered": [*offered],
                "lost": int(lost),
                "at": None | str() as at,
                **more,
            }:
                moment = _moment(at)
                seeks, desk = (_text(more.get(name)) for name in ("seeks", "desk"))
                runners_up, doubts = _texts(more.get("runners_up")), more.get("doubts")
                if all(isinstance(each, str) for each in offered) and (moment or not at):
                    language = Language.named(more.get("language")) or Language.JAPANESE
                    known = cls(topic, tuple(offered), lost, seeks, desk, language, at=moment)
                    return replace(known, runners_up=runners_up, doubts=doubts if isinstance(doubts, int) else 0)
        return cls()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
