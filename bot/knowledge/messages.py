"""messages.yaml: every sentence that the bot says and that is not part of an entry."""

from __future__ import annotations

from string import Formatter
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from bot.knowledge.schema import FIELD_OF, Model, SmallTalk, Text
from bot.language.which_language import Language


def _sentence(alias: str, *placeholders: str, default: Any = ...) -> Any:
    return Field(default=default, alias=alias, json_schema_extra={"placeholders": list(placeholders)})


class Sentences(Model):
    """Sentences by occasion. `{…}` in a sentence is filled in; only the names listed beside it are known."""

    @field_validator("*", mode="after")
    @classmethod
    def _knows_its_placeholders(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str) or info.field_name is None:
            return value
        extra = cls.model_fields[info.field_name].json_schema_extra
        known = extra["placeholders"] if isinstance(extra, dict) else []
        assert isinstance(known, list)
        try:
            parts = [part for part in Formatter().parse(value) if part[1] is not None]
        except ValueError:
            raise ValueError("{ と } の数が合いません。かっこを見直してください") from None
        for _, name, form, conversion in parts:
            if name not in known or form or conversion:
                usable = "、".join(f"{{{each}}}" for each in known) or "なし"
                written = f"{name}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}"
                raise ValueError(f"{{{written}}}は使えません。ここで使えるのは {usable} です")
        return value


class OpeningMessages(Sentences):
    """How it is said whether a desk is open."""

    open: Text = _sentence("受付中", "時刻")
    closed: Text = _sentence("受付時間外", "日", "時刻")
    closed_because: Text = _sentence("理由のある受付時間外", "理由", "日", "時刻")
    closed_for_long: Text = _sentence("次がない受付時間外")
    heading: Text = _sentence("見出し", "窓口")
    open_now: Text = _sentence("いま受付中", "受付中")
    before: Text = _sentence("受付の前")
    lunch: Text = _sentence("昼休み中")
    after: Text = _sentence("受付のあと")
    open_day: Text = _sentence("開く日", "日", "時間")
    closed_day: Text = _sentence("休む日", "日", "理由")
    next: Text = _sentence("次", "日", "時刻")
    next_saturday: Text = _sentence("次に開く土曜", "日", "時間")
    note: Text = _sentence("備考", "備考")
    hours: Text = _sentence("いつもの時間", "受付時間")
    unknown: Text = _sentence("時間が分からない", "名称", "窓口")
    year_end: Text = _sentence("年末年始の休み")
    lunch_name: Text = _sentence("昼休み")
    weekday: Text = _sentence("曜日の休み", "曜日")
    nth_saturday: Text = _sentence("何番目かの土曜の休み", "何番目")
    stretch: Text = _sentence("時間", "開始", "終了")
    day: Text = _sentence("日付", "月", "日", "曜日")
    day_of_year: Text = _sentence("年つきの日付", "年", "月", "日", "曜日")
    days: Text = _sentence("日付から日付", "始め", "終わり")
    near_days: tuple[Text, ...] = Field(alias="近い日", min_length=1)
    """What stands before the date: of today, of tomorrow, of the day after."""


class PlaceMessages(Sentences):
    """How places near by are asked for and named."""

    ask: Text = _sentence("たずねる", "町")
    label_location: Text = _sentence("現在地のボタン")
    label_near: Text = _sentence("さがすボタン")
    near: Text = _sentence("見出し")
    near_for: Text = _sentence("災害ごとの見出し", "災害")
    in_town: Text = _sentence("町の見出し", "町")
    in_town_for: Text = _sentence("災害ごとの町の見出し", "町", "災害")
    near_note: Text = _sentence("説明")
    town_note: Text = _sentence("町の説明")
    outside: Text = _sentence("区の外")
    none: Text = _sentence("場所がない", "窓口", "電話")
    way: Text = _sentence("方角と距離", "方角", "距離")
    metres: Text = _sentence("メートル", "数")
    kilometres: Text = _sentence("キロメートル", "数")
    just_here: Text = _sentence("すぐ近く")
    whole_site: Text = _sentence("敷地全体")
    label_map: Text = _sentence("地図のボタン")
    compass: tuple[Text, ...] = Field(alias="方角", min_length=8, max_length=8)
    """The eight points from north, clockwise."""


class LanguageMessages(Sentences):
    """What frames an answer in one language other than ordinary Japanese."""

    asked: tuple[Text, ...] = Field(alias="言い方", min_length=1)
    """How residents ask to be answered in this language."""
    changed: Text = _sentence("切りかえた")
    in_japanese: Text = _sentence("日本語の案内")
    choose: Text = _sentence("どのことですか")
    unknown: Text = _sentence("わからない")
    help_by_phone: Text = _sentence("相談の電話", "窓口", "電話", "日")
    help_at_desk: Text = _sentence("相談の窓口", "窓口")
    label_call: Text = _sentence("電話ボタン", "窓口")
    label: str | None = _sentence("ボタン", default=None)
    """What the button under a card says that shows the card in this language; none: no button."""


