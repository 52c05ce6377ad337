"""A small chat with replies made by hand: every kind of block, none of them from the knowledge base."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from bot.action import Action, Verb
from bot.conversation import Utterance
from bot.reply import (
    AskLocation,
    CallButton,
    Candidate,
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
from handlers.web import web_blueprint

CITY = "https://www.city.yokohama.lg.jp/kohoku/"
MENU = Option("メニュー", Action(Verb.MENU))

GREETING = Reply(
    Kind.SMALLTALK,
    (
        Text(
            "こんにちは。こうほく案内です。\n横浜市港北区のくらしの手続きを案内します。\n知りたいことを短く送ってください。"
        ),
    ),
    follow_ups=(MENU,),
)

JUMINHYO = Card(
    entry_id="juminhyo",
    title="住民票の写し",
    text="住民票の写しは、区役所の戸籍課で請求できます。\n郵送・コンビニ・オンラインで請求する方法もあります。",
    highlight=FactLine("手数料", "1通 300円", "2025年6月2日の公式情報で確認", CITY),
    facts=(
        FactLine("必要なもの", "窓口に来る人の本人確認書類", "2024年12月2日の公式情報で確認", CITY),
        FactLine(
            "手続方法",
            "区役所の窓口\n郵送\nコンビニ交付(マイナンバーカードが要る)\nオンライン申請",
            "2026年2月5日の公式情報で確認",
            CITY,
        ),
        FactLine(
            "受付時間",
            "戸籍課の窓口は平日8時45分〜17時。第2・第4土曜日は9時〜12時。祝日・年末年始を除く",
            "「令和6年度 くらしのガイド」(2024年)で確認",
            "",
        ),
        FactLine("対象", "だれでも", "", ""),
    ),
    desk=DeskLine("窓口", "戸籍課 登録担当", ("場所 区役所2階 22番", "電話 045-540-2254", "受付 平日 8時45分〜17時")),
    cautions=("内容が変わっていることがあります。最新は窓口で確認してください。",),
    source_note="2024年8月6日の公式情報で確認",
    buttons=(
        LinkButton("第三者が請求するとき(公式ページ)", CITY),
        CallButton("戸籍課 登録担当に電話", "045-540-2254"),
    ),
)

LONG = Card(
    entry_id="hinanjo",
    title="地域防災拠点・広域避難場所・津波避難施設などの避難場所のご案内",
    text="長い案内です。" * 40,
    highlight=FactLine("場所", "\n".join(f"港北区の{number}番目の避難場所" for number in range(1, 9)), "確認", CITY),
    facts=tuple(FactLine(f"とても長い名前の項目{number}", "長い値" * 60, "確認", CITY) for number in range(1, 7)),
    desk=None,
    cautions=("「防災の講座」は2026年3月31日で終わりました。", "内容が変わっていることがあります。"),
    source_note="",
    buttons=(
        LinkButton("https://www.city.yokohama.lg.jp/" + "very-long-path/" * 12, CITY),
        CallButton("総合案内に電話", "045-540-2323"),
    ),
)

URGENT = Urgent(
    "命にかかわるとき",
    "いますぐ電話してください。",
    (
        HotlineLine("救急車・消防車", "急な病気・けが・火事", CallButton("救急車・消防車", "119")),
        HotlineLine("救急相談センター", "救急車を呼ぶか迷うとき", CallButton("救急相談センター", "#7119")),
    ),
)

CHOICES = Choices(
    "どのことでしょうか。近いものを選んでください。",
    (
        Option("住民票の写し", Action(Verb.ENTRY, "juminhyo")),
        Option("引越しの手続き(転入・転出・転居の届出と、いっしょにする手続き)", Action(Verb.ENTRY, "hikkoshi")),
        Option("どれでもない", Action(Verb.NONE_OF_THESE)),
    ),
)

CARD_REPLY = Reply(
    Kind.ANSWER,
    (JUMINHYO,),
    (Candidate("juminhyo", 0.97),),
    (
        Option("必要なものは?", Action(Verb.FACT, "juminhyo", "必要なもの")),
        Option("受付時間は?", Action(Verb.FACT, "juminhyo", "受付時間")),
        Option("コンビニ交付", Action(Verb.ENTRY, "convenience-store")),
        MENU,
    ),
)
UNKNOWN = Reply(
    Kind.UNKNOWN,
    (
        Text(
            "すみません。ご質問に合う案内が見つかりませんでした。\nお急ぎのときは、総合案内におたずねください。",
            (CallButton("総合案内に電話", "045-540-2323"),),
        ),
    ),
    follow_ups=(MENU,),
)
SCHOOL = PlaceLine(
    name="大綱小学校",
    kinds="指定避難所・指定緊急避難場所",
    way="西へ約660m",
    address="横浜市港北区大倉山4-2-1",
    uses=(
        PlaceUse("地震", "体育館4、校舎1-1"),
        PlaceUse("崖崩れ・土石流・地滑り", "校舎1-1(2階以上・計画規模)、校舎1-1(3階以上・最大規模)"),
    ),
    note="開いているかどうかは、行く前に確かめてください。",
    source_note="国土地理院「指定緊急避難場所・指定避難所データ」(2025年10月27日)で確認",
    source_url="https://www.gsi.go.jp/bousaichiri/hinanbasho.html",
    map=LinkButton("地図を開く", "https://www.google.com/maps/search/?api=1&query=35.518932%2C139.625613"),
)
PLACES = Places(
    "近くの避難場所",
    "距離は、まっすぐに測ったものです。\n行く前に、開いているかを確かめてください。",
    (SCHOOL, SCHOOL, SCHOOL),
)
ASK = AskLocation("いまいる場所か、町の名前を教えてください。", "いまいる場所からさがす")
REPLIES = {
    "近くの避難所": Reply(Kind.ANSWER, (ASK,), follow_ups=(MENU,)),
    "大倉山の避難所": Reply(Kind.ANSWER, (PLACES,), follow_ups=(MENU,)),
    "住民票": CARD_REPLY,
    "引越し": Reply(Kind.CHOOSE, (CHOICES,), (Candidate("juminhyo", 0.4), Candidate("hikkoshi", 0.4))),
    "避難": Reply(Kind.ANSWER, (LONG,), follow_ups=(MENU,)),
    "胸が苦しい": Reply(Kind.URGENT, (Text("お知らせです。"), URGENT)),
}


def hand_made_answer(utterance: Utterance) -> Reply:
    """Return the reply made for the text, the card for a tapped entry or fact, the choices for the menu."""
    if utterance.location is not None:
        return Reply(Kind.ANSWER, (PLACES,))
    if utterance.action is None:
        return REPLIES.get(utterance.text, UNKNOWN)
    match utterance.action.verb:
        case Verb.ENTRY | Verb.FACT:
            return CARD_REPLY
        case Verb.WELCOME:
            return GREETING
        case Verb.MENU:
            return REPLIES["引越し"]
        case _:
            return UNKNOWN


def hand_made_app(answer: Callable[[Utterance], Reply] = hand_made_answer) -> Flask:
    """Return an app with the web door alone."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(
        web_blueprint(
            converse=lambda _, utterance: answer(utterance),
            ask=answer,
            mask=lambda text: (text, ()),
            identity=lambda: ("港町案内", "港町区の案内です。"),
        )
    )
    return app
