"""LINE's limits, in the units that LINE counts in: UTF-16 code units, grapheme clusters, bytes of JSON.

Source of the units: https://developers.line.biz/en/docs/messaging-api/text-character-count/
Source of the numbers: https://developers.line.biz/en/reference/messaging-api/ (the anchor stands beside each).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

import regex

MESSAGES = 5  # #send-reply-message
TEXT_UTF16 = 5000  # #text-message
ALT_TEXT_UTF16 = 1500  # #flex-message
BUBBLE_BYTES = 30_000  # #bubble says 30 KB; the smaller reading of "KB"
CAROUSEL_BYTES = 50_000  # #f-carousel says 50 KB
CAROUSEL_BUBBLES = 12  # #f-carousel
QUICK_REPLIES = 13  # #quick-reply
QUICK_LABEL_GRAPHEMES = 20  # #action-object-label-spec
BUTTON_LABEL_GRAPHEMES = 40  # #action-object-label-spec
POSTBACK_DATA_UTF16 = 300  # #postback-action
DISPLAY_TEXT_GRAPHEMES = 300  # #postback-action
URI_LENGTH = 1000  # #uri-action
SENDER_NAME_UTF16 = 20  # #icon-nickname-switch
ICON_URL_LENGTH = 2000  # #icon-nickname-switch

ELLIPSIS = "…"
_CLUSTER = regex.compile(r"\X")
_SENTENCE_END = regex.compile(r"[。！？!?\n]|\.(?=\s)")
_TEL = regex.compile(r"tel:\+?(?:[0-9*]|%23)+")
_HOST = regex.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_STRAY_PERCENT = regex.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = regex.compile(r"[\p{Cc}--\n]", regex.VERSION1)
_VISIBLE = regex.compile(r"[^\p{Z}\p{Cc}\p{Cf}]")
_UNITS_PER_GRAPHEME = 3
"""A cluster may hold any number of combining marks; this keeps one label from filling a bubble."""


def utf16(text: str) -> int:
    """Return the length of `text` in UTF-16 code units (🍎 is 2)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Return the length of `text` in grapheme clusters, what a reader calls characters (👨‍👩‍👧 is 1)."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def clean(text: str) -> str:
    """Return `text` as it may be sent: no lone surrogates, no control characters; empty when nothing is visible.

    LINE refuses an empty text with "May not be empty" (reference, #error-messages).
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    whole = _CONTROL.sub("", whole).strip()
    return whole if _VISIBLE.search(whole) else ""


def shorten(text: str, limit: int) -> str:
    """Return `text` cleaned and in at most `limit` UTF-16 units: cut after a sentence where one ends, then `…`."""
    whole = clean(text)
    if utf16(whole) <= limit:
        return whole
    head = _head(whole, limit - 1)
    ends = [match.end() for match in _SENTENCE_END.finditer(head)]
    # A sentence that ends very early would throw most of the room away.
    if ends and ends[-1] * 3 >= len(head):
        head = head[: ends[-1]]
    return head.rstrip() + ELLIPSIS


def label(text: str, limit: int) -> str:
    """Return `text` on one line in at most `limit` grapheme clusters; empty when nothing is visible."""
    whole = " ".join(clean(text).split())
    units = limit * _UNITS_PER_GRAPHEME
    if utf16(whole) > units:
        whole = _head(whole, units - 1) + ELLIPSIS
    clusters: list[str] = _CLUSTER.findall(whole)
    if len(clusters) <= limit:
        return whole
    return "".join(clusters[: limit - 1]).rstrip() + ELLIPSIS


def _head(text: str, limit: int) -> str:
    """Return the longest beginning of `text` within `limit` UTF-16 units that ends between two clusters."""
    used = end = 0
    for match in _CLUSTER.finditer(text):
        used += utf16(match.group())
        if used > limit:
            break
        end = match.end()
    if end:
        return text[:end]
    # One cluster alone is too long (a letter under a thousand marks): cut it between code points.
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def uri(url: str) -> str | None:
    """Return `url` as a URI action takes it (http, https or tel, percent-encoded UTF-8), or None when it can't be.

    Source: https://developers.line.biz/en/reference/messaging-api/#uri-action and #url-encoding
    """
    text = clean(url)
    # A number that holds anything but what can be dialled is left in the text rather than dialled wrongly.
    address = (text if _TEL.fullmatch(text) else None) if text.startswith("tel:") else _web(text)
    return address if address and len(address) <= URI_LENGTH else None


def _web(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    # A name before the host ("https://city.example@elsewhere") is only ever there to mislead.
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return None
    query = "?" + _encoded(parts.query) if parts.query else ""
    fragment = "#" + _encoded(parts.fragment) if parts.fragment else ""
    return f"{parts.scheme}://{host}{port}{_encoded(parts.path)}{query}{fragment}"


def _encoded(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="/:?@!$&'()*+,;=-._~%")


def wire_bytes(value: Any) -> int:
    """Return how many bytes of JSON `value` is as the SDK sends it: all but ASCII escaped, never less than in UTF-8."""
    return len(json.dumps(value))
