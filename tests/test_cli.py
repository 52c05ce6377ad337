"""The command `annai`: as a process where exit codes and streams matter, else called."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_ward import SmallWard

from bot.cli import main

ANNAI = Path(sys.executable).with_name("annai")
SECRET = "himitsu-no-atai"


class Called:
    """What a call of the command left."""

    def __init__(self, code: object, out: str, err: str) -> None:
        """Keep the exit code and both streams."""
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Return each line of the output as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def environment(ward: SmallWard, small_dictionary: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a ward of one's own, with its dictionary and nothing of this machine's settings."""
    (tmp_path / "cache" / "dictionary").mkdir(parents=True)
    shutil.copy2(small_dictionary, tmp_path / "cache" / "dictionary")
    return {
        "PATH": os.environ["PATH"],
        "KNOWLEDGE_DIR": str(ward.folder),
        "CACHE_DIR": str(tmp_path / "cache"),
        "DATA_DIR": str(tmp_path / "data"),
        "MEANING": "0",
        "NOW": "2026-11-24T10:00:00+09:00",
    }


@pytest.fixture
def process(environment: dict[str, str]) -> Callable[..., Called]:
    """Run `annai` as a process of its own."""

    def run(*arguments: str, stdin: bytes = b"", **settings: str) -> Called:
        done = subprocess.run(
            [ANNAI, *arguments], input=stdin, env=environment | settings, capture_output=True, timeout=60, check=False
        )
        return Called(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def called(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Called]:
    """Call the command inside this process."""
    for name in list(os.environ):
        if name in environment or name.isupper():
            monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str, stdin: bytes = b"", **settings: str) -> Called:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["annai", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return Called(left.value.code, out, err)

    return call


# As a process ----------------------------------------------------------------------------------------------------


def test_ask_prints_the_answer_as_a_person_would_read_it(process: Callable[..., Called]) -> None:
    answered = process("ask", "住民票がほしい")

    assert (answered.code, answered.err) == (0, "")
    assert answered.out.startswith("■ 住民票の写し\n")
    assert "1通300円" in answered.out


def test_ask_json_answers_each_line_by_itself_in_order_whatever_it_holds(process: Callable[..., Called]) -> None:
    lines = "住民票がほしい\n\nいくら?\r\nこんにちは\n".encode() + b"\xff\xfe\n" + "火事です".encode()

    answered = process("ask", "--json", stdin=lines)

    assert (answered.code, answered.err) == (0, "")
    assert [(line["query"], line["kind"]) for line in answered.lines] == [
        ("住民票がほしい", "answer"),
        ("", "unknown"),
        ("いくら?", "unknown"),
        ("こんにちは", "smalltalk"),
        ("��", "unknown"),
        ("火事です", "urgent"),
    ]
    first = answered.lines[0]
    assert list(first) == ["query", "kind", "candidates", "text", "ms"]
    assert first["candidates"][0]["id"] == "juminhyo"
    assert 0 < first["candidates"][0]["confidence"] <= 1
    assert all(len(line["candidates"]) <= 10 for line in answered.lines)
    assert answered.lines[3]["candidates"], "small talk, too, tells what it would have said"


def test_chat_json_keeps_one_conversation(process: Callable[..., Called]) -> None:
    answered = process("chat", "--json", stdin="住民票がほしい\nいくら?\n".encode())

    assert answered.code == 0
    assert [line["kind"] for line in answered.lines] == ["answer", "answer"]
    assert "▶ 手数料: 1通300円" in answered.lines[1]["text"]


def test_a_reader_that_goes_away_is_no_traceback(environment: dict[str, str]) -> None:
    asking = subprocess.Popen(
        [ANNAI, "ask", "--json"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert asking.stdin and asking.stdout and asking.stderr  # noqa: PT018
    asking.stdin.write("住民票\n".encode())
    asking.stdin.flush()
    asking.stdout.readline()

    asking.stdout.close()
    asking.stdin.write("住民票\n".encode() * 3)
    asking.stdin.close()

    assert asking.stderr.read() == b""
    assert asking.wait(30) in (0, 1)
    asking.stderr.close()


def test_check_says_what_to_mend_and_exits_with_one(process: Callable[..., Called], ward: SmallWard) -> None:
    sound = process("check")
    ward.write("services/gomi/kowareta.yaml", "名称: [\n")

    broken = process("check", NOW="")

    assert (sound.code, broken.code) == (0, 1)
    assert "問題ありません。案内 7 件、窓口 3 件" in sound.out.splitlines()[-1]
    assert "knowledge/services/gomi/kowareta.yaml:1: YAMLとして読めません → かっこ" in broken.out
    assert "直すところが 1 件" in broken.out.splitlines()[-1]
    assert (sound.err, broken.err) == ("", "")


def test_wrong_use_is_one_line_and_exit_code_two(process: Callable[..., Called]) -> None:
    refused = process("ask", "--now", "あした", "住民票")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "annai: --now あした は日時として読めません(例 2026-11-28T11:59:00+09:00)\n"


# Called ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask"], "質問を書いてください"),
        (["asku"], "asku"),
        (["ask", "--unheard-of", "x"], "--unheard-of"),
        (["ask", "a", "b"], "b"),
        (["ask", "--knowledge", "/nowhere", "x"], "/nowhere が見つかりません"),
        (["check", "--now", "32時"], "--now"),
        (["eval"], "--queries"),
        (["eval", "--queries", "/nowhere.jsonl"], "/nowhere.jsonl を開けません"),
        (["serve", "--port", "web"], "--port"),
    ],
)
def test_each_wrong_use_gets_one_line_on_stderr(called: Callable[..., Called], arguments: list[str], says: str) -> None:
    refused = called(*arguments)

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("\n") == 1
    assert says in refused.err


def test_a_wrong_setting_gets_one_line_that_names_it(called: Callable[..., Called]) -> None:
    refused = called("ask", "住民票", CONVERSATION_MINUTES="半時間")

    assert refused.code == 2
    assert refused.err.startswith("annai: 設定 CONVERSATION_MINUTES の値「半時間」は使えません")
    assert refused.err.count("\n") == 1


def test_knowledge_that_can_not_be_read_is_told_with_its_lines(called: Callable[..., Called], ward: SmallWard) -> None:
    ward.write("contacts.yaml", "総合案内: nai\n窓口: {}\n")

    refused = called("ask", "住民票")

    assert refused.code == 2
    assert "knowledge/contacts.yaml:1: " in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize("moment", ["2026-10-31T23:59:59+09:00", "2026-10-31T14:59:59+00:00", "2026-10-31T23:59:59"])
def test_now_sets_the_clock_that_answers_see_in_tokyo(called: Callable[..., Called], moment: str) -> None:
    assert "たんす1000円" in called("ask", "--now", moment, "粗大ごみ").out


def test_a_second_later_the_fact_is_past_its_date(called: Callable[..., Called]) -> None:
    assert "たんす1000円" not in called("ask", "--now", "2026-11-01T00:00:00+09:00", "粗大ごみ").out


def test_a_plain_list_of_questions_is_checked_as_one(called: Callable[..., Called], tmp_path: Path) -> None:
    faq = tmp_path / "faq.jsonl"
    faq.write_text(
        '{"id": "Q-1", "question": "図書館の開館時間は", "answer": "9時からです。"}\n{"id": "Q-2"}\n', encoding="utf-8"
    )

    checked = called("check", "--knowledge", str(faq))

    assert checked.code == 1
    assert "faq.jsonl:2: " in checked.out
    assert "案内 1 件" in checked.out.splitlines()[-1]


def test_personal_data_in_a_question_are_not_needed(called: Callable[..., Called], ward: SmallWard) -> None:
    masked = called("ask", "090-1234-5678の者ですが住民票がほしい")

    assert "個人情報" in masked.out
    assert "5678" not in masked.out


def test_settings_lists_everything_and_shows_no_secret(called: Callable[..., Called]) -> None:
    listed = called(
        "settings",
        LINE_CHANNEL_SECRET=SECRET,
        SECRET_KEY=SECRET,
        STAFF_PASSWORD_HASH=SECRET,
        DATABASE_URL=f"postgresql://annai:{SECRET}@db/annai",
        PORT="9999",
    )

    assert listed.code == 0
    assert SECRET not in listed.out + listed.err
    assert "PORT=9999" in listed.out
    assert "LINE_CHANNEL_SECRET=(設定あり)" in listed.out
    assert "LINE_CHANNEL_ACCESS_TOKEN=(なし)" in listed.out


def test_schema_prints_or_writes_a_schema_for_each_kind_of_file(called: Callable[..., Called], tmp_path: Path) -> None:
    printed = called("schema")
    written = called("schema", "--out", str(tmp_path / "schemas"))

    assert {"service", "contacts", "messages", "menu", "words", "urgent"} <= set(json.loads(printed.out))
    assert written.code == 0
    for line in written.out.splitlines():
        assert "properties" in json.loads(Path(line).read_text(encoding="utf-8"))


def test_prepare_makes_ready_and_says_nothing(called: Callable[..., Called]) -> None:
    prepared = called("prepare")

    assert (prepared.code, prepared.out, prepared.err) == (0, "", "")


def test_eval_prints_rates_with_intervals(called: Callable[..., Called], tmp_path: Path) -> None:
    queries, offtopic = tmp_path / "q.jsonl", tmp_path / "o.jsonl"
    queries.write_text(
        '{"query": "住民票がほしい", "relevant": ["juminhyo"]}\n{"query": "粗大ごみ", "relevant": ["juminhyo"]}\n',
        encoding="utf-8",
    )
    offtopic.write_text(
        '{"text": "asdfgh", "kind": "noise"}\n{"text": "火事です", "kind": "danger"}\n', encoding="utf-8"
    )

    printed = called("eval", "--queries", str(queries), "--offtopic", str(offtopic))

    rates = {line[:28].strip(): line[28:].split()[0] for line in printed.out.splitlines()}
    assert rates["hit@1"] == "0.500"
    assert rates["wrong (answered)"] == "0.500"
    assert rates["off-topic given a service"] == "0.000"
    assert rates["danger taken as urgent"] == "1.000"


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', "null"])
def test_eval_names_the_line_of_its_file_that_it_can_not_read(
    called: Callable[..., Called], tmp_path: Path, line: str
) -> None:
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"query": "x", "relevant": []}\n' + line, encoding="utf-8")

    refused = called("eval", "--queries", str(queries))

    assert refused.code == 2
    assert f"{queries}:2:" in refused.err


@pytest.mark.parametrize("command", [[], ["ask"], ["check"], ["eval"], ["serve"], ["settings"]])
def test_help_is_there_for_each_command(called: Callable[..., Called], command: list[str]) -> None:
    helped = called(*command, "--help")

    assert helped.code == 0
    assert "--help" in helped.out
