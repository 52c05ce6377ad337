"""A turn as one JSON object: what `annai ask --json` prints and POST /api/ask returns."""

from __future__ import annotations

from typing import Any

from bot.plain_text import as_text
from bot.reply import Reply


def as_json(query: str, reply: Reply, milliseconds: float) -> dict[str, Any]:
    """Return query, kind, candidates (best first, at most 10), text, and how long the turn took in milliseconds."""
    return {
        "query": query,
        "kind": reply.kind.value,
        "candidates": [{"id": each.id, "confidence": round(each.confidence, 4)} for each in reply.candidates],
        "text": as_text(reply),
        "ms": round(milliseconds, 2),
    }
