"""Setting the rich menu at LINE: complete before it is shown, nothing done twice, nothing of others touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from line_account_api import LineAccountApi, Menu
from line_api import Behaviour

from handlers.line.account import LineAccount, LineRefused
from handlers.line.rich_menu import RichMenu, Tile, as_json
from handlers.line.rich_menu_apply import ALIAS, Change, Wanted, apply, remove
from handlers.line.rich_menu_image import CONTENT_TYPE, draw, png

TILE = Tile("引っ越し", "引っ越し", 0, 0, 2500, 843)
PICTURE = png(draw(RichMenu((TILE,), "メニュー")))


def wanted(name: str = "annai-new") -> Wanted:
    """Return a small menu of that name."""
    return Wanted(name, as_json(RichMenu((TILE,), "メニュー"), name), lambda: PICTURE, CONTENT_TYPE)


@pytest.fixture
def line() -> Iterator[LineAccountApi]:
    with LineAccountApi() as api:
        yield api


@pytest.fixture
def account(line: LineAccountApi) -> LineAccount:
    return LineAccount(line.access_token, api_base=line.base)


def test_the_menu_is_made_pictured_named_and_shown_to_all(line: LineAccountApi, account: LineAccount) -> None:
    assert apply(account, wanted()) == [Change.CREATED, Change.PICTURE, Change.ALIAS, Change.DEFAULT]

    ((menu_id, menu),) = line.account.menus.items()
    assert (menu.body, menu.picture) == (wanted().body, PICTURE)
    assert (line.account.default, line.account.aliases) == (menu_id, {ALIAS: menu_id})


def test_a_second_run_changes_nothing(line: LineAccountApi, account: LineAccount) -> None:
    apply(account, wanted())
    line.calls.clear()

    assert apply(account, wanted()) == []
    assert line.changes == []


def test_the_old_menu_goes_after_the_new_one_is_shown(line: LineAccountApi, account: LineAccount) -> None:
    apply(account, wanted("annai-old"))
    old = line.account.default
    line.calls.clear()

    assert apply(account, wanted()) == [Change.CREATED, Change.PICTURE, Change.ALIAS, Change.DEFAULT, Change.DELETED]
    new = line.account.default
    assert list(line.account.menus) == [new]
    assert new != old
    assert line.changes == [
        "POST /v2/bot/richmenu",
        f"POST /v2/bot/richmenu/{new}/content",
        f"POST /v2/bot/richmenu/alias/{ALIAS}",
        f"POST /v2/bot/user/all/richmenu/{new}",
        f"DELETE /v2/bot/richmenu/{old}",
    ]


def test_menus_of_others_are_left_alone(line: LineAccountApi, account: LineAccount) -> None:
    line.account.menus["richmenu-" + "f" * 32] = Menu(wanted("広報課のメニュー").body, b"x")
    apply(account, wanted("annai-old"))
    apply(account, wanted())

    assert "richmenu-" + "f" * 32 in line.account.menus
    assert len(line.account.menus) == 2


def test_a_run_that_was_stopped_before_the_picture_is_finished(line: LineAccountApi, account: LineAccount) -> None:
    menu_id = account.create_menu(wanted().body)

    assert apply(account, wanted()) == [Change.PICTURE, Change.ALIAS, Change.DEFAULT]
    assert line.account.default == menu_id


def test_what_somebody_has_changed_by_hand_is_set_right(line: LineAccountApi, account: LineAccount) -> None:
    apply(account, wanted())
    line.account.default = None
    line.account.aliases.clear()

    assert apply(account, wanted()) == [Change.ALIAS, Change.DEFAULT]


def test_a_menu_whose_picture_is_refused_is_taken_back(line: LineAccountApi, account: LineAccount) -> None:
    apply(account, wanted("annai-old"))
    old = line.account.default
    line.answers[f"POST /v2/bot/richmenu/richmenu-{2:032x}/content"] = Behaviour(500, raw=b"{}")

    with pytest.raises(LineRefused):
        apply(account, wanted())
    assert (list(line.account.menus), line.account.default) == ([old], old)


def test_a_menu_that_line_would_refuse_is_not_made(line: LineAccountApi, account: LineAccount) -> None:
    line.answers["POST /v2/bot/richmenu/validate"] = Behaviour(
        400, raw=b'{"message": "The request body has 1 error(s)", "details": [{"message": "x", "property": "areas"}]}'
    )

    with pytest.raises(LineRefused, match=r"areas: x"):
        apply(account, wanted())
    assert line.changes == []


def test_removing_takes_ours_and_leaves_the_rest(line: LineAccountApi, account: LineAccount) -> None:
    line.account.menus["richmenu-" + "f" * 32] = Menu(wanted("広報課のメニュー").body, b"x")
    apply(account, wanted())

    assert remove(account) == [Change.DEFAULT, Change.ALIAS, Change.DELETED]
    assert (list(line.account.menus), line.account.default) == (["richmenu-" + "f" * 32], None)
    assert remove(account) == []
