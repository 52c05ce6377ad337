"""Slack's markup: words of ours made safe in it, and what people typed read out of it.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import regex

from handlers import fitting

_FULL_WIDTH = str.maketrans("*~`_>|", "\uff0a\uff5e\uff40\uff3f\uff1e\uff5c")
"""The same marks in the width of kanji: they look alike and mean nothing to Slack."""
_MARKS = regex.compile(r"(?P<kept>https?://\S+)|[*~`]|(?<!\w)_(?=\S)")
"""What would make bold, strikethrough, code or italics of the words behind it; in an address it does nothing."""
_QUOTE = regex.compile(r"(?m)^\s*>")
"""What would make a quotation of its line."""

_ANGLE = regex.compile(r"<([^<>]*)>")
_EMOJI = regex.compile(r":(?=[a-z0-9_+'-]*[a-z])[a-z0-9_+'-]+:(?::skin-tone-\d:)?")
"""`:pray:`, as Slack writes an emoji that was typed; `:30:` in a time of day is none."""


def said(text: str, limit: int) -> str:
    """Return `text` as it may stand in mrkdwn, in at most `limit` UTF-16 units with all escapes; empty for nothing visible."""
    room = limit
    while fitting.utf16(marked := _escaped(fitting.shorten(text, room))) > limit:
        room = min(room - 1, room * limit // fitting.utf16(marked))
    return marked


def said_in_pieces(text: str, limit: int) -> list[str]:
    """Return the whole of `text` as pieces for mrkdwn, each in at most `limit` UTF-16 units with all escapes."""
    room = limit
    while True:
        parts = [_escaped(part) for part in fitting.pieces(text, room)]
        if room <= 10 or all(fitting.utf16(part) <= limit for part in parts):
            return [part for part in parts if part]
        room //= 2


def bold(text: str, limit: int) -> str:
    """Return `text` in bold on one line, or nothing when nothing in it is visible."""
    words = said(fitting.line(text, limit), limit)
    return f"*{words}*" if words else ""


def link(url: str, shown: str) -> str:
    """Return the link to `url` (as `limits.uri` or `CallButton.url` gave it) that shows the mrkdwn `shown` on one line."""
    return f"<{_control_free(url)}|{' '.join(shown.translate(_FULL_WIDTH).split())}>"


def plain_of(text: str) -> str:
    """Return what a person typed, without Slack's markup: no mention of anybody, links by their words, no emoji names."""
    words = _ANGLE.sub(_spoken, text)
    words = _EMOJI.sub(" ", words)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _escaped(text: str) -> str:
    harmless = _MARKS.sub(lambda found: found["kept"] or found[0].translate(_FULL_WIDTH), text)
    return _control_free(_QUOTE.sub(lambda found: found[0].translate(_FULL_WIDTH), harmless))


def _control_free(text: str) -> str:
    """Return `text` with the three characters escaped that Slack reads as control characters, and no other."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _spoken(found: regex.Match[str]) -> str:
    """Return the words of what stands between `<` and `>`; a person's id is nobody's words."""
    target, _, shown = found[1].partition("|")
    if target.startswith("@"):
        return " "
    if target.startswith("!"):
        return shown if target.startswith("!date") else " "
    if target.startswith("#"):
        return shown or " "
    return shown or target.removeprefix("mailto:").removeprefix("tel:")
