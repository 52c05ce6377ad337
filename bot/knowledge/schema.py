"""What a knowledge file may hold. Keys are Japanese, because the people who edit the files are.

Every model is frozen and refuses unknown keys, so that a mistyped key is an error and never a silent loss.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from bot.clock import TOKYO
from bot.knowledge.source_date import SourceDate
from bot.language.which_language import Language


def _https_or_http(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError(f"「{value}」はURLではありません。https:// から書いてください")
    return value


def _citation(value: str) -> str:
    if value.startswith("「") and "」" in value:
        return value
    if not value.startswith(("https://", "http://")):
        raise ValueError(
            f"「{value}」は出典として読めません。ページのURL(https:// から)か、「資料の名前」の形で書いてください"
        )
    return value


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _existing_day(value: str) -> str:
    month, day = map(int, value.split("-"))
    try:
        date(2000, month, day)  # a leap year: 2-29 is a day
    except ValueError:
        raise ValueError(f"「{value}」という日はありません") from None
    return value


def _in_tokyo(value: datetime) -> datetime:
    return value.replace(tzinfo=TOKYO) if value.tzinfo is None else value


TokyoTime = Annotated[datetime, AfterValidator(_in_tokyo)]
"""A moment; without an offset it is meant in Japan's time, as staff write it."""
Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, AfterValidator(_https_or_http), Field(json_schema_extra={"format": "uri"})]
Citation = Annotated[str, AfterValidator(_citation)]
"""The URL of a page, or the title of a printed document in 「」."""
_PLAIN = {"type": ["string", "number"]}
"""An editor takes 300 for a number; the loader reads every value as text."""
OneOrMore = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [_PLAIN, {"type": "array", "items": _PLAIN, "minItems": 1}]}),
]
ClockTime = Annotated[str, Field(pattern=r"^([01]?\d|2[0-4]):[0-5]\d$", examples=["8:45", "17:00"])]
MonthDay = Annotated[str, Field(pattern=r"^\d{1,2}-\d{1,2}$", examples=["12-29"]), AfterValidator(_existing_day)]
EntryId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Model(BaseModel):
    """The base of every knowledge model: frozen, unknown keys refused, Japanese keys by alias."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class OrText(Model):
    """A model that may also be written as its text alone."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "minLength": 1}, handler(schema)]}


class Confidence(StrEnum):
    """How sure a fact is: 低 makes the card say 「最新は窓口で」 by itself."""

    HIGH = "高"
    MEDIUM = "中"
    LOW = "低"


class Way(StrEnum):
    """A way to go through with a procedure."""

    DESK = "窓口"
    POST = "郵送"
    SHOP = "コンビニ"
    ONLINE = "オンライン"
    PHONE = "電話"
    FAX = "ファクス"


class Source(Model):
    """A page that states something, and the date that the page itself carries."""

    url: Citation
    seen: SourceDate = Field(alias="確認日")
    name: str | None = Field(default=None, alias="名称")


class Sourced(Model):
    """A value with the page that states it. Without a source or a date it does not load."""

    source: Citation = Field(alias="出典")
    seen: SourceDate = Field(alias="確認日")
    confidence: Confidence = Field(default=Confidence.HIGH, alias="信頼度")


class Fact(Sourced):
    """One fact (項目) of an entry, asked for by itself: 「いくら?」 「何がいる?」."""

    value: OneOrMore = Field(alias="値", min_length=1)
    valid_until: date | None = Field(default=None, alias="有効期限")
    """Past this day the bot stops saying the fact: amounts and seasons that change by year."""

    @property
    def text(self) -> str:
        """Return the value as one text, a line for each item."""
        return "\n".join(self.value)


class Link(Model):
    """A page, form or map that a card offers as a button."""

    name: Text = Field(alias="名称")
    url: Url


class Period(Model):
    """From when and until when a programme runs."""

    start: date | None = Field(default=None, alias="開始")
    end: date | None = Field(default=None, alias="終了")
    after: str | None = Field(default=None, alias="終了後の案内")
    """What to say once it has ended: since when, and what exists instead."""


