"""Someone who can't put it into words finds every service by the menu, in few taps."""

from __future__ import annotations

from bot.action import Action, Verb
from bot.reply import Card, Choices, Option, Reply


def options(reply: Reply) -> tuple[Option, ...]:
    return tuple(option for block in reply.blocks if isinstance(block, Choices) for option in block.options)


def test_every_line_of_the_menu_leads_to_an_answer_in_at_most_four_taps(resident) -> None:
    waiting = [(option, 1) for option in options(resident.tap(Action(Verb.MENU)))]
    answers = 0

    assert waiting
    while waiting:
        option, taps = waiting.pop()
        reply = resident.tap(option.action)
        if any(isinstance(block, Card) for block in reply.blocks):
            answers += 1
            assert taps <= 4
        else:
            assert options(reply), f"{option.label} leads nowhere"
            waiting += [(each, taps + 1) for each in options(reply)]
    assert answers >= 50


def test_no_list_is_longer_than_a_phone_shows(resident) -> None:
    assert len(options(resident.tap(Action(Verb.MENU)))) <= 13
