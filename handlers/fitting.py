"""Texts and addresses made to fit what a channel takes. Each channel keeps its own numbers; the cutting is the same.

Lengths are counted in UTF-16 code units, what LINE documents and what no other channel counts more strictly than.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import regex

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
    """Return `text` as it may be sent: no lone surrogates, no control characters; empty when nothing is visible."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    whole = _CONTROL.sub("", whole).strip()
    return whole if _VISIBLE.search(whole) else ""


def shorten(text: str, limit: int) -> str:
    """Return `text` cleaned and in at most `limit` UTF-16 units: cut after a sentence where one ends, then `…`."""
    whole = clean(text)
    if utf16(whole) <= limit:
        return whole
    return _whole_sentences(head(whole, limit - 1)).rstrip() + ELLIPSIS


def pieces(text: str, limit: int) -> list[str]:
    """Return `text` cleaned and in pieces of at most `limit` UTF-16 units, parted after sentences where that goes."""
    rest, parts = clean(text), []
    while utf16(rest) > limit:
        part = _whole_sentences(head(rest, limit))
        parts.append(part.strip())
        rest = rest[len(part) :].lstrip()
    return [part for part in (*parts, rest) if part]


def label(text: str, limit: int) -> str:
    """Return `text` on one line in at most `limit` grapheme clusters; empty when nothing is visible."""
    whole = " ".join(clean(text).split())
    units = limit * _UNITS_PER_GRAPHEME
    if utf16(whole) > units:
        whole = head(whole, units - 1) + ELLIPSIS
    clusters: list[str] = _CLUSTER.findall(whole)
    if len(clusters) <= limit:
        return whole
    return "".join(clusters[: limit - 1]).rstrip() + ELLIPSIS


def line(text: str, limit: int) -> str:
    """Return `text` on one line in at most `limit` UTF-16 units; empty when nothing is visible."""
    whole = " ".join(clean(text).split())
    return whole if utf16(whole) <= limit else head(whole, limit - 1).rstrip() + ELLIPSIS


def head(text: str, limit: int) -> str:
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


def uri(url: str, longest: int) -> str | None:
    """Return `url` as http, https or tel address, percent-encoded UTF-8, or None when it is none or longer than `longest`."""
    text = clean(url)
    # A number that holds anything but what can be dialled is left in the text rather than dialled wrongly.
    address = (text if _TEL.fullmatch(text) else None) if text.startswith("tel:") else _web(text)
    return address if address and len(address) <= longest else None


def _whole_sentences(text: str) -> str:
    """Return `text` up to the end of its last sentence, unless that would throw most of the room away."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends and ends[-1] * 3 >= len(text) else text


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
