"""The rules of the house, held by reading the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import regex
from importlinter.cli import lint_imports

from bot.settings import ROOT

CODE = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py"), *ROOT.glob("*.py")])
TO_OPERATORS = (
    "handlers/app.py",
    "handlers/ops.py",
    "handlers/line/commands.py",
    "handlers/line/account_report.py",
    "handlers/slack/commands.py",
    "handlers/staff/commands.py",
)
"""What these say is read in /readyz or in a terminal by whoever runs the service, never by a resident."""
JAPANESE_SENTENCE = regex.compile(r"[\p{Hiragana}\p{Katakana}\p{Han}][^\n]*(です|ます|ました|ません|ください|でした)")


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def nodes_of(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def docstrings_of(file: Path) -> set[int]:
    """Return the ids of the strings that stand alone as statements: docstrings of modules, classes, fields."""
    return {node.value.lineno for node in nodes_of(file) if isinstance(node, ast.Expr)}


def modules_that(file: Path) -> Iterator[str]:
    for node in nodes_of(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_keep_the_contracts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)

    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)

    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("file", CODE, ids=name_of)
def test_only_settings_reads_the_environment(file: Path) -> None:
    if file == ROOT / "bot" / "settings.py":
        return

    readers = [
        node.lineno
        for node in nodes_of(file)
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv"))
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {"environ", "getenv"} & names_in(node))
    ]

    assert readers == []


def names_in(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


@pytest.mark.parametrize("file", sorted((ROOT / "handlers").rglob("*.py")), ids=name_of)
def test_a_handler_composes_no_sentence_of_its_own(file: Path) -> None:
    if name_of(file) in TO_OPERATORS:
        return
    docstrings = docstrings_of(file)

    sentences = [
        f"{node.lineno}: {node.value}"
        for node in nodes_of(file)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.lineno not in docstrings
        and JAPANESE_SENTENCE.search(node.value)
    ]

    assert sentences == []


@pytest.mark.parametrize("file", CODE, ids=name_of)
def test_nothing_imports_the_composition_root(file: Path) -> None:
    assert not {"wsgi", "slack_socket"} & set(modules_that(file))


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("yaml", ["bot/knowledge"]),
        ("ruamel", ["bot/knowledge"]),
        ("sudachipy", ["bot/language"]),
        ("sqlalchemy", ["bot/memory"]),
        ("linebot", ["handlers/line"]),
        ("slack_bolt", ["handlers/slack"]),
        ("slack_sdk", ["handlers/slack"]),
        ("flask", ["handlers", "wsgi.py"]),
        ("onnxruntime", ["bot/matching"]),
        ("tokenizers", ["bot/matching"]),
        ("PIL", ["handlers/line/rich_menu_image.py"]),
    ],
)
def test_a_library_is_imported_only_at_its_home(library: str, homes: list[str]) -> None:
    strangers = [
        name_of(file)
        for file in CODE
        if library in {module.partition(".")[0] for module in modules_that(file)}
        and not any(name_of(file).startswith(home) for home in homes)
    ]

    assert strangers == []


def test_the_knowledge_folder_holds_no_code() -> None:
    assert list((ROOT / "knowledge").rglob("*.py")) == []


def test_no_package_below_tests_hides_a_real_one() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