class Expected(StrEnum):
    """What a check question legitimately leads to."""

    ANSWER = "answer"
    CHOOSE = "choose"


class CheckQuestion(OrText):
    """A question that is never indexed and must lead to its entry (確認質問)."""

    text: Text = Field(alias="質問")
    expected: Expected = Field(default=Expected.ANSWER, alias="期待")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"質問": value} if isinstance(value, str) else value


class Twin(OrText):
    """An entry's answer in やさしい日本語 or another language."""

    text: Text = Field(alias="本文")
    made_from: str | None = Field(default=None, alias="回答の印")
    """The mark of the 回答 that this twin was made from; a different mark means that the answer changed since."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"本文": value} if isinstance(value, str) else value


FIELD_OF = {
    Language.PLAIN: "plain",
    Language.ENGLISH: "english",
    Language.CHINESE: "chinese",
    Language.KOREAN: "korean",
}
"""Which field of a model holds its text in a language other than ordinary Japanese."""


class Translated(Model):
    """What may be said in やさしい日本語 and other languages, too."""

    plain: Text | None = Field(default=None, alias="やさしい日本語")
    english: Text | None = Field(default=None, alias="English")
    chinese: Text | None = Field(default=None, alias="中文")
    korean: Text | None = Field(default=None, alias="한국어")

    def said_in(self, language: Language) -> str | None:
        """Return the text in `language`, or None when there is none (as for ordinary Japanese)."""
        field = FIELD_OF.get(language)
        text: str | None = getattr(self, field) if field else None
        return text


class Entry(Model):
    """A service or programme in knowledge/services/: one file, whose name is the id."""

    id: EntryId
    area: str = ""
    """The folder that the file lies in."""
    name: Text = Field(alias="名称")
    aliases: tuple[Text, ...] = Field(default=(), alias="別名")
    phrasings: tuple[Text, ...] = Field(default=(), alias="質問例")
    foreign_phrasings: tuple[Text, ...] = Field(default=(), alias="外国語の質問例")
    """The same in English, 中文, 한국어 and others; indexed like the others."""
    check_questions: tuple[CheckQuestion, ...] = Field(default=(), alias="確認質問")
    answer: Text = Field(alias="回答")
    difference: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(default=None, alias="ちがい")
    """What tells this entry from its neighbours, in one short line beside its name where one is chosen."""
    facts: dict[str, Fact] = Field(default_factory=dict, alias="項目")
    desk: EntryId | None = Field(default=None, alias="窓口")
    owner: Text = Field(alias="担当課")
    ways: tuple[Way, ...] = Field(default=(), alias="手続方法")
    links: tuple[Link, ...] = Field(default=(), alias="リンク")
    related: tuple[EntryId, ...] = Field(default=(), alias="関連")
    period: Period | None = Field(default=None, alias="対象期間")
    successors: tuple[EntryId, ...] = Field(default=(), alias="後継")
    """What exists instead, once the programme has ended."""
    review_by: date | None = Field(default=None, alias="見直し期限")
    source: Source | None = Field(alias="出典")
    plain: Twin | None = Field(default=None, alias="やさしい日本語")
    english: Twin | None = Field(default=None, alias="English")
    chinese: Twin | None = Field(default=None, alias="中文")
    korean: Twin | None = Field(default=None, alias="한국어")


class Place(Sourced):
    """Where a desk is."""

    value: Text = Field(alias="値")


class Phone(Sourced):
    """A phone number as residents dial it."""

    number: Annotated[str, Field(pattern=r"^[#0-9][0-9-]+$")] = Field(alias="番号")


class DayKind(StrEnum):
    """Days on which hours may differ. 第2土 wins over 土, and a holiday over both."""

    MONDAY = "月"
    TUESDAY = "火"
    WEDNESDAY = "水"
    THURSDAY = "木"
    FRIDAY = "金"
    SATURDAY = "土"
    SUNDAY = "日"
    FIRST_SATURDAY = "第1土"
    SECOND_SATURDAY = "第2土"
    THIRD_SATURDAY = "第3土"
    FOURTH_SATURDAY = "第4土"
    FIFTH_SATURDAY = "第5土"
    HOLIDAY = "祝日"


class Span(Model):
    """Hours on some kinds of day, Asia/Tokyo; the end is not included."""

    days: tuple[DayKind, ...] = Field(alias="曜日", min_length=1)
    start: ClockTime = Field(alias="開始")
    end: ClockTime = Field(alias="終了")


class Break(Model):
    """A break within the day, e.g. lunch."""

    start: ClockTime = Field(alias="開始")
    end: ClockTime = Field(alias="終了")


class YearEnd(Model):
    """The closed days around New Year, both included."""

    start: MonthDay = Field(alias="開始")
    end: MonthDay = Field(alias="終了")


class Closure(Model):
    """A special closure that staff enter."""

    day: date = Field(alias="日")
    reason: Text = Field(alias="理由")


class Hours(Sourced):
    """Opening hours in a form that a program can read. A kind of day that no span names is closed."""

    spans: tuple[Span, ...] = Field(alias="時間", min_length=1)
    lunch: Break | None = Field(default=None, alias="昼休み")
    year_end: YearEnd | None = Field(default=None, alias="年末年始")
    closures: tuple[Closure, ...] = Field(default=(), alias="臨時休業")
    note: str | None = Field(default=None, alias="備考")


class Desk(Model):
    """A desk (窓口) in contacts.yaml, which entries refer to by its id."""

    id: EntryId
    name: Text = Field(alias="名称")
    also_called: tuple[Text, ...] = Field(default=(), alias="別名")
    phone: Phone | None = Field(default=None, alias="電話")
    place: Place | None = Field(default=None, alias="場所")
    hours: Hours | None = Field(default=None, alias="受付時間")
    link: Link | None = Field(default=None, alias="リンク")


class Contacts(Model):
    """contacts.yaml: the desks, and the one that answers when no other is known."""

    general: EntryId = Field(alias="総合案内")
    multilingual: EntryId | None = Field(default=None, alias="多言語の窓口")
    """The desk that speaks other languages; replies in them name it."""
    desks: dict[EntryId, Desk] = Field(alias="窓口")


class Site(Sourced):
    """A place with coordinates in places/*.yaml: an evacuation site or a facility."""

    id: EntryId
    name: Text = Field(alias="名称")
    kinds: tuple[Text, ...] = Field(alias="種別", min_length=1)
    address: Text = Field(alias="住所")
    latitude: float = Field(alias="緯度", ge=20, le=46)
    longitude: float = Field(alias="経度", ge=122, le=154)
    hazards: dict[Text, tuple[Text, ...]] = Field(default_factory=dict, alias="災害")
    """Hazard → the buildings (empty: the whole site) that are open for it."""
    source_name: str | None = Field(default=None, alias="出典の名前")
    """Shown with the place where the source's terms ask for its name."""
    note: str | None = Field(default=None, alias="備考")


class Word(Model):
    """A group of everyday and official words that mean the same to a resident."""

    official: Text = Field(alias="正式")
    everyday: tuple[Text, ...] = Field(alias="言いかえ", min_length=1)


class FactName(Model):
    """A name that a fact may have, and how residents ask for it."""

    name: Text = Field(alias="名称")
    asked: tuple[Text, ...] = Field(alias="聞き方", min_length=1)
    button: str | None = Field(default=None, alias="ボタン")
    """What the button under a card says that asks for it (「いくら?」); none: no button."""
    missed: bool = Field(default=False, alias="なければ知らせる")
    """Whether to say that it is not known when a question asks for it and the entry lacks it: fees, deadlines, phones.
    Others (場所, 対象) may well stand in the 回答."""


class DayWord(Model):
    """How residents call a day or some days, counted from today, by their kind, or by their place in the year."""

    said: tuple[Text, ...] = Field(alias="言い方", min_length=1)
    ahead: int | None = Field(default=None, alias="何日後", ge=0, le=366)
    kinds: tuple[DayKind, ...] = Field(default=(), alias="曜日")
    """The next day of each of these kinds."""
    between: YearEnd | None = Field(default=None, alias="期間")
    """Both included; it may go over New Year."""

    @model_validator(mode="after")
    def _means_one_thing(self) -> DayWord:
        if (self.ahead is not None) + bool(self.kinds) + (self.between is not None) != 1:
            raise ValueError("「何日後」「曜日」「期間」のうち、どれか1つだけを書いてください")
        return self


class WeekWord(Model):
    """How residents call a week: 来週."""

    said: tuple[Text, ...] = Field(alias="言い方", min_length=1)
    ahead: int = Field(alias="何週後", ge=0, le=52)


class OpeningWords(Model):
    """The words of which questions are made that ask whether a desk is open: 今日 · は · まだ · 開いて · ます · か."""

    days: tuple[DayWord, ...] = Field(default=(), alias="日")
    weeks: tuple[WeekWord, ...] = Field(default=(), alias="週")
    following: tuple[Text, ...] = Field(default=(), alias="次の")
    """Before a day: the first one after today."""
    now: tuple[Text, ...] = Field(default=(), alias="いま")
    is_open: tuple[Text, ...] = Field(default=(), alias="開いているか")
    until: tuple[Text, ...] = Field(default=(), alias="何時まで")
    since: tuple[Text, ...] = Field(default=(), alias="何時から")
    hours: tuple[Text, ...] = Field(default=(), alias="受付時間")
    endings: tuple[Text, ...] = Field(default=(), alias="語尾")
    """What may stand behind a word of asking, and nowhere else."""
    fillers: tuple[Text, ...] = Field(default=(), alias="そえる言葉")
    """What may stand anywhere and says nothing of its own."""
    desk: tuple[Text, ...] = Field(default=(), alias="窓口のこと")
    office: tuple[Text, ...] = Field(default=(), alias="役所のこと")
    """Names of the general desk that are too short to be an alias of it."""


class PlaceHazard(Model):
    """A hazard that residents look for a place for."""

    name: Text = Field(alias="名称")
    """As 災害 in places/*.yaml calls it."""
    said: tuple[Text, ...] = Field(default=(), alias="言い方")
    entry: EntryId | None = Field(default=None, alias="案内")
    """The entry that tells what to know of the places for this hazard; it is shown with them."""


class PlaceSearch(Model):
    """How residents ask for a place near by. A question is one when it is made of these words from end to end."""

    kinds: tuple[Text, ...] = Field(default=(), alias="種別")
    """The 種別 of places/*.yaml that are looked through; none: all."""
    nouns: tuple[Text, ...] = Field(default=(), alias="呼び方")
    seeking: tuple[Text, ...] = Field(default=(), alias="さがす言葉")
    fillers: tuple[Text, ...] = Field(default=(), alias="つなぎの言葉")
    hazards: tuple[PlaceHazard, ...] = Field(default=(), alias="災害")
    town_readings: dict[Text, tuple[Text, ...]] = Field(default_factory=dict, alias="町の読み")
    entry: EntryId | None = Field(default=None, alias="案内")
    """The entry that tells what to know when no hazard is named."""
    outside_metres: float = Field(default=1500, alias="区の外とみなす距離", gt=0)
    """Metres to the nearest place from which on a location is taken to be outside the ward."""


class OtherOffice(Model):
    """An office of the state, the prefecture or a company, and matters that are its own."""

    name: Text = Field(alias="名称")
    matters: tuple[Text, ...] = Field(alias="用件", min_length=1)
    exceptions: tuple[Text, ...] = Field(default=(), alias="除く")
    """Words beside which the matter is the ward's after all."""


class Words(Model):
    """words.yaml: everyday words ↔ official words, the names of facts, and how places are asked for."""

    groups: tuple[Word, ...] = Field(default=(), alias="言葉")
    fact_names: tuple[FactName, ...] = Field(default=(), alias="項目名")
    elsewhere: tuple[Text, ...] = Field(default=(), alias="よその区や市")
    """Other wards, cities and prefectures: a question about their matters is sent there."""
    places: PlaceSearch | None = Field(default=None, alias="場所さがし")
    other_offices: tuple[OtherOffice, ...] = Field(default=(), alias="ほかの役所のこと")
    """Matters of other offices: a question that names one is sent there unless an entry answers it clearly."""
    outside: tuple[Text, ...] = Field(default=(), alias="案内しない話")
    """Examples of what a ward's bot has no answer for: what is nearer to these than to any entry gets no service."""
    opening: OpeningWords = Field(default_factory=OpeningWords, alias="開いているかの言葉")


class Hotline(Sourced):
    """A number to call when a life may be at risk."""

    name: Text = Field(alias="名称")
    number: Annotated[str, Field(pattern=r"^[#0-9][0-9-]+$")] = Field(alias="電話")
    about: Text = Field(alias="説明")


class Situation(Translated):
    """A situation in which a life may be at risk (urgent.yaml); its words may be there in other languages."""

    id: EntryId
    name: Text = Field(alias="名称")
    signs: tuple[Text, ...] = Field(alias="手がかり", min_length=1)
    """Each sign is fragments parted by spaces, all of which must stand in the utterance; `a|b` is a or b."""
    exceptions: tuple[Text, ...] = Field(default=(), alias="除く")
    """Written like signs: an utterance that has one of these is an ordinary question."""
    words: Text = Field(alias="言葉")
    hotlines: tuple[Hotline, ...] = Field(alias="連絡先", min_length=1)
    examples: tuple[Text, ...] = Field(alias="例", min_length=1)
    """Utterances that must be taken as this situation; `annai check` tries them."""
    not_examples: tuple[Text, ...] = Field(default=(), alias="ちがう例")
    """Ordinary questions that must not be taken as this situation; `annai check` tries them."""


class Urgent(Model):
    """urgent.yaml: what is looked for before anything else."""

    situations: tuple[Situation, ...] = Field(default=(), alias="場面")


class Notice(Model):
    """notice.yaml: a notice that staff raise and lower."""

    text: str = Field(default="", alias="本文")
    start: TokyoTime | None = Field(default=None, alias="開始")
    end: TokyoTime | None = Field(default=None, alias="終了")
    disaster: bool = Field(default=False, alias="災害モード")
    """Whether the menu for a disaster takes the place of the ordinary one as long as the notice hangs."""
    entries: tuple[EntryId, ...] = Field(default=(), alias="災害のときの案内")
    """What the menu for a disaster offers."""


class MenuItem(Model):
    """One line of the menu: entries, or a menu below it. No more than three levels."""

    name: Annotated[str, Field(min_length=1, pattern=r"^[^/|]+$")] = Field(alias="名称")
    asked: tuple[Text, ...] = Field(default=(), alias="言い方")
    """Broad words that lead here instead of to one entry: 引っ越し, 引っ越しの手続き."""
    entries: tuple[EntryId, ...] = Field(default=(), alias="案内")
    items: tuple[MenuItem, ...] = Field(default=(), alias="メニュー")


class RichMenuChoice(Model):
    """What LINE's rich menu shows of the menu: big tiles below the chat."""

    bar: Annotated[str, Field(min_length=1, max_length=14)] = Field(default="メニュー", alias="見出し")
    """What stands on the bar that opens and closes it. LINE takes 14 characters (#rich-menu-object)."""
    tiles: tuple[Text, ...] = Field(default=(), alias="並び", max_length=6)
    """Names of the menu, those below another as 「上/下」; without them the first six of the top menu."""


class Menu(Model):
    """menu.yaml: the top menu by life event, and the names of the areas (folders of services/)."""

    areas: dict[EntryId, Text] = Field(default_factory=dict, alias="分野")
    items: tuple[MenuItem, ...] = Field(default=(), alias="メニュー")
    rich: RichMenuChoice = Field(default_factory=RichMenuChoice, alias="リッチメニュー")

    def find(self, path: str) -> MenuItem | None:
        """Return the item at `path` (names joined by `/`), or None when there is none."""
        items, found = self.items, None
        for name in path.split("/"):
            found = next((item for item in items if item.name == name), None)
            if found is None:
                return None
            items = found.items
        return found


class SmallTalk(Translated):
    """Small talk that has one friendly reply, which may be there in other languages."""

    id: EntryId
    phrasings: tuple[Text, ...] = Field(alias="言い方", min_length=1)
    reply: Text = Field(alias="返事")
    menu: bool = Field(default=False, alias="メニューを出す")