class OrdinaryMessages(Sentences):
    """How one comes back to ordinary Japanese."""

    asked: tuple[Text, ...] = Field(alias="言い方", min_length=1)
    changed: Text = _sentence("切りかえた")
    label: Text = _sentence("ボタン")


class LanguagesMessages(Model):
    """The languages that the bot can be spoken to in; one that is left out is not answered in."""

    ordinary: OrdinaryMessages = Field(alias="ふつうの日本語")
    plain: LanguageMessages | None = Field(default=None, alias="やさしい日本語")
    english: LanguageMessages | None = Field(default=None, alias="English")
    chinese: LanguageMessages | None = Field(default=None, alias="中文")
    korean: LanguageMessages | None = Field(default=None, alias="한국어")

    def of(self, language: Language) -> LanguageMessages | None:
        """Return the sentences in `language`, or None when there are none (as for ordinary Japanese)."""
        field = FIELD_OF.get(language)
        messages: LanguageMessages | None = getattr(self, field) if field else None
        return messages


class FeedbackMessages(Sentences):
    """How it is asked whether an answer was right, and what is said then."""

    label_solved: Text = _sentence("解決したボタン")
    label_wrong: Text = _sentence("ちがうボタン")
    said_solved: tuple[Text, ...] = Field(default=(), alias="解決した言い方")
    """What is typed right after an answer and works like the button."""
    said_wrong: tuple[Text, ...] = Field(default=(), alias="ちがう言い方")
    solved: Text = _sentence("解決したとき")
    which: Text = _sentence("ちがったとき")


class SlackMessages(Sentences):
    """What only Slack shows: in assistant threads, on the Home tab, in its menus of commands and shortcuts."""

    thinking: Text = _sentence("調べているとき")
    search: Text = _sentence("さがす欄")
    search_example: Text = _sentence("さがす欄の例")
    prompts_title: Text = _sentence("質問の例の見出し")
    prompts: tuple[Text, ...] = Field(default=(), alias="質問の例")
    command: Text = _sentence("コマンドの説明")
    command_hint: Text = _sentence("コマンドの例")
    shortcut: Text = _sentence("ショートカット")
    shortcut_about: Text = _sentence("ショートカットの説明")


class Messages(Sentences):
    """The bot's sentences by occasion."""

    bot_name: Text = _sentence("名前")
    bot_about: Text = _sentence("ひとこと紹介")
    welcome: Text = _sentence("あいさつ")
    menu_prompt: Text = _sentence("メニュー")
    unknown: Text = _sentence("わからない", "窓口", "電話")
    other_words: Text = _sentence("ほかの言葉で")
    handover: Text = _sentence("窓口へ", "窓口", "電話", "受付")
    phone_of_other: Text = _sentence("ほかの窓口の電話", "電話", "窓口")
    choose: Text = _sentence("どのことですか")
    choose_menu: Text = _sentence("メニューから選ぶ", "名称")
    none_of_these: Text = _sentence("どれでもない")
    fact_missing: Text = _sentence("項目がない", "名称", "項目", "窓口", "電話")
    fact_expired: Text = _sentence("項目が古い", "名称", "項目", "窓口", "電話")
    possible: Text = _sentence("その方法でできる", "項目")
    fact_of_what: Text = _sentence("何の項目か", "項目")
    unreadable: Text = _sentence("文字で送って")
    personal_data: Text = _sentence("個人情報")
    elsewhere: Text = _sentence("よその区や市のこと", "場所")
    other_office: Text = _sentence("ほかの役所のこと", "用件", "役所")
    disaster_prompt: Text = _sentence("災害のメニュー")
    label_everyday_menu: Text = _sentence("ふだんのメニューのボタン")
    apology: Text = _sentence("おわび", "窓口", "電話")
    verify_at_desk: Text = _sentence("最新は窓口で")
    ended: Text = _sentence("終わった", "名称", "日")
    not_yet: Text = _sentence("まだ始まっていない", "名称", "日")
    source_note: Text = _sentence("確認日", "日")
    document_note: Text = _sentence("資料の確認日", "資料", "日")
    doubt: Text = _sentence("古い情報のそえ書き", "日")
    label_call: Text = _sentence("電話ボタン", "名称", "電話")
    label_more: Text = _sentence("つづきのボタン")
    label_source: Text = _sentence("出典ボタン")
    label_desk: Text = _sentence("窓口の見出し")
    label_general_desk: Text = _sentence("総合窓口の見出し")
    label_phone: Text = _sentence("電話の見出し", "電話")
    label_place: Text = _sentence("場所の見出し", "場所")
    label_hours: Text = _sentence("受付時間の見出し", "受付時間")
    label_menu: Text = _sentence("メニューのボタン")
    opening: OpeningMessages = Field(alias="受付")
    places: PlaceMessages = Field(alias="近くの場所")
    languages: LanguagesMessages = Field(alias="ことばごと")
    feedback: FeedbackMessages = Field(alias="答えの確かめ")
    slack: SlackMessages = Field(alias="Slack")
    small_talk: tuple[SmallTalk, ...] = Field(default=(), alias="雑談")
