"""What the LINE door itself says, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bot.reply import Card, LinkButton
from handlers.line import limits
from handlers.line.flex import Json
from handlers.line.limits import clean

ICON_PATH = "/line/icon.png"


@dataclass(frozen=True, slots=True)
class Sender:
    """The name and icon that stand beside each message instead of the account's own.

    Source: https://developers.line.biz/en/reference/messaging-api/#icon-nickname-switch
    """

    name: str
    """Empty, or one that LINE takes: at most 20, and never with its own name in it."""
    icon: str
    """An https address."""

    def as_json(self) -> Json:
        """Return the `sender` of a message."""
        return {**({"name": self.name} if self.name else {}), "iconUrl": self.icon}


@dataclass(frozen=True, slots=True)
class LineTexts:
    """The door's own sentences; staff write them in knowledge/messages.yaml, like all others."""

    nothing: str
    """Said when a reply holds nothing that can be shown, so that nobody is left without an answer."""
    more: str = ""
    """What the button says that opens the whole of a shortened card."""
    site: str = ""
    """The address of the web page (PUBLIC_URL); empty when it is not known."""
    sender: Sender | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a text that shows nothing: LINE refuses it."""
        if not clean(self.nothing):
            raise ValueError("the text for an empty reply is empty itself")

    def whole_of(self, card: Card) -> LinkButton | None:
        """Return the button to the page that shows all of `card`, or None when there is no such page."""
        if not (self.site and self.more):
            return None
        return LinkButton(self.more, f"{self.site}/annai/{quote(card.entry_id, safe='')}")


def sender(name: str, site: str, icon: str = "") -> Sender | None:
    """Return who speaks: with `icon`, else with the one that the app serves below `site`; None without either."""
    address = icon or (site and site + ICON_PATH)
    if urlsplit(address).scheme != "https" or len(address) > limits.ICON_URL_LENGTH:
        return None
    shown = clean(name)
    # "Certain words such as `LINE` may not be used" (SDK's and LINE's own description).
    allowed = "line" not in shown.lower() and limits.utf16(shown) <= limits.SENDER_NAME_UTF16
    return Sender(shown if allowed else "", address)
