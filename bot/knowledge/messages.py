"""messages.yaml: every sentence that the bot says and that is not part of an entry."""

from __future__ import annotations

from string import Formatter
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from bot.knowledge.schema import Model, SmallTalk, Text


def _sentence(alias: str, *placeholders: str) -> Any:
    return Field(alias=alias, json_schema_extra={"placeholders": list(placeholders)})


class Messages(Model):
    """The bot's sentences by occasion. `{…}` in a sentence is filled in; only the names listed here are known."""

    bot_name: Text = _sentence("名前")
    bot_about: Text = _sentence("ひとこと紹介")
    welcome: Text = _sentence("あいさつ")
    menu_prompt: Text = _sentence("メニュー")
    unknown: Text = _sentence("わからない", "窓口", "電話")
    other_words: Text = _sentence("ほかの言葉で")
    handover: Text = _sentence("窓口へ", "窓口", "電話")
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
    apology: Text = _sentence("おわび", "窓口", "電話")
    verify_at_desk: Text = _sentence("最新は窓口で")
    ended: Text = _sentence("終わった", "名称", "日")
    not_yet: Text = _sentence("まだ始まっていない", "名称", "日")
    source_note: Text = _sentence("確認日", "日")
    document_note: Text = _sentence("資料の確認日", "資料", "日")
    doubt: Text = _sentence("古い情報のそえ書き", "日")
    label_call: Text = _sentence("電話ボタン", "名称", "電話")
    label_source: Text = _sentence("出典ボタン")
    label_desk: Text = _sentence("窓口の見出し")
    label_general_desk: Text = _sentence("総合窓口の見出し")
    label_phone: Text = _sentence("電話の見出し", "電話")
    label_place: Text = _sentence("場所の見出し", "場所")
    label_hours: Text = _sentence("受付時間の見出し", "受付時間")
    label_menu: Text = _sentence("メニューのボタン")
    small_talk: tuple[SmallTalk, ...] = Field(default=(), alias="雑談")

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
