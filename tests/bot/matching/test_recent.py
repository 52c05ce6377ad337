from __future__ import annotations

from bot.matching.recent import Recent


def test_what_was_put_for_a_text_comes_back() -> None:
    recent: Recent[int] = Recent(2)

    recent.put("住民票", 1)

    assert recent.get("住民票") == 1
    assert recent.get("転入") is None


def test_the_one_that_was_asked_for_longest_ago_goes_first() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)

    recent.get("a")
    recent.put("c", 3)

    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_a_text_is_not_kept_itself() -> None:
    recent: Recent[int] = Recent(2)

    recent.put("わたしの秘密", 1)

    assert "わたしの秘密" not in repr(vars(recent))


def test_a_lone_surrogate_is_a_text_like_any_other() -> None:
    recent: Recent[int] = Recent(2)

    recent.put("\ud800", 1)

    assert recent.get("\ud800") == 1
