"""The rich menu that menu.yaml describes: its tiles, its picture, what a tap sends."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from line_account_api import menu_problems, picture_problems
from linebot.v3.messaging import RichMenuRequest
from PIL import Image

from bot.action import Action, Verb
from bot.guide import Guide
from bot.knowledge.schema import Menu
from handlers.line.rich_menu import ROW, WIDTH, RichMenu, as_json, name_of, rich_menu
from handlers.line.rich_menu_image import MOST_BYTES, Undrawable, draw, png


def menu_of(*names: str, **rich: Any) -> RichMenu:
    """Return the rich menu of a menu with these names."""
    items = [{"名称": name, "案内": ["juminhyo"], "メニュー": [{"名称": "下", "案内": ["tennyu"]}]} for name in names]
    made = rich_menu(Menu.model_validate({"メニュー": items, **({"リッチメニュー": rich} if rich else {})}))
    assert made is not None
    return made


SIX = menu_of("引っ越し", "子育て", "税金", "ごみ", "防災", "区役所")


def test_without_a_choice_the_first_six_of_the_menu_are_shown() -> None:
    menu = menu_of(*"一二三四五六七八")

    assert [tile.name for tile in menu.tiles] == list("一二三四五六")
    assert menu.bar == "メニュー"


def test_staff_choose_tiles_and_their_order_from_any_level() -> None:
    menu = menu_of("引っ越し", "ごみ", 見出し="しらべる", 並び=["ごみ/下", "引っ越し"])

    assert [(tile.name, tile.path) for tile in menu.tiles] == [("下", "ごみ/下"), ("引っ越し", "引っ越し")]
    assert menu.bar == "しらべる"


def test_a_menu_without_items_is_no_rich_menu() -> None:
    assert rich_menu(Menu()) is None


@pytest.mark.parametrize(("number", "rows"), [(1, [1]), (2, [2]), (3, [3]), (4, [2, 2]), (5, [3, 2]), (6, [3, 3])])
def test_the_tiles_cover_the_picture_without_a_gap(number: int, rows: list[int]) -> None:
    menu = menu_of(*"一二三四五六"[:number])

    assert menu.height == ROW * len(rows)
    assert sum(tile.width * tile.height for tile in menu.tiles) == WIDTH * menu.height
    for row, count in enumerate(rows):
        along = [tile for tile in menu.tiles if tile.y == row * ROW]
        assert len(along) == count
        assert [tile.x for tile in along[1:]] == [tile.x + tile.width for tile in along[:-1]]


@pytest.mark.parametrize("number", range(1, 7))
def test_line_takes_the_menu_and_its_picture(number: int) -> None:
    menu = menu_of(
        *("引っ越し", "赤ちゃん・子育て・入学", "A", "ごみ・道路・防犯・ペット", "長" * 20, "区役所")[:number]
    )
    body = as_json(menu, "annai-1")

    assert menu_problems(body) == []
    assert picture_problems(png(draw(menu)), "image/png", body) == []


def test_the_sdks_model_says_exactly_what_was_meant() -> None:
    body = as_json(SIX, "annai-1")

    assert RichMenuRequest.from_dict(body).to_dict() == body


def test_a_tap_opens_the_menu_as_any_other_tap_does() -> None:
    action = as_json(menu_of("引っ越し", 並び=["引っ越し/下"]), "annai-1")["areas"][0]["action"]

    assert action == {
        "type": "postback",
        "label": "下",
        "data": Action(Verb.MENU, "引っ越し/下").encode(),
        "displayText": "下",
        "inputOption": "closeRichMenu",
    }


def test_each_tile_of_the_shipped_menu_leads_to_choices(resident: Any, shipped_guide: Guide) -> None:
    menu = rich_menu(shipped_guide.knowledge.menu)
    assert menu is not None
    assert len(menu.tiles) == 6

    for tile in menu.tiles:
        reply = resident.tap(Action(Verb.MENU, tile.path))
        assert tile.name in reply.blocks[0].prompt
        assert len(reply.blocks[0].options) >= 3


def test_the_picture_is_the_same_each_time() -> None:
    assert draw(SIX).tobytes() == draw(SIX).tobytes()
    assert name_of(SIX, draw(SIX).tobytes()) == name_of(SIX, draw(SIX).tobytes())


@pytest.mark.parametrize("other", [menu_of("引越し", "子育て", "税金", "ごみ", "防災", "区役所"), menu_of("引っ越し")])
def test_another_menu_has_another_name(other: RichMenu) -> None:
    assert name_of(other, draw(other).tobytes()) != name_of(SIX, draw(SIX).tobytes())


def test_the_name_changes_with_the_bar_though_the_picture_does_not() -> None:
    other = menu_of("引っ越し", 見出し="しらべる")

    assert name_of(other, b"") != name_of(menu_of("引っ越し"), b"")


def test_words_stand_inside_their_tile_in_dark_ink_on_white() -> None:
    menu = menu_of("赤ちゃん・子育て・入学", "長" * 20, "ごみ・道路・防犯・ペット")
    picture = draw(menu)
    for tile in menu.tiles:
        around = picture.crop((tile.x, tile.y, tile.x + tile.width, tile.y + tile.height))
        dark = around.convert("L").point(lambda value: 255 if value < 60 else 0).getbbox()
        assert dark is not None
        assert dark[0] >= 60
        assert dark[2] <= tile.width - 60
        assert around.getpixel((tile.width // 2, 60)) == (255, 255, 255)
        assert (0x1A, 0x1A, 0x1A) in {colour for _, colour in around.getcolors(1_000_000)}


def test_the_picture_is_a_png_far_below_the_limit() -> None:
    packed = png(draw(SIX))

    assert Image.open(BytesIO(packed)).format == "PNG"
    assert len(packed) < MOST_BYTES / 2


@pytest.mark.parametrize("name", ["髙﨑さん", "①番", "ヴァ・ヶ・々", "ABC abc 123", "蠹鬱"])
def test_the_font_has_what_staff_may_write(name: str) -> None:
    draw(menu_of(name))


def test_a_character_that_the_font_lacks_is_told_and_not_drawn_as_a_box() -> None:
    with pytest.raises(Undrawable) as told:
        draw(menu_of("引っ越し", "ごみ🍎"))

    assert (told.value.name, told.value.characters) == ("ごみ🍎", "🍎")
