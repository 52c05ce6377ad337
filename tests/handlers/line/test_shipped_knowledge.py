"""Everything that ships, as LINE would get it: each entry in each language, each choice, each danger, the places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from line_api import REPLY, body_problems, components, message_problems, utf16_units

from bot.action import Action, Verb
from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.knowledge.schema import MenuItem
from bot.language.which_language import Language
from bot.reply import Reply
from handlers.line.compose import compose, compose_plain
from handlers.line.texts import LineTexts, sender

SITE = "https://annai.example.jp"


@pytest.fixture
def texts(shipped_guide: Guide) -> LineTexts:
    messages = shipped_guide.knowledge.messages
    return LineTexts(messages.unreadable, messages.label_more, SITE, sender(messages.bot_name, SITE))


def tapped(guide: Guide, action: Action, now: datetime, language: Language = Language.JAPANESE) -> Reply:
    """Return the reply to a tap in a conversation in `language`."""
    return guide.turn(Utterance(action=action), Conversation(language=language), now).reply


def problems(reply: Reply, texts: LineTexts) -> list[str]:
    """Return what LINE has against the reply in either form."""
    forms = (compose(reply, texts), compose_plain(reply, texts))
    return [each for messages in forms for each in body_problems(REPLY, {"replyToken": "t", "messages": messages})]


def paths(items: tuple[MenuItem, ...], above: str = "") -> Iterator[str]:
    """Yield the path of every line of the menu."""
    for item in items:
        path = f"{above}/{item.name}".lstrip("/")
        yield path
        yield from paths(item.items, path)


def test_line_takes_every_entry(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    for entry in shipped_guide.knowledge.entries:
        assert problems(tapped(shipped_guide, Action(Verb.ENTRY, entry), now), texts) == [], entry


# The two below hold what is sent against the documented limits alone: LINE's description takes minutes for so much.


def test_no_limit_is_broken_in_any_language(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    for entry in shipped_guide.knowledge.entries:
        for language in Language:
            reply = tapped(shipped_guide, Action(Verb.ENTRY, entry), now, language)
            assert message_problems(compose(reply, texts)) == [], (entry, language)


def test_no_limit_is_broken_by_any_fact_that_is_asked_for(
    shipped_guide: Guide, texts: LineTexts, now: datetime
) -> None:
    for entry in shipped_guide.knowledge.entries.values():
        for fact in entry.facts:
            reply = tapped(shipped_guide, Action(Verb.FACT, entry.id, fact), now)
            assert message_problems(compose(reply, texts)) == [], (entry.id, fact)


def test_no_card_that_ships_is_cut(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    for entry in shipped_guide.knowledge.entries:
        messages = compose(tapped(shipped_guide, Action(Verb.ENTRY, entry), now), texts)
        assert texts.more not in str(messages), entry


def test_every_card_says_in_few_words_what_it_is(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    for entry in shipped_guide.knowledge.entries.values():
        spoken = compose(tapped(shipped_guide, Action(Verb.ENTRY, entry.id), now), texts)[-1]["altText"]
        assert spoken.splitlines()[0].rstrip("。") == entry.name
        assert utf16_units(spoken) <= 400
        assert all(line[-1] in "。!?!?…" for line in spoken.splitlines()), spoken


def test_line_takes_every_line_of_the_menu(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    for path in ("", *paths(shipped_guide.knowledge.menu.items)):
        assert problems(tapped(shipped_guide, Action(Verb.MENU, path), now), texts) == [], path


def test_line_takes_every_danger_and_the_places(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    said = [each.examples[0] for each in shipped_guide.knowledge.urgent.situations]
    for text in (*said, "日吉の避難所", "近くの避難所", "引っ越し", "こんにちは", "ぬるぽ", "区役所は今日開いてる?"):
        reply = shipped_guide.turn(Utterance(text), Conversation(), now).reply
        assert problems(reply, texts) == [], text


def test_the_card_of_a_desk_at_an_address_has_a_map(shipped_guide: Guide, texts: LineTexts, now: datetime) -> None:
    (message,) = compose(tapped(shipped_guide, Action(Verb.ENTRY, "juminhyo"), now), texts)
    buttons = [part["action"] for part in components(message["contents"]) if part["type"] == "button"]

    assert [button["uri"].partition(":")[0] for button in buttons] == ["https", "tel", "https"]
    assert buttons[-1]["uri"].startswith("https://www.google.com/maps/search/?api=1&query=%E6%B8%AF%E5%8C%97")
