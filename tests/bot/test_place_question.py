"""Which sentences ask for a place near by, with the words that ship; and which are left to the entries."""

from __future__ import annotations

import time

import pytest

from bot.knowledge.loading import load
from bot.place_question import PlaceQuestion, PlaceQuestionFinder
from bot.places import towns_by_name
from bot.settings import ROOT


@pytest.fixture(scope="module")
def finder() -> PlaceQuestionFinder:
    knowledge = load(ROOT / "knowledge", ROOT / "knowledge").knowledge
    assert knowledge.words.places is not None
    return PlaceQuestionFinder(knowledge.words.places, towns_by_name(knowledge.sites))


@pytest.mark.parametrize(
    "text",
    [
        "近くの避難所",
        "ひなんじょ どこ",
        "避難場所を教えて",
        "最寄りの避難所は?",
        "家の近くの避難場所を知りたいです",
        "いまいるところから一番近い避難所を教えてください",
        "避難所はどこにありますか",
        "非難所どこ？",
        "港北区の避難所の場所",
        "この辺で避難できるとこある?",
        "ちかくの ヒナンジョ",
        "Where is the nearest evacuation shelter?",
        "离我最近的避难所在哪里？",
        "가까운 대피소가 어디예요?",
    ],
)
def test_a_question_for_a_place_near_by(finder: PlaceQuestionFinder, text: str) -> None:
    assert finder.find(text) == PlaceQuestion()


@pytest.mark.parametrize(
    ("text", "hazard", "town"),
    [
        ("洪水のときの避難所", "洪水", ""),
        ("地震 避難場所 近く", "地震", ""),
        ("台風が来たときの避難所はどこ", "洪水", ""),
        ("がけ崩れのときの避難場所", "崖崩れ・土石流・地滑り", ""),
        ("大豆戸町の避難所", "", "大豆戸町"),
        ("日吉本町 避難所", "", "日吉本町"),
        ("日吉の避難所はどこですか", "", "日吉"),
        ("綱島駅の近くの避難所", "", "綱島"),
        ("おおくらやまの ひなんじょ", "", "大倉山"),
        ("菊名に住んでいますが、洪水のときの避難所はどこですか", "洪水", "菊名"),
        ("日吉的地震避難所在哪裡", "地震", "日吉"),
    ],
)
def test_the_hazard_and_the_town_are_understood(finder: PlaceQuestionFinder, text: str, hazard: str, town: str) -> None:
    assert finder.find(text) == PlaceQuestion(hazard, town)


@pytest.mark.parametrize(
    "text",
    [
        "避難所",
        "避難所って何?",
        "避難所とは",
        "避難所に持っていくもの",
        "ペットと避難できる?",
        "ペットと行ける避難所はどこ",
        "避難所の備蓄品はどこにあるか",
        "いっとき避難場所はどこ",
        "広域避難場所はどこ",
        "福祉避難所はどこ",
        "どの避難所がいつ開くのか",
        "開いている避難所をネットで確かめたい",
        "台風が近づいてるけど、今どこの避難場所が開いてるか知りたい",
        "避難所の訓練はどこでやるの",
        "新横浜の避難所",
        "近くの図書館",
        "どこ",
        "大豆戸町",
        "",
    ],
)
def test_any_other_question_is_left_to_the_entries(finder: PlaceQuestionFinder, text: str) -> None:
    assert finder.find(text) is None


def test_a_town_alone_is_an_answer(finder: PlaceQuestionFinder) -> None:
    assert finder.find_answer("大豆戸町です", "洪水") == PlaceQuestion("洪水", "大豆戸町")
    assert finder.find_answer("日吉 地震のとき", "洪水") == PlaceQuestion("地震", "日吉")
    assert finder.find_answer("住民票がほしい", "洪水") is None
    assert finder.find_answer("どこ", "洪水") is None


def test_a_long_text_takes_no_time(finder: PlaceQuestionFinder) -> None:
    began = time.perf_counter()
    for text in ("でですですか" * 10, "近くの避難所" * 300, "のののののの" * 300):
        finder.find(text)

    assert time.perf_counter() - began < 0.5


def test_without_words_nothing_asks_for_a_place() -> None:
    from bot.knowledge.schema import PlaceSearch

    assert PlaceQuestionFinder(PlaceSearch(), ()).find("近くの避難所") is None
