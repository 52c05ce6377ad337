"""JSON Schema of the knowledge files, for editors that complete and check while typing."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from bot.knowledge.messages import Messages
from bot.knowledge.schema import Contacts, Entry, Menu, Notice, Urgent, Words

_FILES: dict[str, type[BaseModel]] = {
    "service": Entry,
    "contacts": Contacts,
    "messages": Messages,
    "menu": Menu,
    "words": Words,
    "urgent": Urgent,
    "notice": Notice,
}
_NOT_WRITTEN = {"Entry": ("id", "area"), "Desk": ("id",)}
"""What comes from file and folder names, and from keys, never from the file's own text."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return for each kind of file its JSON Schema (draft 2020-12), keys in Japanese as in the files."""
    return {name: _without_derived(model.model_json_schema(by_alias=True)) for name, model in _FILES.items()}


def _without_derived(schema: dict[str, Any]) -> dict[str, Any]:
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for title, keys in _NOT_WRITTEN.items():
        for model in (schema, schema.get("$defs", {}).get(title, {})):
            if model.get("title") == title:
                for key in keys:
                    model["properties"].pop(key, None)
                model["required"] = [key for key in model.get("required", []) if key not in keys]
    return schema
