"""Values of a file → a model, with pydantic's complaints put into words that staff can act on."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bot.knowledge.problem import Problem
from bot.knowledge.yaml_text import Document, Path

M = TypeVar("M", bound=BaseModel)

_SOURCED = {"出典", "確認日"}
_SOURCED_MODELS = {"Source", "Fact", "Place", "Phone", "Hours"}
_KNOWN_BY_HEART = {
    "string_type": ("文字を書くところです", "文字だけを書いてください(リストや字下げした項目は書けません)"),
    "string_too_short": ("中身が空です", "中身を書くか、この項目ごと消してください"),
    "too_short": ("中身が空です", "1つ以上書くか、この項目ごと消してください"),
    "date_from_datetime_parsing": ("日付として読めません", "2027-04-01 の形で書いてください"),
    "date_parsing": ("日付として読めません", "2027-04-01 の形で書いてください"),
    "datetime_from_date_parsing": ("日時として読めません", "2027-04-01T09:00:00+09:00 の形で書いてください"),
    "datetime_parsing": ("日時として読めません", "2027-04-01T09:00:00+09:00 の形で書いてください"),
    "bool_parsing": ("はい・いいえとして読めません", "true か false と書いてください"),
    "int_parsing": ("数として読めません", "半角の数字で書いてください(例 1)"),
    "greater_than_equal": ("数が小さすぎます", "0 か、それより大きい数を書いてください"),
    "less_than_equal": ("数が大きすぎます", "小さい数に直してください"),
    "float_parsing": ("数として読めません", "半角の数字で書いてください(例 35.5192)"),
    "tuple_type": ("リストで書くところです", "行の先頭に「- 」を付けて1つずつ書いてください"),
}


def validate(
    model: type[M], document: Document, path: Path = (), extra: dict[str, Any] | None = None
) -> tuple[M | None, list[Problem]]:
    """Return `model` made of the values of `document` at `path` (and `extra`), or None with every problem."""
    values = document.values
    for step in path:
        values = values[step]
    if not isinstance(values, dict):
        what = "項目名と中身の組(「項目名: 中身」)で書くところです"
        return None, [Problem(document.file, document.line(path), what, "書き方の手引きの例と見くらべてください")]
    try:
        return model.model_validate({**values, **(extra or {})}), []
    except ValidationError as errors:
        return None, [_in_words(error, document, path, model) for error in errors.errors()]


def _in_words(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Problem:
    where = (*path, *error["loc"])
    line = document.line(where)
    name = "・".join(str(step) for step in error["loc"] if not isinstance(step, int)) or "この項目"
    what, mend = _what_and_mend(error, name, model)
    return Problem(document.file, line, what, mend)


def _what_and_mend(error: ErrorDetails, name: str, model: type[BaseModel]) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    last = error["loc"][-1] if error["loc"] else ""
    if kind == "missing":
        why = "(出典と日付のない情報は住民に見せられません)" if last in _SOURCED else ""
        return f"「{name}」がありません{why}", f"「{last}: …」を書き足してください"
    if kind == "extra_forbidden":
        return f"「{last}」という項目名は知りません", _suggest(str(last), model, at_the_top=len(error["loc"]) == 1)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        if isinstance(error.get("input"), str) and context.get("class_name") in _SOURCED_MODELS:
            form = "url: https://…" if context["class_name"] == "Source" else "値: …, 出典: https://…"
            mend = f"「{{{form}, 確認日: 2025-06-02}}」のように、出典と確認日をそえて書いてください"
            return f"「{name}」に出典と確認日がありません", mend
        return f"「{name}」は「項目名: 中身」の形で書くところです", "書き方の手引きの例と見くらべてください"
    if kind == "value_error":
        what, _, mend = str(context.get("error", error["msg"])).partition("。")
        return f"「{name}」: {what}", mend or "正しい値に直してください"
    if kind == "enum":
        choices = str(context.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
        return f"「{name}」の「{error.get('input')}」は使えません", f"{choices} のどれかにしてください"
    if kind == "string_pattern_mismatch":
        return f"「{name}」の「{error.get('input')}」は決まった形ではありません", _expected_form(str(last))
    what, mend = _KNOWN_BY_HEART.get(
        kind, (f"正しく読めません({error['msg']})", "書き方の手引きの例と見くらべてください")
    )
    return f"「{name}」: {what}", mend


def _expected_form(key: str) -> str:
    forms = {
        "電話": "半角の数字とハイフンで書いてください(例 045-540-2323、#7119)",
        "番号": "半角の数字とハイフンで書いてください(例 045-540-2323、#7119)",
        "開始": "時刻は 8:45、月日は 12-29 の形で書いてください",
        "終了": "時刻は 17:00、月日は 1-3 の形で書いてください",
    }
    return forms.get(key, "半角の英小文字・数字・ハイフンだけで書いてください(例 juminhyo)")


def _suggest(key: str, model: type[BaseModel], at_the_top: bool) -> str:
    known = sorted(_keys(model))
    own = sorted(info.alias or name for name, info in model.model_fields.items())
    near = process.extractOne(key, own, scorer=fuzz.ratio, score_cutoff=50) if at_the_top else None
    near = near or process.extractOne(key, known, scorer=fuzz.ratio, score_cutoff=50)
    if near:
        return f"「{near[0]}」のまちがいなら直してください。そうでなければ消してください"
    return f"使える項目名({'、'.join(known[:12])} など)に直すか、消してください"


def _keys(model: type[BaseModel], seen: frozenset[type[BaseModel]] = frozenset()) -> set[str]:
    keys: set[str] = set()
    for name, info in model.model_fields.items():
        keys.add(info.alias or name)
        for inner in _models_in(info.annotation):
            if inner not in seen:
                keys |= _keys(inner, seen | {model, inner})
    return keys


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
