from __future__ import annotations

import pytest

from bot.language.tokens import Tokenizer
from bot.matching.document import Document
from bot.matching.engine import Engine, Thresholds
from bot.matching.index import Index
from bot.matching.ranker import Ranker
from bot.matching.two_matters import two_matters

NAMES = {
    "certificate": "住民票の写し",
    "seal": "印鑑登録",
    "dog": "犬の登録",
    "waste": "粗大ごみの出し方",
    "shop": "証明書をコンビニで取る",
    "care": "介護認定",
    "library": "図書館",
    "pension": "国民年金",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    index = Index([Document(each, name, answer=f"{name}の案内です。") for each, name in NAMES.items()], Tokenizer())
    return Engine(index, Ranker.fitted(index.feature_names), Thresholds(0.6, 0.4, 0.05, 4))


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("印鑑登録と、犬の登録もしたい", "seal", "dog"),
        ("犬の登録と粗大ごみの出し方", "dog", "waste"),
        ("図書館はどこ?介護認定はどうする?", "library", "care"),
    ],
)
def test_two_clear_matters_are_found_in_the_order_asked(engine: Engine, text: str, first: str, second: str) -> None:
    found = two_matters(engine, text, engine.decide(text))

    assert found
    assert [part.entry for part in found.parts] == [first, second]
    assert {each.id for each in found.candidates[:2]} == {first, second}


def test_candidates_fall_and_stand_once_each(engine: Engine) -> None:
    text = "印鑑登録と、犬の登録もしたい"

    found = two_matters(engine, text, engine.decide(text))

    assert found
    confidences = [each.confidence for each in found.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert len({each.id for each in found.candidates}) == len(confidences) <= 10


@pytest.mark.parametrize(
    "text", ["印鑑登録", "母親と一緒に介護認定を受けたい", "犬と散歩したい", "印鑑登録と、印鑑登録もしたい", ""]
)
def test_one_matter_is_not_two(engine: Engine, text: str) -> None:
    assert two_matters(engine, text, engine.decide(text)) is None
