"""Replies with anything at all in them, for hypothesis; and one good example of each block."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.action import Action, Verb
from bot.reply import (
    AskLocation,
    CallButton,
    Card,
    Choices,
    DeskLine,
    FactLine,
    HotlineLine,
    Kind,
    LinkButton,
    Option,
    PlaceLine,
    Places,
    PlaceUse,
    Reply,
    Text,
    Urgent,
)

NOTE = "横浜市ウェブサイト(2026年11月1日確認)"
PAGE = "https://www.city.yokohama.lg.jp/kohoku/"


def fact(name: str, value: str, note: str = NOTE) -> FactLine:
    """Return a fact of the official page."""
    return FactLine(name, value, note, PAGE)


CARD = Card(
    entry_id="juminhyo",
    title="住民票の写し",
    text="区役所の窓口、コンビニ、郵送で取れます。マイナンバーカードがあればコンビニが早いです。",
    highlight=fact("手数料", "1通300円"),
    facts=(
        fact("必要なもの", "本人確認書類\n印鑑はいりません"),
        fact("受付時間", "8時45分から17時まで", "窓口案内(2026年10月)"),
    ),
    desk=DeskLine("窓口", "戸籍課登録担当", ("港北区役所2階21番", "電話 045-540-2250"), "受付中(17:00まで)"),
    cautions=("最新の内容は窓口でご確認ください。",),
    source_note=NOTE,
    buttons=(LinkButton("公式ページ", PAGE), CallButton("電話する", "045-540-2250")),
)
URGENT = Urgent(
    "命の危険があるときは、すぐに119番へ",
    "救急車を呼ぶか迷うときは#7119へ。",
    (
        HotlineLine("救急・消防", "けが・急病", CallButton("119に電話する", "119")),
        HotlineLine("救急相談", "迷ったとき", CallButton("#7119に電話する", "#7119")),
    ),
)
MOVING = (
    Option("港北区へ引っ越してきた", Action(Verb.ENTRY, "tennyu")),
    Option("港北区から引っ越す", Action(Verb.ENTRY, "tenshutsu")),
    Option("どれでもない", Action(Verb.NONE_OF_THESE)),
)
CHOICES = Choices("どちらのお引っ越しですか?", MOVING)
SCHOOL = PlaceLine(
    name="大綱小学校",
    kinds="指定避難所・指定緊急避難場所",
    way="西へ約660m",
    address="横浜市港北区大倉山4-2-1",
    uses=(PlaceUse("地震", "体育館4、校舎1-1"), PlaceUse("洪水", "校舎1-1(3階以上)")),
    note="開いているかどうかは、行く前に確かめてください。",
    source_note="国土地理院(2025年10月27日)で確認",
    source_url="https://www.gsi.go.jp/bousaichiri/hinanbasho.html",
    map=LinkButton("地図を開く", "https://www.google.com/maps/search/?api=1&query=35.518932%2C139.625613"),
)
PLACES = Places("近くの避難場所", "距離は、まっすぐに測ったものです。", (SCHOOL, SCHOOL))
ASK = AskLocation("いまいる場所か、町の名前を教えてください。", "いまいる場所からさがす")

_PIECES = [
    "手数料は300円です。",
    "🍎",
    "👨‍👩‍👧",
    "🇯🇵",
    "が゙",
    "a" + "\u0301" * 40,
    '<b>&"\\',
    "<!channel> <@U1> *太い* _斜め_ ~消す~ `code` :pray:",
    "\n> ",
    "\u200b",
    "ไม่มี",
    "\x00",
    "\ud83c",
    "한국어 ",
]
WORDS = st.one_of(
    st.text(max_size=30),
    st.builds("".join, st.lists(st.sampled_from(_PIECES), max_size=12)),
    st.builds(
        lambda piece, length: piece * (length // len(piece)),
        st.sampled_from(_PIECES),
        st.sampled_from([100, 700, 10_000]),
    ),
)
_URLS = st.one_of(st.just(PAGE), st.builds(PAGE.__add__, WORDS), WORDS)
_OPTIONS = st.builds(Option, WORDS, st.builds(Action, st.sampled_from(Verb), WORDS, WORDS), WORDS)
_CALLS = st.builds(CallButton, WORDS, st.one_of(st.sampled_from(["119", "#7119", "045-540-2323"]), WORDS))
_BUTTONS = st.lists(st.one_of(st.builds(LinkButton, WORDS, _URLS), _CALLS), max_size=12).map(tuple)
_FACTS = st.builds(FactLine, WORDS, WORDS, WORDS, _URLS)
_LINES = st.lists(WORDS, max_size=12).map(tuple)
_CARDS = st.builds(
    Card,
    entry_id=st.just("entry"),
    title=WORDS,
    text=WORDS,
    highlight=st.none() | _FACTS,
    facts=st.lists(_FACTS, max_size=16).map(tuple),
    desk=st.none() | st.builds(DeskLine, WORDS, WORDS, _LINES, WORDS),
    cautions=_LINES,
    source_note=WORDS,
    buttons=_BUTTONS,
)
_PLACE_LINES = st.builds(
    PlaceLine,
    name=WORDS,
    kinds=WORDS,
    way=WORDS,
    address=WORDS,
    uses=st.lists(st.builds(PlaceUse, WORDS, WORDS), max_size=12).map(tuple),
    note=WORDS,
    source_note=WORDS,
    source_url=_URLS,
    map=st.builds(LinkButton, WORDS, _URLS),
)
_BLOCKS = st.one_of(
    _CARDS,
    st.builds(Places, WORDS, WORDS, st.lists(_PLACE_LINES, max_size=14).map(tuple)),
    st.builds(AskLocation, WORDS, WORDS),
    st.builds(Choices, WORDS, st.lists(_OPTIONS, max_size=30).map(tuple)),
    st.builds(Text, WORDS, _BUTTONS),
    st.builds(Urgent, WORDS, WORDS, st.lists(st.builds(HotlineLine, WORDS, WORDS, _CALLS), max_size=12).map(tuple)),
)
REPLIES = st.builds(
    Reply,
    st.sampled_from(Kind),
    st.lists(_BLOCKS, max_size=6).map(tuple),
    st.just(()),
    st.lists(_OPTIONS, max_size=20).map(tuple),
)
