"""`annai line …`, as an operator calls it, with LINE played on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from line_account_api import LineAccountApi
from line_api import Behaviour
from PIL import Image
from small_ward import SmallWard

from bot.settings import ROOT
from handlers.cli import main
from handlers.line.account import LineAccount
from handlers.line.account_report import report

SECRET = "himitsu-no-atai"
Annai = Callable[..., tuple[object, str]]


@pytest.fixture
def line() -> Iterator[LineAccountApi]:
    with LineAccountApi(SECRET) as api:
        yield api


@pytest.fixture
def annai(
    line: LineAccountApi, ward: SmallWard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Annai:
    """Call `annai` with a ward of one's own; return exit code and everything that was said."""
    settings = {
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": line.access_token,
        "LINE_API_BASE": line.base,
        "KNOWLEDGE_DIR": str(ward.folder),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["annai", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = "".join(capsys.readouterr())
        assert SECRET not in said
        return left.value.code, said

    return call


def test_the_rich_menu_is_made_once(annai: Annai, line: LineAccountApi) -> None:
    code, said = annai("line", "richmenu", "apply")
    assert (code, "作った" in said, len(line.account.menus)) == (0, True, 1)

    line.calls.clear()
    assert annai("line", "richmenu", "apply") == (0, "変わりません。\n")
    assert line.changes == []


def test_a_changed_menu_replaces_the_one_before(annai: Annai, line: LineAccountApi, ward: SmallWard) -> None:
    annai("line", "richmenu", "apply")
    before = dict(line.account.menus)
    ward.add("menu.yaml", "リッチメニュー: {並び: [ごみ, 引っ越し/引っ越していく]}\n")
    code, said = annai("line", "richmenu", "apply")
    assert code == 0, said

    (menu,) = line.account.menus.values()
    assert "前のものを消した" in said
    assert not set(before) & set(line.account.menus)
    assert [area["action"]["displayText"] for area in menu.body["areas"]] == ["ごみ", "引っ越していく"]


def test_a_dry_run_changes_nothing(annai: Annai, line: LineAccountApi) -> None:
    code, said = annai("line", "richmenu", "apply", "--dry-run")

    assert (code, "新しく作ります" in said, line.changes) == (0, True, [])


def test_the_picture_can_be_looked_at_without_line(annai: Annai, line: LineAccountApi, tmp_path: Path) -> None:
    code, _ = annai("line", "richmenu", "draw", str(tmp_path / "menu.png"))

    assert (code, line.calls) == (0, [])
    with Image.open(tmp_path / "menu.png") as picture:
        assert picture.size == (2500, 843)
    assert annai("line", "richmenu", "draw", "menu.jpg")[0] == 2


def test_the_menu_can_be_taken_away(annai: Annai, line: LineAccountApi) -> None:
    annai("line", "richmenu", "apply")

    assert annai("line", "richmenu", "remove")[0] == 0
    assert (line.account.menus, line.account.default) == ({}, None)


def test_what_cannot_be_drawn_is_told_in_one_line(annai: Annai, ward: SmallWard) -> None:
    ward.change("menu.yaml", "名称: ごみ,", "名称: ごみ🍎,")
    code, said = annai("line", "richmenu", "apply")

    assert code == 2
    assert "「ごみ🍎」の「🍎」" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("tiles", ["ごみの日", "ごみ, ごみ", "引っ越し/ごみ"])
def test_a_tile_that_leads_nowhere_is_told_with_its_line(annai: Annai, ward: SmallWard, tiles: str) -> None:
    ward.add("menu.yaml", f"リッチメニュー: {{並び: [{tiles}]}}\n")
    code, said = annai("line", "richmenu", "apply")

    assert code == 2
    assert "menu.yaml:" in said


def test_without_a_token_there_is_one_clear_line(annai: Annai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINE_CHANNEL_ACCESS_TOKEN")
    code, said = annai("line", "richmenu", "apply")

    assert (code, len(said.splitlines())) == (2, 1)
    assert "LINE_CHANNEL_ACCESS_TOKEN" in said


def test_what_line_refuses_is_told_in_one_line(annai: Annai, line: LineAccountApi) -> None:
    line.access_token = "another"
    code, said = annai("line", "richmenu", "apply")

    assert (code, len(said.splitlines())) == (2, 1)
    assert "401" in said


def test_the_status_of_a_good_account_has_nothing_to_do(annai: Annai, line: LineAccountApi) -> None:
    annai("line", "richmenu", "apply")
    code, said = annai("line", "status")

    assert (code, "×" in said) == (0, False)
    for fact in (
        "こうほく案内(@216ru)",
        "https://annai.example.jp/line/webhook",
        "検証: 成功(200)",
        "200通のうち 12通",
    ):
        assert fact in said


def test_without_its_secrets_the_status_says_where_they_are_found(
    annai: Annai, monkeypatch: pytest.MonkeyPatch, line: LineAccountApi
) -> None:
    monkeypatch.delenv("LINE_CHANNEL_ACCESS_TOKEN")
    monkeypatch.delenv("LINE_CHANNEL_SECRET")
    code, said = annai("line", "status")

    assert (code, said.count("×"), line.calls) == (1, 2, [])


def test_a_token_that_is_refused_ends_the_report(annai: Annai, line: LineAccountApi) -> None:
    line.access_token = "another"
    code, said = annai("line", "status")

    assert (code, said.count("×")) == (1, 1)
    assert "発行しなおし" in said


@pytest.fixture
def account(line: LineAccountApi) -> LineAccount:
    return LineAccount(line.access_token, api_base=line.base)


def wrongs(account: LineAccount) -> list[str]:
    """Return what the report finds wrong, the missing rich menu left out."""
    found = report(account, date(2026, 11, 24))
    return [finding.what for finding in found if finding.wrong and "リッチメニュー" not in finding.what]


def test_friends_are_those_of_the_last_day_that_line_has_counted(account: LineAccount, line: LineAccountApi) -> None:
    assert any("友だち: 1,234人(2026-11-23" in each.what for each in report(account, date(2026, 11, 24)))
    assert any("友だち: 1,234人(2026-11-23" in each.what for each in report(account, date(2026, 11, 26)))
    line.account.followers.clear()
    assert any("まだ数えられていません" in each.what for each in report(account, date(2026, 11, 24)))


def test_a_plan_without_a_limit_is_well(account: LineAccount, line: LineAccountApi) -> None:
    line.account.quota = {"type": "none"}

    assert wrongs(account) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"webhook": None}, "Webhook URL: ありません"),
        ({"webhook": {"endpoint": "https://annai.example.jp/line/webhook", "active": False}}, "Webhookの利用: オフ"),
        ({"webhook": {"endpoint": "https://annai.example.jp/callback", "active": True}}, "Webhook URL: https://annai"),
        ({"used": 200}, "今月の送信: 200通のうち 200通"),
        (
            {
                "webhook_test": {
                    "success": False,
                    "statusCode": 0,
                    "reason": "COULD_NOT_CONNECT",
                    "detail": "TLS handshake",
                }
            },
            "Webhookの検証: 失敗(0 COULD_NOT_CONNECT TLS handshake)",
        ),
    ],
)
def test_what_is_wrong_is_said(
    account: LineAccount, line: LineAccountApi, change: dict[str, object], wrong: str
) -> None:
    for name, value in change.items():
        setattr(line.account, name, value)

    (found,) = wrongs(account)
    assert found.startswith(wrong)


