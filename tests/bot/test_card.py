from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

import pytest
from small_ward import SmallWard

from bot.card import CardMaker, map_of
from bot.clock import TOKYO
from bot.guide import Guide
from bot.knowledge.loading import load
from bot.plain_text import as_text
from bot.reply import CallButton, Card, Kind, LinkButton, Reply
from bot.settings import ROOT

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)


@pytest.fixture
def card(small_guide: Guide):
    """Make the card of an entry of the small ward."""
    maker = CardMaker(small_guide.knowledge)

    def make(entry_id: str, now: datetime = NOW, asked: str | None = None) -> Card:
        return maker.card(small_guide.knowledge.entries[entry_id], now, asked)

    return make


@pytest.fixture
def changed(ward: SmallWard):
    """Make a card after changing a file of the small ward."""

    def make(path: str, old: str, new: str, now: datetime = NOW) -> Card:
        ward.change(path, old, new)
        knowledge = load(ward.folder, ROOT / "knowledge").knowledge
        return CardMaker(knowledge).card(knowledge.entries[path.rpartition("/")[2].removesuffix(".yaml")], now)

    return make


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, 0, tzinfo=TOKYO)


def text_of(card: Card) -> str:
    return as_text(Reply(Kind.ANSWER, (card,)))


def test_a_card_says_what_the_entry_says_and_where_it_was_verified(card) -> None:
    juminhyo = card("juminhyo")

    assert juminhyo.text == "住民票の写しは、戸籍課で受け取れます。\n郵送でも請求できます。"
    assert [(fact.name, fact.value) for fact in juminhyo.facts] == [
        ("手数料", "1通300円"),
        ("必要なもの", "本人確認書類\n手数料"),
    ]
    assert "2026年6月2日" in juminhyo.source_note
    assert "2026年6月2日" in juminhyo.facts[0].source_note
    assert "2026年6月の" in juminhyo.facts[1].source_note
    assert juminhyo.facts[0].source_url == "https://www.example.jp/juminhyo"
    assert juminhyo.cautions == ()


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("港北区大豆戸町26番地1(区役所)", "港北区大豆戸町26番地1"),
        ("横浜市港北区大倉山4-2-1", "横浜市港北区大倉山4-2-1"),
        ("港北区日吉本町一丁目", ""),
        ("港北区綱島東1丁目9番10号 2階", "港北区綱島東1丁目9番10号"),
        ("港北区大豆戸町、港北警察署の近く", ""),
        ("2階21番", ""),
        ("区役所2階21番窓口", ""),
        ("新綱島スクエアの中", ""),
    ],
)
def test_only_an_address_down_to_a_number_is_looked_up_on_a_map(place: str, address: str) -> None:
    assert unquote(map_of(place)).partition("query=")[2] == address


def test_the_map_is_that_of_the_entrys_own_desk(ward: SmallWard) -> None:
    ward.change("contacts.yaml", "値: 1階11番", "値: 港町区本町1-1(区役所)")
    knowledge = load(ward.folder, ROOT / "knowledge").knowledge
    made = {name: CardMaker(knowledge).card(knowledge.entries[name], NOW) for name in ("juminhyo", "kyufu")}

    assert [button.label for button in made["juminhyo"].buttons] == ["公式ページ", "戸籍課に電話", "地図を開く"]
    assert "地図を開く" not in [button.label for button in made["kyufu"].buttons]


def test_a_card_names_the_desk_with_place_phone_and_hours(card) -> None:
    desk = card("juminhyo").desk

    assert desk is not None
    assert desk.name == "戸籍課"
    assert [line.split(maxsplit=1)[1] for line in desk.lines] == [
        "1階11番",
        "045-000-0002",
        "月〜金 8:45〜17:00、第2土・第4土 9:00〜12:00",
    ]


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-24T10:00:00+09:00", "受付中(17:00まで)"),
        ("2026-11-24T17:00:00+09:00", "受付時間外。次は11月25日(水) 8:45から"),
        ("2026-11-24T08:00:00+00:00", "受付時間外。次は11月25日(水) 8:45から"),
        ("2026-11-23T10:00:00+09:00", "受付時間外(勤労感謝の日)。次は11月24日(火) 8:45から"),
    ],
)
def test_a_card_says_whether_its_desk_is_open(card, moment: str, opening: str) -> None:
    juminhyo = card("juminhyo", datetime.fromisoformat(moment))

    assert juminhyo.desk.opening == opening
    assert f"  {opening}" in text_of(juminhyo).splitlines()


def test_a_card_says_nothing_of_the_opening_of_a_desk_whose_hours_are_unknown(card) -> None:
    assert card("sodai-gomi").desk.opening == ""


def test_the_fact_that_was_asked_for_leads_and_stands_only_once(card) -> None:
    juminhyo = card("juminhyo", asked="手数料")

    lines = text_of(juminhyo).splitlines()
    assert lines[1] == "▶ 手数料: 1通300円"
    assert sum("1通300円" in line for line in lines) == 1


