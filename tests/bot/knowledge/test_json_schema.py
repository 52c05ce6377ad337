from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.knowledge.json_schema import schemas
from bot.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"
FILES = [
    *((file, "service") for file in sorted((KNOWLEDGE / "services").rglob("*.yaml")) if file.name[0] != "_"),
    *((file, file.stem) for file in sorted(KNOWLEDGE.glob("*.yaml")) if file.stem in schemas()),
]


class EditorsYaml(yaml.CSafeLoader):
    """YAML 1.2's core schema, as editors read it: numbers and true/false are such, dates and 8:45 are text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


EditorsYaml.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
EditorsYaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
EditorsYaml.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789"))
EditorsYaml.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+\.\d+$"), list("-+0123456789"))


@pytest.mark.parametrize("name", schemas())
def test_each_schema_is_valid_itself_and_refuses_unknown_keys(name: str) -> None:
    schema = schemas()[name]

    Draft202012Validator.check_schema(schema)

    assert schema["additionalProperties"] is False
    assert not Draft202012Validator(schema).is_valid({"知らないキー": 1})


def test_an_entry_needs_no_id_because_the_file_name_is_it() -> None:
    service = schemas()["service"]

    assert "id" not in service["properties"]
    assert set(service["required"]) == {"名称", "回答", "担当課", "出典"}


def test_the_smallest_entry_is_valid() -> None:
    smallest = {"名称": "x", "回答": "y", "担当課": "z", "出典": {"url": "https://a.jp", "確認日": "2025"}}

    assert list(Draft202012Validator(schemas()["service"]).iter_errors(smallest)) == []


def test_every_shipped_file_is_valid_for_the_editor_too() -> None:
    validators = {name: Draft202012Validator(schema) for name, schema in schemas().items()}

    complaints = [
        f"{file.relative_to(ROOT)}: {'/'.join(map(str, error.absolute_path))}: {error.message[:120]}"
        for file, kind in FILES
        for error in validators[kind].iter_errors(values_of(file))
    ]

    assert complaints == []


def values_of(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), EditorsYaml)