def test_a_missing_or_foreign_rich_menu_is_told(account: LineAccount, line: LineAccountApi) -> None:
    said = [finding for finding in report(account, date(2026, 11, 24)) if finding.wrong]
    assert [finding.to_do for finding in said] == ["annai line richmenu apply で作れます"]

    line.account.default = "richmenu-" + "f" * 32
    assert any("このプログラムのものではありません" in each.what for each in report(account, date(2026, 11, 24)))


def test_one_call_that_line_refuses_does_not_end_the_report(account: LineAccount, line: LineAccountApi) -> None:
    line.answers["GET /v2/bot/message/quota"] = Behaviour(403, raw=b'{"message": "Not available"}')

    assert wrongs(account) == ["LINEが断りました(403: Not available)"]


def test_a_line_that_cannot_be_reached_is_told(line: LineAccountApi) -> None:
    account = LineAccount(line.access_token, api_base="http://127.0.0.1:9")

    assert [finding.what for finding in report(account, date(2026, 11, 24))] == [
        "LINEにつながりません(NewConnectionError)"
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"displayName": 3}', b"\xff"])
def test_an_answer_that_cannot_be_read_is_told(account: LineAccount, line: LineAccountApi, body: bytes) -> None:
    line.answers["GET /v2/bot/info"] = Behaviour(200, raw=body)

    assert "LINEが断りました(200" in wrongs(account)[0]


def test_neither_the_sdk_nor_pillow_is_imported_before_it_is_needed() -> None:
    code = "import sys, handlers.cli; print([m for m in ('linebot', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
