"""LINE's limits, in the units that LINE counts in: UTF-16 code units, grapheme clusters, bytes of JSON.

Source of the units: https://developers.line.biz/en/docs/messaging-api/text-character-count/
Source of the numbers: https://developers.line.biz/en/reference/messaging-api/ (the anchor stands beside each).
An empty text is refused with "May not be empty" (reference, #error-messages): `clean` gives one for what shows nothing.
"""

from __future__ import annotations

import json
from typing import Any

from handlers import fitting
from handlers.fitting import ELLIPSIS, clean, graphemes, label, shorten, utf16

__all__ = ["ELLIPSIS", "clean", "graphemes", "label", "shorten", "uri", "utf16", "wire_bytes"]

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


def uri(url: str) -> str | None:
    """Return `url` as a URI action takes it (http, https or tel, percent-encoded UTF-8), or None when it can't be.

    Source: https://developers.line.biz/en/reference/messaging-api/#uri-action and #url-encoding
    """
    return fitting.uri(url, URI_LENGTH)


def wire_bytes(value: Any) -> int:
    """Return how many bytes of JSON `value` is as the SDK sends it: all but ASCII escaped, never less than in UTF-8."""
    return len(json.dumps(value))