def test_a_fact_past_its_date_is_on_no_card(card) -> None:
    on_its_last_day, after = card("sodai-gomi", at(2026, 10, 31)), card("sodai-gomi", at(2026, 11, 1))

    assert "たんす1000円" in text_of(on_its_last_day)
    assert "たんす1000円" not in text_of(after)
    assert card("sodai-gomi", asked="手数料").highlight is None


def test_a_programme_that_has_ended_says_so_with_its_date_and_what_is_now(card) -> None:
    cautions = card("kyufu").cautions

    assert "2026年3月31日" in cautions[0]
    assert cautions[1] == "いまは児童手当をご利用ください。"


def test_a_programme_on_its_last_day_has_not_ended(card) -> None:
    assert card("kyufu", at(2026, 3, 31)).cautions == ()


def test_a_programme_that_has_not_begun_says_from_when(card) -> None:
    (caution,) = card("kyufu", at(2025, 3, 31)).cautions

    assert "2025年4月1日" in caution


def test_an_old_source_makes_the_card_cautious(card, small_guide: Guide) -> None:
    assert card("jido-teate").cautions == (small_guide.knowledge.messages.verify_at_desk,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "出典: https://www.example.jp/juminhyo, 確認日: 2026-06-02}",
            "出典: https://a.jp, 確認日: 2026-06-02, 信頼度: 低}",
        ),
        (
            "値: [本人確認書類, 手数料], 出典: https://www.example.jp/juminhyo, 確認日: 2026-06}",
            "値: x, 出典: https://a.jp, 確認日: 2023}",
        ),
        ("担当課: 戸籍課", "担当課: 戸籍課\n見直し期限: 2026-11-23"),
    ],
    ids=["low confidence", "old fact", "review overdue"],
)
def test_what_may_be_out_of_date_makes_the_card_cautious(changed, old: str, new: str) -> None:
    assert len(changed("services/koseki/juminhyo.yaml", old, new).cautions) == 1


def test_an_entry_without_a_desk_names_the_general_one_as_such(card, small_guide: Guide) -> None:
    messages = small_guide.knowledge.messages
    desk = card("jido-teate").desk

    assert desk is not None
    assert (desk.label, desk.name) == (messages.label_general_desk, "港町区役所代表")
    assert card("juminhyo").desk.label == messages.label_desk


def test_a_desk_without_a_phone_is_called_through_the_general_desk(card) -> None:
    calls = [button for button in card("sodai-gomi").buttons if isinstance(button, CallButton)]

    assert [call.number for call in calls] == ["045-000-0001"]


def test_the_buttons_are_the_entrys_links_and_a_call(card) -> None:
    link, call = card("juminhyo").buttons

    assert link == LinkButton("公式ページ", "https://www.example.jp/juminhyo")
    assert isinstance(call, CallButton)
    assert call.url == "tel:0450000002"


def test_an_entry_without_links_offers_the_page_of_its_source(card) -> None:
    first = card("tennyu").buttons[0]

    assert isinstance(first, LinkButton)
    assert first.url == "https://www.example.jp/tennyu"


def test_a_printed_document_is_cited_and_never_linked(card) -> None:
    matsuri = card("matsuri")

    assert "「令和8年度 港町区 行事の手引き」" in matsuri.source_note
    assert "2026年4月" in matsuri.source_note
    assert [button for button in matsuri.buttons if isinstance(button, LinkButton)] == []


def test_more_links_than_a_phone_shows_are_left_out(changed) -> None:
    links = ", ".join(f"{{名称: {number}, url: https://a.jp/{number}}}" for number in range(5))

    card = changed("services/chiiki/matsuri.yaml", "担当課: 地域振興課", f"担当課: 地域振興課\nリンク: [{links}]")

    assert len([button for button in card.buttons if isinstance(button, LinkButton)]) == 2


@pytest.mark.parametrize(("name", "value"), [("電話", "戸籍課 045-000-0002"), ("場所", "戸籍課 1階11番")])
def test_a_desks_own_data_answer_for_the_entry(card, name: str, value: str) -> None:
    highlight = card("juminhyo", asked=name).highlight

    assert highlight is not None
    assert highlight.value == value


@pytest.mark.parametrize("name", ["電話", "場所", "受付時間"])
def test_the_general_desks_data_never_answer_for_an_entry_without_a_desk(card, name: str) -> None:
    assert card("jido-teate", asked=name).highlight is None


def test_a_hash_in_a_number_is_dialled_and_not_cut_off() -> None:
    assert CallButton("救急相談", "#7119").url == "tel:%237119"


def test_a_card_can_not_be_changed(card) -> None:
    juminhyo = card("juminhyo")

    with pytest.raises(AttributeError):
        juminhyo.title = "x"
    assert replace(juminhyo, title="x").title == "x"
