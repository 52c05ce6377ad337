from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.schema import Situation
from bot.urgency import Urgency

HOTLINE = {"名称": "x", "電話": "119", "説明": "y", "出典": "https://a.jp", "確認日": "2026"}


def situation(name: str, signs: list[str], exceptions: list[str] | None = None) -> Situation:
    return Situation.model_validate(
        {
            "id": name,
            "名称": name,
            "手がかり": signs,
            "除く": exceptions or [],
            "言葉": "w",
            "連絡先": [HOTLINE],
            "例": ["z"],
        }
    )


URGENCY = Urgency(
    [
        situation("fire", ["家 燃え|もえ", "火事"], ["火事 証明"]),
        situation("gas", ["ガス 臭|くさ", "火事 ガス"]),
    ]
)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("となりの家が燃えてる", "fire"),
        ("燃えてる!家が!", "fire"),
        ("いえがもえてる", None),
        ("家がもえてる", "fire"),
        ("カジだ", None),
        ("火 事 で す", "fire"),
        ("火事の証明がほしい", None),
        ("火事の証明とガスのこと", "gas"),
        ("ｶﾞｽくさい", "gas"),
        ("ガスくさい", "gas"),
        ("火事でガスが臭い", "fire"),
        ("住民票がほしい", None),
        ("", None),
    ],
)
def test_the_first_situation_whose_signs_all_stand_there_is_found(said: str, found: str | None) -> None:
    situation = URGENCY.find(said)

    assert (situation.id if situation else None) == found


def test_the_sign_that_revealed_it_is_named_as_staff_wrote_it() -> None:
    fire = URGENCY.find("家が燃えてる")

    assert fire is not None
    assert URGENCY.sign_in("家が燃えてる", fire) == "家 燃え|もえ"
    assert URGENCY.sign_in("住民票", fire) is None


@given(st.text())
def test_any_text_is_looked_at_without_an_exception(text: str) -> None:
    URGENCY.find(text)
