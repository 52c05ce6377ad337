"""Webhooks as LINE's own description (webhook.yml) allows them, for hypothesis: every event type, every field."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st
from line_api import OPENAPI

Json = dict[str, Any]
_DESCRIPTION = OPENAPI / "webhook.yml"
_IDS = {"userId": "U", "groupId": "C", "roomId": "R", "destination": "U"}


def described_webhooks() -> st.SearchStrategy[Json]:
    """Return bodies of webhooks; raises where the description is absent."""
    return _object("CallbackRequest")


def described_event_types() -> list[str]:
    """Return the types of all events that the description knows."""
    return sorted(_schemas()["Event"]["discriminator"]["mapping"])


@cache
def _schemas() -> Json:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    schemas: Json = yaml.load(_DESCRIPTION.read_text("utf-8"), Loader=loader)["components"]["schemas"]
    return schemas


@cache
def _object(name: str) -> st.SearchStrategy[Any]:
    schema = _schemas()[name]
    kinds = schema.get("discriminator", {}).get("mapping")
    if kinds:
        key = schema["discriminator"]["propertyName"]
        return st.one_of([_fields(ref.rsplit("/", 1)[1], {key: st.just(kind)}) for kind, ref in sorted(kinds.items())])
    if "enum" in schema or schema.get("type") not in (None, "object"):
        return _value("", schema)
    return _fields(name, {})


def _fields(name: str, fixed: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    properties, required = _members(_schemas()[name])
    made = {key: fixed[key] if key in fixed else _value(key, schema) for key, schema in properties.items()}
    must = {key: made[key] for key in made if key in required or key in fixed}
    return st.fixed_dictionaries(must, optional={key: made[key] for key in made if key not in must})


def _members(schema: Json) -> tuple[Json, set[str]]:
    """Return the properties of a schema and of what it is made of, and the names that must be there."""
    properties, required = dict(schema.get("properties") or {}), set(schema.get("required") or ())
    for part in schema.get("allOf", []):
        inner, must = _members(_schemas()[part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part)
        properties, required = inner | properties, required | must
    return properties, required


def _value(key: str, schema: Json) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return st.deferred(lambda: _object(name))
    if "allOf" in schema:
        return _value(key, schema["allOf"][0])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if key in _IDS:
        return st.from_regex(rf"\A{_IDS[key]}[0-9a-f]{{32}}\Z")
    match schema.get("type"):
        case "array":
            return st.lists(_value("", schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
        case "integer":
            return st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1))
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "string":
            return st.text(max_size=30) | st.sampled_from(["v1|menu", "住民票がほしい", "2026-11-24T10:00"])
        case _:
            return st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
